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

test('the group of a command is its own, the group of the terminal, or a job', () => {
  const groupingOf = (changes: Partial<CommandContext>): string =>
    commandProgram(['x'], { ...context, ...changes }).grouping;
  assert.equal(groupingOf({}), 'own');
  assert.equal(groupingOf({ isTerminal: true }), 'shared');
  assert.equal(groupingOf({ platform: 'win32' }), 'job');
  assert.equal(groupingOf({ platform: 'win32', isTerminal: true }), 'job');
});

test('a name is looked up in PATH, a path is a file', () => {
  assert.equal(commandProgram(['python'], context).path, undefined);
  assert.ok(commandProgram(['./server'], context).path?.startsWith(process.cwd()));
});

test('a typed name of a script is recognized', () => {
  for (const [file, isTyped, isScript] of [
    ['app.js', true, true],
    ['app.mts', true, true],
    ['app.js', false, false],
    ['./app.js', true, false],
    ['app.py', true, false],
  ] as const) {
    const { script } = commandProgram([file], { ...context, isTyped });
    assert.equal(script !== undefined, isScript, file);
  }
});

test('changed files are named up to the maximum length', () => {
  assert.deepEqual(withChanged({ A: '1', AUTORELOAD_CHANGED: 'old' }, []), { A: '1' });
  assert.deepEqual(withChanged({}, ['/a', '/b']), { AUTORELOAD_CHANGED: '/a\n/b' });
  const many = Array.from({ length: 10_000 }, (_, index) => `/a/file/${index}`);
  const { AUTORELOAD_CHANGED: text = '' } = withChanged({}, many);
  assert.ok(text.length < 32_000);
  assert.deepEqual(text.split('\n'), many.slice(0, text.split('\n').length));
});

test('a command line is formatted on one line, as it would be typed', () => {
  const show = (...argv: string[]): string => shown(commandProgram(argv, context));
  assert.equal(show('./server', '-c', 'server.conf'), './server -c server.conf');
  assert.equal(show('sh', '-c', "echo 'a'\nb", ''), String.raw`sh -c 'echo '\''a'\'' b' ''`);
  assert.ok(show('x', 'y'.repeat(1000)).length < 120);
});

test('a failed start leads to an exit code and a line', () => {
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
