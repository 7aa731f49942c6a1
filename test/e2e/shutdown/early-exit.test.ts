// The first run is spawned before autoreload is loaded: what happens meanwhile is not lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gone, run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

/** Blocks the supervisor behind its first spawn, until the run has exited. */
const SLOW = `
const { ChildProcess } = require('node:child_process');
const { readFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');
const { spawn } = ChildProcess.prototype;
if (isMainThread && !process.env.IS_CHILD) {
  process.env.IS_CHILD = '1';
  ChildProcess.prototype.spawn = function (...args) {
    ChildProcess.prototype.spawn = spawn;
    const result = spawn.apply(this, args);
    while (!/[)] Z /.test(readFileSync('/proc/' + this.pid + '/stat', 'utf8')));
    return result;
  };
}
`;

const PROGRAM = `
import { spawn } from 'node:child_process';
const child = spawn('sleep', ['100'], { stdio: 'ignore' });
console.log('child', child.pid);
process.send('sent');
process.exit(3);
`;

const ARGS = ['--require', './slow.cjs', '--import', 'autoreload/register'];
const IPC = ['ignore', 'pipe', 'pipe', 'ipc'] as const;
const skip = process.platform !== 'linux' && 'reads /proc';

test('of a run that exits while the supervisor is loaded, nothing is lost or left', { skip }, async () => {
  using project = new Project({ 'slow.cjs': SLOW, 'app.js': PROGRAM });
  await using app = run(project, 'app.js', { execArgv: ARGS, stdio: [...IPC] });
  const message = new Promise((resolve) => app.process.once('message', resolve));
  const line = await app.line(/^child \d+/);
  assert.equal(await message, 'sent');
  await app.line(/^\[autoreload\] app\.js failed with exit code 3, waiting for a change in \d files/);
  await gone(Number(/\d+/.exec(line)?.[0]));
  project.write('app.js', 'setInterval(() => {}, 1000);\n');
  await app.line(/is up/);
});

test('a missing module is named also if the run exits while the supervisor is loaded', { skip }, async () => {
  using project = new Project({ 'slow.cjs': SLOW, 'app.js': "import './missing.js';\n" });
  await using app = run(project, 'app.js', { execArgv: ARGS });
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for missing\.js/);
  project.write('missing.js', "console.log('found');\n");
  await app.line('found');
});

test('a signal that comes while the supervisor is loaded reaches the program', { skip }, async () => {
  using project = new Project({
    'slow.cjs': SLOW,
    'app.js': "process.kill(process.ppid, 'SIGTERM');\nprocess.exit(0);\n",
  });
  await using app = run(project, 'app.js', { execArgv: ARGS });
  assert.deepEqual(await app.end(), { code: 0, signal: null });
});
