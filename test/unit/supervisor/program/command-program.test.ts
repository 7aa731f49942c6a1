import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  commandProgram,
  failure,
  shown,
  withChanged,
} from '../../../../src/supervisor/program/command-program.ts';
import type { CommandContext } from '../../../../src/supervisor/program/command-program.ts';

const context: CommandContext = { cwd: process.cwd(), env: {}, platform: 'linux', isTerminal: false };

test('a group of its own, the one that has the terminal, or a job', () => {
  const placeOf = (changes: Partial<CommandContext>): string =>
    commandProgram(['x'], { ...context, ...changes }).grouping;
  assert.equal(placeOf({}), 'own');
  assert.equal(placeOf({ isTerminal: true }), 'shared');
  assert.equal(placeOf({ platform: 'win32' }), 'job');
  assert.equal(placeOf({ platform: 'win32', isTerminal: true }), 'job');
});

test('a name is looked up in PATH, a path is a file', () => {
  assert.equal(commandProgram(['python'], context).path, undefined);
  assert.ok(commandProgram(['./server'], context).path?.startsWith(process.cwd()));
});

test('a name that is that of a script may have been meant as one, where it has been typed', () => {
  for (const [file, isTyped, isOne] of [
    ['app.js', true, true],
    ['app.mts', true, true],
    ['app.js', false, false],
    ['./app.js', true, false],
    ['app.py', true, false],
  ] as const) {
    const { script } = commandProgram([file], { ...context, isTyped });
    assert.equal(script !== undefined, isOne, file);
  }
});

test('what has changed is told as far as there is room', () => {
  assert.deepEqual(withChanged({ A: '1', AUTORELOAD_CHANGED: 'old' }, []), { A: '1' });
  assert.deepEqual(withChanged({}, ['/a', '/b']), { AUTORELOAD_CHANGED: '/a\n/b' });
  const many = Array.from({ length: 10_000 }, (_, index) => `/a/file/${index}`);
  const { AUTORELOAD_CHANGED: text = '' } = withChanged({}, many);
  assert.ok(text.length < 32_000);
  assert.deepEqual(text.split('\n'), many.slice(0, text.split('\n').length));
});

test('a command line is shown on one line, as it would be typed', () => {
  const show = (...argv: string[]): string => shown(commandProgram(argv, context));
  assert.equal(show('./server', '-c', 'server.conf'), './server -c server.conf');
  assert.equal(show('sh', '-c', "echo 'a'\nb", ''), String.raw`sh -c 'echo '\''a'\'' b' ''`);
  assert.ok(show('x', 'y'.repeat(1000)).length < 120);
});

test('an error is an exit code and a line', () => {
  const fail = (file: string, code: string): [number, string] => {
    const error = Object.assign(new Error(`spawn ${code}`), { code });
    const { code: exitCode, problem } = failure(commandProgram([file], context), error);
    return [exitCode, problem.message];
  };
  assert.match(fail('pyhton', 'ENOENT').join(' '), /^127 cannot find "pyhton": no such command in PATH\./);
  assert.match(fail('./none', 'ENOENT').join(' '), /^127 cannot find "\.\/none": no such file\./);
  assert.match(fail('./package.json', 'ENOENT').join(' '), /^126 cannot run .* first line/);
  assert.match(fail('./x', 'EACCES').join(' '), /^126 cannot run .*chmod \+x/);
  assert.match(fail('x', 'E2BIG').join(' '), /^126 cannot run "x": spawn E2BIG\.$/);
});
