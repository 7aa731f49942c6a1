// A signal to the supervisor has the effect of a signal to the program, and leaves no process behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gone, isRunning, run, until } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { childrenOf } from '../../helpers/processes.ts';
import { Project } from '../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'needs POSIX signals: Linux or macOS' };

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Time in which all processes exit after a SIGKILL of the supervisor (ms). */
const SOON_MS = process.env['CI'] ? 3000 : 1000;

const STAY = 'setInterval(() => {}, 1000);\n';

/** A child process of the app, which may start another one. */
const HELPER = `
import { spawn } from 'node:child_process';
console.log('started', process.pid);
if (process.argv[2] === 'parent') spawn(process.execPath, ['helper.js'], { stdio: 'inherit' });
${STAY}`;

/** Starts two child processes. */
const FAMILY = `
import { spawn } from 'node:child_process';
spawn(process.execPath, ['helper.js', 'parent'], { stdio: 'inherit' });
`;

/** An app that prints each signal, and exits 100 ms later with code 7. */
const POLITE = `
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => {
    console.log('got', signal);
    setTimeout(() => {
      console.log('bye');
      process.exit(7);
    }, 100);
  });
}
`;

/** An app that prints and ignores each signal. */
const STUBBORN = POLITE.replace(/setTimeout[^]*?\}, 100\);/, '');

/** An app that blocks its event loop when a file named `block` appears. */
const BLOCKING = `
import fs from 'node:fs';
setInterval(() => {
  if (!fs.existsSync('block')) return;
  console.log('blocked');
  for (;;);
}, 10);
`;

for (const signal of SIGNALS) {
  test(
    `${signal}: the app gets one signal and time to exit, and the supervisor exits with its code`,
    posix,
    async () => {
      using project = new Project({ 'app.js': `${FAMILY}${POLITE}${STAY}`, 'helper.js': HELPER });
      await using app = run(project, 'app.js');
      const pids = await allPids(app, 2);
      app.kill(signal);
      await app.line(`got ${signal}`);
      await app.line('bye');
      assert.deepEqual(await app.end(), { code: 7, signal: null });
      await allGone(pids);
      assert.equal(app.transcript.count(/^got /), 1);
      assert.equal(app.restarts, 0);
    },
  );

  test(
    `${signal} kills an app without a handler, and the supervisor exits by the same signal`,
    posix,
    async () => {
      using project = new Project({ 'app.js': `${FAMILY}${STAY}`, 'helper.js': HELPER });
      await using app = run(project, 'app.js');
      const pids = await allPids(app, 2);
      app.kill(signal);
      assert.deepEqual(await app.end(), { code: null, signal });
      await allGone(pids);
      // A requested exit is not reported.
      assert.equal(app.transcript.count(/^\[autoreload\] (?!app\.js is up in)/), 0);
    },
  );
}

test('a signal to the process group during a restart leaves no process behind', posix, async () => {
  for (let moment = 0; moment < 24; moment += 4) {
    using project = new Project({ 'app.js': 'console.log(process.pid);\nsetInterval(() => {}, 1000);\n' });
    await using app = run(project, 'app.js', { detached: true });
    await app.line(/is up in/);
    project.write('app.js', `${project.read('app.js')}// edited\n`);
    await app.line(/restarting$/);
    const end = performance.now() + moment;
    while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
    process.kill(-app.pid, 'SIGTERM');
    await app.end();
    for (const line of app.transcript.lines('stdout')) await gone(Number(line));
  }
});

test('a signal to the process group reaches the app once', posix, async () => {
  using project = new Project({ 'app.js': `${FAMILY}${POLITE}${STAY}`, 'helper.js': HELPER });
  await using app = run(project, 'app.js', { detached: true });
  const pids = await allPids(app, 2);
  process.kill(-app.pid, 'SIGINT');
  assert.deepEqual(await app.end(), { code: 7, signal: null });
  await allGone(pids);
  assert.equal(app.transcript.count(/^got SIGINT$/), 1);
});

test('the app gets two different signals in the order in which they were sent', posix, async () => {
  using project = new Project({ 'app.js': `${POLITE}${STAY}` });
  for (const [first, second] of [
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
    ['SIGHUP', 'SIGTERM'],
  ] as const) {
    await using app = run(project, 'app.js');
    await app.line(/is up in/);
    app.kill(first);
    // Signals that are pending together are delivered in the order of their numbers.
    await app.line(`got ${first}`);
    app.kill(second);
    await app.line(`got ${second}`);
    assert.deepEqual(await app.end(), { code: 7, signal: null });
  }
});

test('a signal after a restart goes to the current run', posix, async () => {
  using project = new Project({ 'app.js': STAY });
  await using app = run(project, 'app.js');
  await app.line(/is up in/);
  project.write('app.js', `${FAMILY}${POLITE}${STAY}`);
  project.write('helper.js', HELPER);
  await app.line(/restarting$/);
  const pids = await allPids(app, 2);
  app.kill('SIGTERM');
  await app.line('got SIGTERM');
  assert.deepEqual(await app.end(), { code: 7, signal: null });
  await allGone(pids);
});

test('a signal while the app is loading is forwarded', posix, async () => {
  using project = new Project({
    'app.js': `${POLITE}console.log('loading');\nawait new Promise(() => ${STAY.trim().replace(';', '')});\n`,
  });
  await using app = run(project, 'app.js');
  await app.line('loading');
  app.kill('SIGTERM');
  await app.line('got SIGTERM');
  assert.deepEqual(await app.end(), { code: 7, signal: null });
  assert.equal(app.transcript.count(/^got /), 1);
});

test('a signal during a restart is not followed by another run', posix, async () => {
  using project = new Project({
    'app.js': `
process.on('SIGTERM', () => {
  console.log('ending');
  setTimeout(() => process.exit(4), 300);
});
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.line(/is up in/);
  project.write('app.js', `console.log('next');\n${STAY}`);
  await app.line('ending');
  app.kill('SIGINT');
  const { code, signal } = await app.end();
  // The app handles SIGTERM only.
  assert.deepEqual({ code, signal }, { code: null, signal: 'SIGINT' });
  assert.equal(app.transcript.count(/^next$/), 0);
});

test('a second SIGINT kills an app that ignores the first', posix, async () => {
  using project = new Project({ 'app.js': `${FAMILY}${STUBBORN}${STAY}`, 'helper.js': HELPER });
  await using app = run(project, 'app.js');
  const pids = await allPids(app, 2);
  app.kill('SIGINT');
  await app.line('got SIGINT');
  await app.line('[autoreload] waiting for app.js to exit, press Ctrl-C again to kill it');
  app.kill('SIGINT');
  assert.deepEqual(await app.end(), { code: null, signal: 'SIGINT' });
  await allGone(pids);
  assert.equal(app.transcript.count(/^got SIGINT$/), 1);
});

for (const [signal, what, code, ended] of [
  ['SIGINT', 'after exit code 3 exits with code 3', 'process.exit(3);', { code: 3, signal: null }],
  ['SIGTERM', 'after a completed run exits with code 0', '', { code: 0, signal: null }],
  [
    'SIGHUP',
    'after SIGKILL exits by SIGHUP',
    "process.kill(process.pid, 'SIGKILL');",
    { code: null, signal: 'SIGHUP' },
  ],
] as const) {
  test(`${signal} while the supervisor waits ${what}`, posix, async () => {
    using project = new Project({ 'app.js': `console.log('runs');\n${code}\n` });
    await using app = run(project, 'app.js');
    await app.line(/^\[autoreload\] app\.js .* waiting for a change in 1 file$/);
    const left = childrenOf(app.pid);
    // The guard, and the standby if it has been started by now.
    assert.ok(left.length === 1 || left.length === 2, String(left));
    app.kill(signal);
    assert.deepEqual(await app.end(), ended);
    await allGone(left);
  });
}

for (const [what, code] of [
  ['an app', ''],
  ['an app that ignores signals', STUBBORN],
  ['an app with a blocked event loop', BLOCKING],
] as const) {
  test(`SIGKILL to the supervisor kills ${what}, its child processes and the guard`, posix, async () => {
    using project = new Project({
      'app.js': `${FAMILY}${code}console.log('begin');\n${STAY}`,
      'helper.js': HELPER,
    });
    await using app = run(project, 'app.js');
    const pids = await allPids(app, 2);
    if (code === BLOCKING) {
      project.write('block', '');
      await app.line('blocked');
    }
    app.kill('SIGKILL');
    await allGone(pids, SOON_MS);
    assert.deepEqual(await app.end(), { code: null, signal: 'SIGKILL' });
  });
}

test('SIGKILL to the supervisor kills the processes that a blocked app has just started', posix, async () => {
  using project = new Project({
    'app.js':
      "import { execSync } from 'node:child_process';\nexecSync('\"$NODE\" helper.js parent', { stdio: 'inherit' });\n",
    'helper.js': HELPER,
  });
  await using app = run(project, 'app.js', { env: { NODE: process.execPath } });
  const pids = await started(app, 2);
  pids.push(...childrenOf(app.pid));
  app.kill('SIGKILL');
  await allGone(pids, SOON_MS);
});

test('SIGKILL to the supervisor kills a run that is shutting down', posix, async () => {
  using project = new Project({ 'app.js': `${FAMILY}${STUBBORN}${STAY}`, 'helper.js': HELPER });
  await using app = run(project, 'app.js');
  const pids = await allPids(app, 2);
  project.write('app.js', STAY);
  await app.line('got SIGTERM');
  app.kill('SIGKILL');
  await allGone(pids, SOON_MS);
});

test('SIGKILL to the supervisor after a restart kills the second run', posix, async () => {
  using project = new Project({ 'app.js': STAY, 'helper.js': HELPER });
  await using app = run(project, 'app.js');
  await app.line(/is up in/);
  project.write('app.js', `${FAMILY}${STUBBORN}${STAY}`);
  const pids = await allPids(app, 2);
  app.kill('SIGKILL');
  await allGone(pids, SOON_MS);
});

/** Waits for a start. Returns the pids of the app and its child processes, of the guard, and of a standby. */
async function allPids(app: Run, count: number): Promise<number[]> {
  const helpers = await started(app, count);
  // The guard is started after the app.
  await until('the app and the guard run', () => childrenOf(app.pid).length >= 2);
  return [...childrenOf(app.pid), ...helpers];
}

/** Waits until the child processes have started. Returns their pids. */
async function started(app: Run, count: number): Promise<number[]> {
  const pids: number[] = [];
  while (pids.length < count) pids.push(Number((await app.line(/^started \d+$/)).split(' ')[1]));
  assert.ok(pids.every(isRunning));
  return pids;
}

async function allGone(pids: readonly number[], ms?: number): Promise<void> {
  await Promise.all(pids.map((pid) => gone(pid, ms)));
}
