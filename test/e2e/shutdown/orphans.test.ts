// The end of supervision: the exit code of the program is passed on, a timeout stops everything, and no process is left, whichever
// process is killed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gone } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { command } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';

const STAY = 'setInterval(() => {}, 1000);\n';
const posix = { skip: process.platform === 'win32' && 'needs POSIX signals: Linux or macOS' };

for (const [what, args, code, ended] of [
  ['0, with --on-exit exit', ['--on-exit', 'exit'], '', { code: 0, signal: null }],
  ['3, with --on-crash exit', ['--on-crash', 'exit'], 'process.exit(3);\n', { code: 3, signal: null }],
  [
    'that of a throw, with --on-crash exit',
    ['--on-crash', 'exit'],
    "throw new Error('x');\n",
    { code: 1, signal: null },
  ],
  [
    'that of a syntax error, with --on-crash exit',
    ['--on-crash', 'exit'],
    'let = ;\n',
    { code: 1, signal: null },
  ],
  [
    '255, with --on-crash exit',
    ['--on-crash', 'exit'],
    'process.exitCode = 255;\n',
    { code: 255, signal: null },
  ],
] as const) {
  test(`the exit code is passed on: ${what}`, async () => {
    using project = new Project({ 'app.js': `console.log('runs');\n${code}` });
    await using app = command(project, [...args, 'app.js']);
    assert.deepEqual(await app.end(), ended);
  });
}

test('the signal that killed the program is passed on, with --on-crash exit', posix, async () => {
  using project = new Project({
    'app.js': "process.kill(process.pid, 'SIGKILL');\nsetInterval(() => {}, 1000);\n",
  });
  await using app = command(project, ['--on-crash', 'exit', 'app.js']);
  assert.deepEqual(await app.end(), { code: null, signal: 'SIGKILL' });
});

test('the exit code of any command is passed on', posix, async () => {
  using project = new Project({});
  await using app = command(project, ['--on-crash', 'exit', '--', 'sh', '-c', 'exit 42']);
  assert.deepEqual(await app.end(), { code: 42, signal: null });
});

test('Ctrl-C during the wait after exit code 3 leads to exit code 3', posix, async () => {
  using project = new Project({ 'app.js': 'process.exit(3);\n' });
  await using app = command(project, ['app.js']);
  await app.line('[autoreload] app.js failed with exit code 3, waiting for a change in 1 file');
  app.kill('SIGINT');
  assert.deepEqual(await app.end(), { code: 3, signal: null });
});

test('Ctrl-C before a retry leads to the exit code of the last run', posix, async () => {
  using project = new Project({ 'app.js': 'process.exit(3);\n' });
  await using app = command(project, ['--on-crash', 'retry', 'app.js']);
  await app.line(/retrying in 800 ms$/);
  app.kill('SIGINT');
  assert.deepEqual(await app.end(), { code: 3, signal: null });
});

for (const [what, code, ended] of [
  ['0 if the stop signal kills the program', '', 0],
  ['that of the program if it exits by itself', "process.on('SIGTERM', () => process.exit(7));\n", 7],
] as const) {
  test(`--timeout stops the program, with exit code ${what}`, posix, async () => {
    using project = new Project({ 'app.js': `${code}console.log('runs');\n${STAY}` });
    await using app = command(project, ['--timeout', '3s', 'app.js']);
    await app.lines('runs', '[autoreload] stopping after 3 s (--timeout)');
    assert.deepEqual(await app.end(), { code: ended, signal: null });
  });
}

test('--timeout ends the wait for a change with the exit code of the last run', async () => {
  using project = new Project({ 'app.js': 'process.exit(5);\n' });
  await using app = command(project, ['--timeout', '3s', 'app.js']);
  await app.line('[autoreload] app.js failed with exit code 5, waiting for a change in 1 file');
  assert.deepEqual(await app.end(), { code: 5, signal: null });
});

test('--timeout stops any command', posix, async () => {
  using project = new Project({});
  await using app = command(project, ['--timeout', '3s', '--', 'sh', '-c', 'echo "pid $$"; exec sleep 60']);
  const pid = Number((await app.line(/^pid /)).slice(4));
  assert.deepEqual(await app.end(), { code: 0, signal: null });
  await gone(pid);
});

/** A program that starts a shell, which starts two more processes. */
const TREE = `
import { spawn } from 'node:child_process';
console.log('pid', process.pid);
spawn('sh', ['-c', 'echo "pid $$"; sleep 60 & echo "pid $!"; wait'], { stdio: 'inherit' });
`;

// A program instead of a command: supervisor-exit.test.ts.
for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`${signal} to autoreload alone leaves nothing of a command behind`, posix, async () => {
    using project = new Project({ 'app.js': TREE });
    await using app = command(project, ['--', process.execPath, 'app.js']);
    const lines = await three(app);
    app.kill(signal);
    assert.deepEqual(await app.end(), { code: null, signal });
    for (const pid of lines) await gone(pid);
  });
}

async function three(app: Run): Promise<number[]> {
  const pids: number[] = [];
  for (let i = 0; i < 3; i++) pids.push(Number((await app.line(/^pid \d+$/)).slice(4)));
  return pids;
}
