// Debugging: only the app is debugged, on the same port in every run, and a debugger does not delay a restart.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { RunOptions } from '../../helpers/autoreload.ts';
import { Debugger, freePort, listens, targets } from '../../helpers/inspector.ts';
import { Project } from '../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'needs POSIX signals: Linux or macOS' };

const OURS = ['--import', 'autoreload/register'];
const LISTENING = /^Debugger listening on ws:/;
const IN_USE = /address already in use/;

/** Prints its options and its environment. */
const APP = `
console.log(JSON.stringify(['app', process.pid, process.debugPort, process.execArgv, process.env.NODE_OPTIONS ?? null]));
setInterval(() => {}, 1000);
`;

/** Exits by itself some time after SIGTERM. */
const POLITE = "process.on('SIGTERM', () => process.exit(7));\n";

for (const [form, options] of [
  ['--inspect=port', (port) => ({ execArgv: [`--inspect=${port}`, ...OURS] })],
  ['--inspect=host:port', (port) => ({ execArgv: [`--inspect=127.0.0.1:${port}`, ...OURS] })],
  [
    '--inspect --inspect-port=port',
    (port) => ({ execArgv: ['--inspect', `--inspect-port=${port}`, ...OURS] }),
  ],
  ['--inspect=0', () => ({ execArgv: [...OURS, '--inspect=0'] })],
  ['--inspect=host:0', () => ({ execArgv: ['--inspect=localhost:0', ...OURS] })],
  ['--inspect --inspect-port 0', () => ({ execArgv: ['--inspect', '--inspect-port', '0', ...OURS] })],
  [
    'NODE_OPTIONS=--inspect=port',
    (port) => ({ execArgv: OURS, env: { NODE_OPTIONS: `--inspect=${port} --no-warnings` } }),
  ],
  [
    'NODE_OPTIONS=--inspect=0',
    () => ({ execArgv: ['--no-warnings'], env: { NODE_OPTIONS: `--inspect=0  ${OURS.join(' ')}` } }),
  ],
] as readonly (readonly [string, (port: number) => RunOptions])[]) {
  test(`${form}: the app is debugged on the same port in every run, and sees its options as typed`, async () => {
    using project = new Project({ 'app.js': APP });
    const given = options(await freePort());
    await using app = run(project, 'app.js', given);
    const port = portOf(await app.line(LISTENING));
    const execArgv = without(given.execArgv ?? [], OURS);
    const inherited = given.env?.['NODE_OPTIONS']?.replace(`  ${OURS.join(' ')}`, '') ?? null;
    for (const round of [1, 2, 3]) {
      const [line, , listening] = await app.lines(/^\["app"/, /is up in/, LISTENING);
      const [, pid, ...seen] = JSON.parse(line!) as unknown[];
      assert.deepEqual([portOf(listening!), ...seen], [port, port, execArgv, inherited]);
      const [target] = await targets(port);
      assert.match(target?.url ?? '', /app\.js$/);
      await using client = await Debugger.attach(listening!);
      assert.equal(await client.pid(), pid);
      if (process.platform === 'linux') assert.equal(listens(app.pid), false, 'the supervisor listens');
      project.write('app.js', `${APP}// ${round}\n`);
      await app.line('[autoreload] app.js changed, restarting');
    }
    assert.equal(app.transcript.count(IN_USE), 0);
  });
}

for (const option of ['--inspect-brk', '--inspect-wait', '--inspect-brk=0']) {
  test(`${option}: every run waits for a debugger on the same port`, async () => {
    using project = new Project({ 'app.js': APP });
    const port = option.endsWith('=0') ? [] : [`--inspect-port=${await freePort()}`];
    await using app = run(project, 'app.js', { execArgv: [option, ...port, ...OURS] });
    const first = await app.line(LISTENING);
    await passFirst(first);
    for (const round of [1, 2]) {
      const listening = await app.line(LISTENING);
      assert.equal(portOf(listening), portOf(first));
      assert.equal(app.transcript.count(/^\["app"/), round - 1, 'the app did not wait');
      await using client = await Debugger.attach(listening);
      await client.start();
      if (option.includes('brk')) {
        await client.event('Debugger.paused');
        await client.send('Debugger.resume');
      }
      const [line] = await app.lines(/^\["app"/, /is up in/);
      const execArgv = [option, ...port];
      assert.deepEqual((JSON.parse(line!) as unknown[]).slice(2), [portOf(first), execArgv, null]);
      project.write('app.js', `${APP}// ${round}\n`);
      await app.line('[autoreload] app.js changed, restarting');
    }
    // A standby that starts while the supervisor is killed would stay.
    await app.line(LISTENING);
    assert.equal(app.transcript.count(IN_USE), 0);
  });
}

test('a signal stops a program that waits for a debugger', posix, async () => {
  using project = new Project({ 'app.js': APP });
  await using app = run(project, 'app.js', { execArgv: ['--inspect-wait=0', ...OURS] });
  await passFirst(await app.line(LISTENING));
  await using client = await Debugger.attach(await app.line(LISTENING));
  await client.start();
  await app.lines(/^\["app"/, /is up in/);
  project.write('app.js', `${APP}// waits\n`);
  await app.line(LISTENING);
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: null, signal: 'SIGTERM' });
});

test('processes and threads of a program with --inspect=0 are debugged as without autoreload', async () => {
  const source = `
import { fork } from 'node:child_process';
import cluster from 'node:cluster';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
console.log(JSON.stringify(['app', process.debugPort]));
await once(fork('part.js'), 'exit');
await once(new Worker('./part.js'), 'exit');
cluster.setupPrimary({ exec: 'part.js' });
await once(cluster.fork(), 'exit');
console.log('end');
`;
  const part = `
import { isMainThread } from 'node:worker_threads';
const names = Object.keys(process.env).filter((name) => name.startsWith('AUTORELOAD') && name !== 'AUTORELOAD_TIMEOUT');
console.log(JSON.stringify(['part', isMainThread && process.debugPort, process.execArgv, names]));
if (process.connected && isMainThread) process.disconnect();
`;
  using project = new Project({ 'app.js': source, 'part.js': part });
  await using app = run(project, 'app.js', { execArgv: [...OURS, '--inspect=0'] });
  const [, port] = JSON.parse(await app.line(/^\["app"/)) as [string, number];
  await app.line('end');
  const [forked, thread, worker] = app.transcript
    .lines('stdout')
    .slice(1, -1)
    .map((line) => JSON.parse(line) as unknown[]);
  assert.notEqual(forked?.[1], port);
  assert.deepEqual(forked?.slice(2), [['--inspect=0'], []]);
  assert.deepEqual(thread, ['part', false, ['--inspect=0'], []]);
  assert.deepEqual(worker, ['part', port + 1, ['--inspect=0', `--inspect-port=${port + 1}`], []]);
  // The next port, which the cluster worker uses, may be in use elsewhere.
  assert.equal(app.transcript.count(new RegExp(`:${port} failed`)), 0);
});

for (const any of [false, true]) {
  test(
    `SIGUSR1 opens the inspector of the app, and again after restarts${any ? ', on the port that the system gave first' : ''}`,
    posix,
    async () => {
      using project = new Project({ 'app.js': APP });
      const option = `--inspect-port=${any ? 0 : await freePort()}`;
      const env = { AUTORELOAD_LOG: 'debug' };
      await using app = run(project, 'app.js', { execArgv: [option, ...OURS], env });
      await app.lines(/^\["app"/, /is up in/);
      project.write('app.js', `${APP}// not yet\n`);
      await app.line(/restarting$/);
      let [line] = await app.lines(/^\["app"/, /is up in/);
      app.kill('SIGUSR1');
      let [listening] = await app.lines(LISTENING, /^\[autoreload\] inspector at ws:/);
      const port = portOf(listening!);
      for (const round of [1, 2]) {
        await using client = await Debugger.attach(listening!);
        assert.equal(await client.pid(), (JSON.parse(line!) as unknown[])[1]);
        if (process.platform === 'linux') assert.equal(listens(app.pid), false, 'the supervisor listens');
        project.write('app.js', `${APP}// ${round}\n`);
        await app.line('[autoreload] app.js changed, restarting');
        [line, listening] = await app.lines(/^\["app"/, LISTENING, /is up in/);
        assert.equal(portOf(listening!), port);
      }
      assert.equal(app.transcript.count(LISTENING), 3);
    },
  );
}

test('SIGUSR1 goes to the handler of the app, also after a restart', posix, async () => {
  const source = `process.on('SIGUSR1', () => console.log('got SIGUSR1'));\n${APP}`;
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { execArgv: ['--inspect-port=0', ...OURS], detached: true });
  await app.lines(/^\["app"/, /is up in/);
  for (const round of [1, 2]) {
    if (round === 1) app.kill('SIGUSR1');
    // The signal goes to the whole process group, and the app gets it once.
    else process.kill(-app.pid, 'SIGUSR1');
    await app.line('got SIGUSR1');
    project.write('app.js', `${source}// ${round}\n`);
    await app.lines('[autoreload] app.js changed, restarting', /^\["app"/, /is up in/);
  }
  assert.equal(app.transcript.count(/^got SIGUSR1$/), 2);
  assert.equal(app.transcript.count(LISTENING), 0);
});

test('SIGUSR1 between two runs is kept for the next run', posix, async () => {
  using project = new Project({ 'app.js': '' });
  await using app = run(project, 'app.js', { execArgv: ['--inspect-port=0', ...OURS] });
  await app.line(/completed/);
  app.kill('SIGUSR1');
  project.write('app.js', APP);
  await app.lines(/^\["app"/, /is up in/, LISTENING);
  project.write('app.js', `${APP}// two\n`);
  await app.line(/restarting$/);
  // The next run is starting, and the signal would kill it.
  app.kill('SIGUSR1');
  await app.lines(/^\["app"/, /is up in/);
  assert.equal(app.transcript.count(/was killed by/), 0);
});

test('a debugger does not delay the restart of an app that exits by itself', async () => {
  using project = new Project({ 'app.js': `${POLITE}${APP}` });
  await using app = run(project, 'app.js', { execArgv: ['--inspect=0', ...OURS] });
  await app.line(LISTENING);
  for (const round of [1, 2]) {
    const [, , listening] = await app.lines(/^\["app"/, /is up in/, LISTENING);
    await using client = await Debugger.attach(listening!);
    await client.start();
    project.write('app.js', `${POLITE}${APP}// ${round}\n`);
    await app.line('[autoreload] app.js changed, restarting');
    await client.closed;
  }
  await app.lines(/^\["app"/, /is up in/);
  assert.equal(app.transcript.count(/did not end|Waiting for the debugger/), 0);
});

test('a debugger does not delay the restart of an app that has completed', posix, async () => {
  for (const [how, broken] of [
    ['completed', ''],
    ['failed', "throw new Error('broken');\n"],
  ] as const) {
    using project = new Project({ 'app.js': `${POLITE}${APP}` });
    await using app = run(project, 'app.js', { execArgv: ['--inspect-wait=0', ...OURS] });
    project.write('app.js', `${POLITE}${broken}`);
    await passFirst(await app.line(LISTENING));
    await using client = await Debugger.attach(await app.line(LISTENING));
    await client.start();
    await app.line('Waiting for the debugger to disconnect...');
    project.write('app.js', `${POLITE}${APP}`);
    await app.line('[autoreload] app.js changed, restarting');
    await using next = await Debugger.attach(await app.line(LISTENING));
    await next.start();
    await app.lines(/^\["app"/, /is up in/);
    assert.equal(app.transcript.count(/did not end/), 0, how);
  }
});

/** Attaches to the supervisor and resumes it. The supervisor disconnects the debugger: the app runs elsewhere. */
async function passFirst(line: string): Promise<void> {
  await using client = await Debugger.attach(line);
  await client.start();
  await client.closed;
}

function portOf(line: string): number {
  return Number(/:(\d+)\//.exec(line)?.[1]);
}

function without(list: readonly string[], part: readonly string[]): string[] {
  return list.filter((word) => !part.includes(word));
}
