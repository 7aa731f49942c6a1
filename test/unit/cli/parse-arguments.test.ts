import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments as readAll } from '../../../src/cli/parse-arguments.ts';
import type { Arguments } from '../../../src/cli/parse-arguments.ts';
import { OPTIONS } from '../../../src/options/options.ts';

/** Reads words where nothing else is set. */
function readArguments(words: readonly string[]): Arguments {
  return readAll(words, false);
}

function problemsOf({ flags }: Arguments): string[] {
  return (flags.problems ?? []).map(({ message }) => message);
}

test('our options and Node’s may be mixed, and the script takes what is behind it', () => {
  const line =
    '--inspect --clear --env-file .env -r ./pre.js --grace=1s -C dev --no-hold app.ts --clear --env-file x';
  const { flags, nodeOptions, program, isCommand, doubtful } = readArguments(line.split(' '));
  assert.deepEqual(flags.values, { clear: true, grace: '1s', hold: false });
  assert.deepEqual(nodeOptions, ['--inspect', '--env-file', '.env', '-r', './pre.js', '-C', 'dev']);
  assert.deepEqual(program, ['app.ts', '--clear', '--env-file', 'x']);
  assert.deepEqual([isCommand, doubtful], [false, []]);
});

test('behind -- is a command, whatever it looks like', () => {
  const { program, isCommand } = readArguments(['--watch', '.', '--', '--grace', '-c', '--', 'x']);
  assert.deepEqual([program, isCommand], [['--grace', '-c', '--', 'x'], true]);
  assert.equal(readArguments(['app.js', '--', 'x']).isCommand, false);
});

test('what runs no Node takes the rest', () => {
  const { flags, program, nodeOptions } = readArguments([
    '--exec',
    'python app.py',
    '--clear',
    '--port',
    '1',
    '-v',
  ]);
  assert.deepEqual(flags.values, { exec: 'python app.py', clear: true });
  assert.deepEqual([program, nodeOptions], [['--port', '1', '-v'], []]);
});

test('so it is where another source says what is run', () => {
  for (const [words, program, values] of [
    [['--port', '1', '--clear'], ['--port', '1', '--clear'], {}],
    [['--clear', '-w', 'x'], ['-w', 'x'], { clear: true }],
    [['--clear', '-x', '--', 'y'], ['-x', '--', 'y'], { clear: true }],
    [['app.js', '--port'], ['app.js', '--port'], {}],
    [[], [], {}],
  ] as const) {
    const read = readAll(words, true);
    assert.deepEqual([read.program, read.flags.values, read.nodeOptions], [program, values, []]);
  }
  assert.deepEqual(readAll(['--grcae', 'x'], true).doubtful, [{ word: '--grcae', meant: '--grace' }]);
});

test('some options can be given several times, of the others the last one counts', () => {
  const words = '--watch a --watch=b:c --ignore x --ext js,ts --ext .json --grace 1s --grace 2s app.js'.split(
    ' ',
  );
  assert.deepEqual(readArguments(words).flags.values, {
    watch: ['a', 'b:c'],
    ignore: ['x'],
    ext: ['js,ts', '.json'],
    grace: '2s',
  });
});

test('each switch can be turned on and off, the last one counts', () => {
  for (const [flag, name] of [
    ['standby', 'standby'],
    ['hold', 'hold'],
    ['crash-page', 'crashPage'],
    ['clear', 'clear'],
    ['poll', 'poll'],
  ] as const) {
    for (const isOn of [true, false]) {
      const [last, first] = isOn ? [`--${flag}`, `--no-${flag}`] : [`--no-${flag}`, `--${flag}`];
      assert.deepEqual(readArguments([first, last, 'app.js']).flags.values, { [name]: isOn }, last);
    }
  }
});

test('every option of the table can be given', () => {
  for (const { name, placeholder } of OPTIONS) {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const { flags, program } = readArguments([...(placeholder ? [`${flag}=x`] : [flag]), 'app.js']);
    assert.deepEqual([Object.keys(flags.values), program], [[name], ['app.js']]);
  }
});

test('only a length of time is the value of --poll', () => {
  for (const [words, poll, program] of [
    [['--poll', 'app.js'], true, ['app.js']],
    [['--poll', '100', 'app.js'], '100', ['app.js']],
    [['--poll', '1.5s', 'app.js'], '1.5s', ['app.js']],
    [['--poll=x', 'app.js'], 'x', ['app.js']],
    [['--poll', '1.js'], true, ['1.js']],
    [['--poll'], true, []],
  ] as const) {
    const read = readArguments(words);
    assert.deepEqual([read.flags.values['poll'], read.program], [poll, program]);
  }
});

test('a value that has been forgotten is told', () => {
  for (const [words, message] of [
    [['--on-exit'], '--on-exit needs a value: wait, exit or restart. Use --on-exit wait.'],
    [
      ['--signal', '--clear'],
      '--signal needs a value: the name of a signal such as SIGTERM or SIGINT. Use --signal SIGTERM.',
    ],
    [['--completion'], '--completion needs a value: bash, zsh or fish. Use --completion bash.'],
    [['--no-hold=1'], '--no-hold takes no value, got "1". Use --no-hold.'],
  ] as const) {
    assert.deepEqual(problemsOf(readArguments(words)), [message]);
  }
});

test('what nobody is known to have is doubtful, with what may have been meant', () => {
  for (const [word, meant] of [
    ['--grcae', '--grace'],
    ['--grcae=1s', '--grace'],
    ['--stanby', '--standby'],
    ['--no-stanby', '--no-standby'],
    ['--onExit', '--on-exit'],
    ['--stack-size=900', undefined],
    ['-y', undefined],
    // As nodemon and others call it.
    ['-w', '--watch'],
    ['--quiet', '--log silent'],
  ] as const) {
    assert.deepEqual(readArguments([word, 'app.js']).doubtful, [{ word, meant }]);
  }
});
