// A restart shuts the program down gracefully, and leaves no process behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gone, isRunning, run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

/** Windows has neither SIGTERM nor process groups. */
const posix = { skip: process.platform === 'win32' && 'needs POSIX signals: Linux or macOS' };

const STAY = 'setInterval(() => {}, 1000);\n';

/** The program after the restart. */
const NEXT = `console.log('next');\n${STAY}`;

/** A child process of the app: prints its pid, starts further generations if asked to, and stays up. */
const HELPER = `
import { spawn } from 'node:child_process';
const [generations, manners] = process.argv.slice(2);
if (manners === 'stubborn') process.on('SIGTERM', () => console.log('helper ignores SIGTERM'));
console.log('helper', process.pid);
if (generations > 1) spawn(process.execPath, ['helper.js', generations - 1], { stdio: 'inherit' });
${STAY}`;

/** A worker thread that starts a process. */
const WORKER =
  "import { spawn } from 'node:child_process';\nspawn(process.execPath, ['helper.js'], { stdio: 'inherit' });\n";

test('the SIGTERM handler of the app completes before the next run starts', async () => {
  using project = new Project({
    'app.js': `
process.on('SIGTERM', async () => {
  console.log('ending');
  await new Promise((resolve) => setTimeout(resolve, 200));
  console.log('bye');
  process.exit();
});
process.on('exit', () => console.log('ended'));
console.log('app', process.pid);
${STAY}`,
  });
  await using app = run(project, 'app.js');
  const [pid] = await pids(app, 'app', 1);
  await app.line(/is up in/);
  project.write('app.js', NEXT);
  await app.line('next');
  const output = ['ending', 'bye', 'ended', 'next'];
  assert.deepEqual(app.transcript.lines('stdout').slice(1), output);
  assert.equal(isRunning(pid!), false);
});

test('an app that exits by itself after SIGTERM is not killed', async () => {
  using project = new Project({
    'app.js': `
const timer = setInterval(() => {}, 1000);
process.once('SIGTERM', () => {
  clearInterval(timer);
  setTimeout(() => console.log('drained'), 200);
});
console.log('begin');
`,
  });
  await using app = run(project, 'app.js');
  await app.line(/is up in/);
  project.write('app.js', NEXT);
  await app.line('next');
  const output = ['begin', 'drained', 'next'];
  assert.deepEqual(app.transcript.lines('stdout'), output);
});

test('a save while the app shuts down leads to one next run with the newest content', async () => {
  using project = new Project({
    'app.js': `
process.on('SIGTERM', () => {
  console.log('ending');
  setTimeout(() => process.exit(), 300);
});
console.log('begin');
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.line(/is up in/);
  project.write('app.js', `console.log('between');\n${STAY}`);
  await app.line('ending');
  project.write('app.js', NEXT);
  await app.line('next');
  assert.deepEqual(app.transcript.lines('stdout'), ['begin', 'ending', 'next']);
});

test('an app that ignores SIGTERM is killed after the grace period', posix, async () => {
  using project = new Project({
    'app.js': `process.on('SIGTERM', () => console.log('ignored'));\nconsole.log('app', process.pid);\n${STAY}`,
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_GRACE: '300' } });
  const [pid] = await pids(app, 'app', 1);
  await app.line(/is up in/);
  project.write('app.js', NEXT);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line('[autoreload] app.js did not exit within 300 ms, killing it');
  await app.line('next');
  assert.equal(isRunning(pid!), false);
  assert.equal(app.transcript.count(/^ignored$/), 1);
  const [restarting, killing] = [/restarting$/, /killing it$/].map((line) => timeOf(app, line));
  // Half of the grace period is a margin for slow reading.
  assert.ok(killing! - restarting! >= 150);
});

test('an app with a blocked event loop is killed after the grace period', posix, async () => {
  using project = new Project({
    'app.js': `
process.on('SIGTERM', () => console.log('never'));
console.log('app', process.pid);
setTimeout(() => {
  console.log('blocked');
  for (;;);
}, 100);
`,
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_GRACE: '300' } });
  const [pid] = await pids(app, 'app', 1);
  await app.line('blocked');
  project.write('app.js', NEXT);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line('[autoreload] app.js did not exit within 300 ms, killing it');
  await app.line('next');
  assert.equal(isRunning(pid!), false);
});

/** Ways to start child processes, and their number. */
const FAMILIES: readonly (readonly [what: string, code: string, count: number])[] = [
  ['a process', "spawn(process.execPath, ['helper.js'], { stdio: 'inherit' });", 1],
  [
    'a process of a shell',
    "spawn('\"$NODE\" helper.js; echo over', { shell: true, stdio: 'inherit', env });",
    1,
  ],
  [
    'a background process of a shell',
    'spawn(\'"$NODE" helper.js & "$NODE" helper.js & wait\', { shell: true, stdio: \'inherit\', env });',
    2,
  ],
  ['a grandchild of a grandchild', "spawn(process.execPath, ['helper.js', '4'], { stdio: 'inherit' });", 4],
  [
    'a process that ignores SIGTERM',
    "spawn(process.execPath, ['helper.js', '1', 'stubborn'], { stdio: 'inherit' });",
    1,
  ],
  [
    'a process of execSync, in which the app is blocked',
    "execSync('\"$NODE\" helper.js', { stdio: 'inherit', env });",
    1,
  ],
  [
    'a process of spawnSync, in which the app with a SIGTERM handler is blocked',
    "process.on('SIGTERM', () => {});\nspawnSync(process.execPath, ['helper.js'], { stdio: 'inherit' });",
    1,
  ],
  ['a process of a worker thread', `new Worker(new URL('worker.js', import.meta.url));`, 1],
  ['a process of fork', "fork('helper.js');", 1],
];

test('child processes do not outlive a restart, however they are started', posix, async () => {
  using project = new Project({ 'app.js': NEXT, 'helper.js': HELPER, 'worker.js': WORKER });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_GRACE: '500' } });
  await app.lines('next', /is up in/);
  for (const [what, code, count] of FAMILIES) {
    project.write('app.js', starting(code));
    await app.line('[autoreload] app.js changed, restarting');
    const helpers = await pids(app, 'helper', count);
    project.write('app.js', NEXT);
    await app.line('[autoreload] app.js changed, restarting');
    await app.line('next');
    assert.deepEqual(helpers.filter(isRunning), [], what);
    await app.line(/is up in/);
  }
});

/** Ways to crash after the child processes have started. */
const CRASHES: readonly (readonly [how: string, code: string, outcome: string])[] = [
  ['process.exit()', 'process.exit(3);', 'failed with exit code 3'],
  ['SIGKILL', "process.kill(process.pid, 'SIGKILL');", 'was killed by SIGKILL'],
  ['a throw', "throw new Error('crash');", 'failed with exit code 1'],
];

test('child processes do not outlive a crash of the app', posix, async () => {
  using project = new Project({ 'app.js': NEXT, 'helper.js': HELPER });
  await using app = run(project, 'app.js');
  await app.lines('next', /is up in/);
  for (const [how, code, outcome] of CRASHES) {
    project.write(
      'app.js',
      `
import { spawn } from 'node:child_process';
const helper = spawn(process.execPath, ['helper.js', '3'], { stdio: ['ignore', 'pipe', 'inherit'] });
let text = '';
helper.stdout.on('data', (chunk) => {
  text += chunk;
  if (text.split('\\n').length <= 3) return;
  process.stdout.write(text);
  ${code}
});
`,
    );
    const helpers = await pids(app, 'helper', 3);
    await app.line(`[autoreload] app.js ${outcome}, waiting for a change in 2 files`);
    assert.deepEqual(helpers.filter(isRunning), [], how);
    project.write('app.js', NEXT);
    await app.lines('next', /is up in/);
  }
});

test('a detached process is left alone', posix, async () => {
  using project = new Project({
    'app.js': starting(`
const helper = spawn(process.execPath, ['helper.js', '2'], { detached: true, stdio: 'ignore' });
helper.unref();
console.log('helper', helper.pid);`),
    'helper.js': HELPER,
  });
  const app = run(project, 'app.js');
  const [helper] = await pids(app, 'helper', 1);
  try {
    await app.line(/is up in/);
    project.write('app.js', NEXT);
    await app.line('next');
    assert.equal(isRunning(helper!), true, 'after a restart');
    app.kill('SIGTERM');
    await app.end();
    assert.equal(isRunning(helper!), true, 'after the exit');
  } finally {
    // The group: the process and its own child.
    process.kill(-helper!, 'SIGKILL');
    await app[Symbol.asyncDispose]();
  }
  await gone(helper!);
});

/** An app that starts child processes and stays up. */
function starting(code: string): string {
  return `
import { execSync, fork, spawn, spawnSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
const env = { ...process.env, NODE: process.execPath };
${code}
${STAY}`;
}

/** Returns the pids that are printed as `<word> <pid>`. */
async function pids(app: Run, word: string, count: number): Promise<number[]> {
  const found: number[] = [];
  while (found.length < count) {
    const line = await app.line(new RegExp(`^${word} \\d+$`));
    found.push(Number(line.split(' ')[1]));
  }
  return found;
}

/** Returns the arrival time of the first line that matches (ms). */
function timeOf(app: Run, pattern: RegExp): number {
  return app.transcript.entries.find(({ text }) => pattern.test(text))!.at;
}
