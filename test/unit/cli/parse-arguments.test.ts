import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../../src/cli/parse-arguments.ts';
import type { ParsedArguments } from '../../../src/cli/parse-arguments.ts';
import { OPTIONS } from '../../../src/options/options.ts';

/** Parses arguments without `exec` in another source. */
function parse(words: readonly string[]): ParsedArguments {
  return parseArguments(words, false);
}

function problemsOf({ flags }: ParsedArguments): string[] {
  return (flags.problems ?? []).map(({ message }) => message);
}

test('autoreload flags and Node options may be mixed, and everything behind the script belongs to the script', () => {
  const line =
    '--inspect --clear --env-file .env -r ./pre.js --grace=1s -C dev --no-hold app.ts --clear --env-file x';
  const { flags, nodeOptions, program, isCommand, doubtful } = parse(line.split(' '));
  assert.deepEqual(flags.values, { clear: true, grace: '1s', hold: false });
  assert.deepEqual(nodeOptions, ['--inspect', '--env-file', '.env', '-r', './pre.js', '-C', 'dev']);
  assert.deepEqual(program, ['app.ts', '--clear', '--env-file', 'x']);
  assert.deepEqual([isCommand, doubtful], [false, []]);
});

test('every word behind -- belongs to the command', () => {
  const { program, isCommand } = parse(['--watch', '.', '--', '--grace', '-c', '--', 'x']);
  assert.deepEqual([program, isCommand], [['--grace', '-c', '--', 'x'], true]);
  assert.equal(parse(['app.js', '--', 'x']).isCommand, false);
});

test('with --exec, the command takes the rest of the words', () => {
  const { flags, program, nodeOptions } = parse(['--exec', 'python app.py', '--clear', '--port', '1', '-v']);
  assert.deepEqual(flags.values, { exec: 'python app.py', clear: true });
  assert.deepEqual([program, nodeOptions], [['--port', '1', '-v'], []]);
});

test('with exec from another source, the command takes the rest of the words', () => {
  for (const [words, program, values] of [
    [['--port', '1', '--clear'], ['--port', '1', '--clear'], {}],
    [['--clear', '-w', 'x'], ['-w', 'x'], { clear: true }],
    [['--clear', '-x', '--', 'y'], ['-x', '--', 'y'], { clear: true }],
    [['app.js', '--port'], ['app.js', '--port'], {}],
    [[], [], {}],
  ] as const) {
    const parsed = parseArguments(words, true);
    assert.deepEqual([parsed.program, parsed.flags.values, parsed.nodeOptions], [program, values, []]);
  }
  assert.deepEqual(parseArguments(['--grcae', 'x'], true).doubtful, [{ word: '--grcae', meant: '--grace' }]);
});

test('a list flag may be repeated; of any other flag the last one wins', () => {
  const words = '--watch a --watch=b:c --ignore x --ext js,ts --ext .json --grace 1s --grace 2s app.js'.split(
    ' ',
  );
  assert.deepEqual(parse(words).flags.values, {
    watch: ['a', 'b:c'],
    ignore: ['x'],
    ext: ['js,ts', '.json'],
    grace: '2s',
  });
});

test('each switch has a flag for on and off, and the last one wins', () => {
  for (const [flag, name] of [
    ['standby', 'standby'],
    ['hold', 'hold'],
    ['crash-page', 'crashPage'],
    ['clear', 'clear'],
    ['poll', 'poll'],
  ] as const) {
    for (const isOn of [true, false]) {
      const [last, first] = isOn ? [`--${flag}`, `--no-${flag}`] : [`--no-${flag}`, `--${flag}`];
      assert.deepEqual(parse([first, last, 'app.js']).flags.values, { [name]: isOn }, last);
    }
  }
});

test('every option of the table has a flag', () => {
  for (const { name, placeholder } of OPTIONS) {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    const { flags, program } = parse([...(placeholder ? [`${flag}=x`] : [flag]), 'app.js']);
    assert.deepEqual([Object.keys(flags.values), program], [[name], ['app.js']]);
  }
});

test('only a duration is the value of --poll', () => {
  for (const [words, poll, program] of [
    [['--poll', 'app.js'], true, ['app.js']],
    [['--poll', '100', 'app.js'], '100', ['app.js']],
    [['--poll', '1.5s', 'app.js'], '1.5s', ['app.js']],
    [['--poll=x', 'app.js'], 'x', ['app.js']],
    [['--poll', '1.js'], true, ['1.js']],
    [['--poll'], true, []],
  ] as const) {
    const parsed = parse(words);
    assert.deepEqual([parsed.flags.values['poll'], parsed.program], [poll, program]);
  }
});

test('a missing or superfluous value is reported', () => {
  for (const [words, message] of [
    [['--on-exit'], '--on-exit needs a value: wait, exit or restart. Use --on-exit wait.'],
    [
      ['--signal', '--clear'],
      '--signal needs a value: a signal name such as SIGTERM or SIGINT. Use --signal SIGTERM.',
    ],
    [['--completion'], '--completion needs a value: bash, zsh or fish. Use --completion bash.'],
    [['--no-hold=1'], '--no-hold takes no value, got "1". Use --no-hold.'],
  ] as const) {
    assert.deepEqual(problemsOf(parse(words)), [message]);
  }
});

test('an unknown option is doubtful, with the nearest flag as a suggestion', () => {
  for (const [word, meant] of [
    ['--grcae', '--grace'],
    ['--grcae=1s', '--grace'],
    ['--stanby', '--standby'],
    ['--no-stanby', '--no-standby'],
    ['--onExit', '--on-exit'],
    ['--stack-size=900', undefined],
    ['-y', undefined],
    // Flags of nodemon and other tools.
    ['-w', '--watch'],
    ['--quiet', '--log silent'],
  ] as const) {
    assert.deepEqual(parse([word, 'app.js']).doubtful, [{ word, meant }]);
  }
});
