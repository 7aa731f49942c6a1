// The workers of a cluster are drained as a program without workers is, and the program notices nothing.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { test } from 'node:test';
import { run, up } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { CERTIFICATE, KEY } from '../../helpers/certificate.ts';
import { ask, converse, poll, requestSlow } from '../../helpers/clients.ts';
import { Project } from '../../helpers/project.ts';
import { pause } from '../../helpers/saves.ts';
import type { Transcript } from '../../helpers/transcript.ts';

const posix = { skip: process.platform === 'win32' && 'needs held sockets: Linux or macOS' };

/** Minimum duration of a delayed restart (ms). Others take a fraction of it. */
const LONG_MS = 3000;

/** The default grace period could delay a restart on a busy machine. */
const env = { AUTORELOAD_GRACE: '60000', AUTORELOAD_LOG: 'debug' };

/** Who accepts the connections: the primary, or the workers. */
const POLICIES = ['SCHED_RR', 'SCHED_NONE'] as const;

interface Options {
  readonly policy?: (typeof POLICIES)[number];
  readonly workers?: number;
  /** The function that creates the server. */
  readonly create?: string;
  /** Body of a function of `request` and `response`. */
  readonly handler?: string;
  readonly where?: string;
  /** Further code of the primary, and of the workers, which have a `server`. */
  readonly inPrimary?: string;
  readonly inWorker?: string;
}

const SLOW = "setTimeout(() => response.end('slow'), 500);";

/** A cluster whose primary says when all of its workers listen. */
const clusterOf = (version: number, options: Options = {}): string => {
  const { policy = 'SCHED_RR', workers = 2, create = 'http.createServer(', handler = SLOW } = options;
  const { where = "0, '127.0.0.1'", inPrimary = '', inWorker = '' } = options;
  return `
import cluster from 'node:cluster';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
if (cluster.isPrimary) {
  cluster.schedulingPolicy = cluster.${policy};
  for (let i = 0; i < ${workers}; i++) cluster.fork();
  let listening = 0;
  cluster.on('listening', (_, { port }) => {
    if (++listening === ${workers}) console.log('v${version} listens', port);
  });
  ${inPrimary}
} else {
  const server = ${create}(request, response) => {
    console.log('asked', request.url);
    if (request.url === '/version') return response.end('v${version}');
    ${handler}
  });
  server.listen(${where});
  ${inWorker}
}
`;
};

async function port(app: Run, version: number): Promise<number> {
  return Number(/\d+$/.exec(await app.line(new RegExp(`^v${version} listens -?\\d+$`)))?.[0]);
}

/** Time from the line of the last restart to the first line of the run (ms). */
function took({ entries }: Transcript, version: number): number {
  const began = entries.findLast(({ text }) => text.endsWith('restarting'));
  const listens = entries.find(({ text }) => text.startsWith(`v${version} listens`));
  return listens!.at - began!.at;
}

for (const policy of POLICIES) {
  test(`no request is refused, reset or empty over five restarts: ${policy}`, posix, async () => {
    const handler = "response.write('begin ');\nsetTimeout(() => response.end('end'), 100);";
    const code = (version: number): string => clusterOf(version, { policy, handler });
    using project = new Project({ 'app.js': code(0) });
    await using app = run(project, 'app.js', { env });
    const where = { port: await port(app, 0) };
    const errors: string[][] = [];
    let slow: readonly string[];
    {
      await using asking = poll({ ...where, path: '/version' });
      await using conversation = converse({ ...where, path: '/version' });
      await using slowly = poll({ ...where, path: '/slow' }, http.request);
      errors.push(asking.errors, conversation.errors, slowly.errors);
      slow = slowly.bodies;
      for (let version = 1; version <= 5; version++) {
        await app.line(/a standby waits/);
        project.write('app.js', code(version));
        assert.equal(await port(app, version), where.port);
        await asking.next();
        await conversation.next();
        assert.equal(asking.bodies.at(-1), `v${version}`);
      }
    }
    assert.deepEqual(errors, [[], [], []]);
    assert.deepEqual([...new Set(slow)], ['begin end']);
  });

  test(`the in-flight response of a worker completes and is the last one: ${policy}`, posix, async () => {
    const code = (version: number): string => clusterOf(version, { policy });
    using project = new Project({ 'app.js': code(0) });
    await using app = run(project, 'app.js', { env });
    const where = { port: await port(app, 0) };
    await app.line(/a standby waits/);
    const agent = new http.Agent({ keepAlive: true });
    const headers = new Promise<http.IncomingHttpHeaders>((resolve, reject) => {
      const request = http.get({ ...where, host: '127.0.0.1', path: '/kept', agent });
      request.on('error', reject).on('response', (response) => resolve(response.resume().headers));
    });
    const answer = ask({ ...where, path: '/slow' });
    await app.lines('asked /kept', 'asked /slow');
    project.write('app.js', code(1));
    assert.equal(await answer, 'slow');
    assert.equal((await headers).connection, 'close');
    assert.equal(await port(app, 1), where.port);
    assert.ok(took(app.transcript, 1) < LONG_MS);
    agent.destroy();
  });
}

test(
  'a unix socket of a cluster: the in-flight response completes, and the next one is served',
  posix,
  async () => {
    const code = (version: number): string => clusterOf(version, { where: "'a.sock'" });
    using project = new Project({ 'app.js': code(0) });
    await using app = run(project, 'app.js', { env });
    const where = { socketPath: project.path('a.sock') };
    await port(app, 0);
    for (let version = 1; version <= 2; version++) {
      await app.line(/a standby waits/);
      const answer = ask({ ...where, path: '/slow' });
      await app.line('asked /slow');
      project.write('app.js', code(version));
      await app.line(/restarting$/);
      const next = ask({ ...where, path: '/version' });
      assert.equal(await answer, 'slow');
      assert.equal(await next, `v${version}`);
      await port(app, version);
    }
  },
);

const TLS = JSON.stringify({ key: KEY, cert: CERTIFICATE });

test('https in a worker: the in-flight response completes', posix, async () => {
  const code = (version: number): string => clusterOf(version, { create: `https.createServer(${TLS}, ` });
  using project = new Project({ 'app.js': code(0) });
  await using app = run(project, 'app.js', { env });
  const where = { port: await port(app, 0), rejectUnauthorized: false };
  await app.line(/a standby waits/);
  const answer = ask({ ...where, path: '/slow' }, https.request);
  await app.line('asked /slow');
  project.write('app.js', code(1));
  assert.equal(await answer, 'slow');
  await port(app, 1);
  assert.equal(await ask({ ...where, path: '/version' }, https.request), 'v1');
});

for (const [what, create, scheme] of [
  ['http2', 'http2.createServer(', 'http'],
  ['http2 over TLS', `http2.createSecureServer(${TLS}, `, 'https'],
] as const) {
  test(`${what} in a worker: the stream completes, the session gets GOAWAY`, posix, async () => {
    const code = (version: number): string => clusterOf(version, { create });
    using project = new Project({ 'app.js': code(0) });
    await using app = run(project, 'app.js', { env });
    const at = await port(app, 0);
    await app.line(/a standby waits/);
    const { closed, body } = requestSlow(`${scheme}://127.0.0.1:${at}`);
    await app.line('asked /slow');
    project.write('app.js', code(1));
    assert.equal(await closed, 'closed');
    assert.equal(body(), 'slow');
    assert.equal(await port(app, 1), at);
    assert.ok(took(app.transcript, 1) < LONG_MS);
  });
}

for (const policy of POLICIES) {
  test(`a cluster sees no message and no event while it is drained: ${policy}`, posix, async () => {
    const inPrimary = `
  for (const event of ['exit', 'disconnect', 'fork', 'message', 'error', 'setup'])
    cluster.on(event, (worker) => console.log('event', event));
  process.on('SIGTERM', () => {
    console.log('primary stops', Object.keys(cluster.workers).length);
    cluster.disconnect(() => {
      console.log('disconnected');
      process.exit();
    });
  });`;
    const inWorker = `
  process.on('message', (message) => console.log('event', message));
  process.on('disconnect', () => console.log('worker', server.listening, process.listenerCount('SIGTERM')));`;
    const handler = `setTimeout(() => {
      console.log('ends', server.listening, server.address().port);
      response.end('slow');
    }, 500);`;
    const code = (version: number): string =>
      clusterOf(version, { policy, workers: 1, handler, inPrimary, inWorker });
    using project = new Project({ 'app.js': code(0) });
    await using app = run(project, 'app.js', { env });
    const where = { port: await port(app, 0) };
    await app.line(/a standby waits/);
    const answer = ask({ ...where, path: '/slow' });
    await app.line('asked /slow');
    project.write('app.js', code(1));
    assert.equal(await answer, 'slow');
    await port(app, 1);
    const lines = app.transcript.lines('stdout');
    const since = lines.slice(lines.indexOf('asked /slow'));
    assert.deepEqual(since.slice(0, 3), ['asked /slow', `ends true ${where.port}`, 'primary stops 1']);
    assert.ok(since.includes('worker false 0') && since.includes('disconnected'));
    assert.ok(took(app.transcript, 1) < LONG_MS);
  });
}

test('endless responses do not delay a restart of a cluster that waits for its servers', posix, async () => {
  const handler =
    "response.writeHead(200, { 'Content-Type': 'text/event-stream' });\nsetInterval(() => response.write('data: x\\n\\n'), 20);";
  const inPrimary = "process.on('SIGTERM', () => cluster.disconnect(() => process.exit()));";
  for (const policy of POLICIES) {
    const code = (version: number): string => clusterOf(version, { policy, handler, inPrimary });
    using project = new Project({ 'app.js': code(0) });
    await using app = run(project, 'app.js', { env });
    const where = { port: await port(app, 0) };
    await app.line(/a standby waits/);
    const answer = ask({ ...where, path: '/events' }).catch(() => 'cut');
    await app.line('asked /events');
    project.write('app.js', code(1));
    assert.equal(await answer, 'cut');
    await port(app, 1);
    assert.ok(took(app.transcript, 1) < LONG_MS);
  }
});

for (const [name, handler] of [
  ['a worker that blocks its event loop does not delay a restart', 'for (;;);'],
  [
    'a worker that exits while it is drained is not waited for',
    "setTimeout(() => process.exit(), 300);\nresponse.on('close', () => {});",
  ],
] as const)
  test(name, posix, async () => {
    const code = (version: number): string => clusterOf(version, { handler });
    using project = new Project({ 'app.js': code(0) });
    await using app = run(project, 'app.js', { env });
    const where = { port: await port(app, 0) };
    await app.line(/a standby waits/);
    const answer = ask(where).catch(() => 'cut');
    await app.line('asked /');
    project.write('app.js', code(1));
    assert.equal(await answer, 'cut');
    await port(app, 1);
    assert.ok(took(app.transcript, 1) < LONG_MS);
  });

for (const policy of POLICIES) {
  test(`a worker that is forked while its cluster is drained accepts nothing: ${policy}`, posix, async () => {
    const handler = `
    if (request.url === '/primary') return response.end(String(process.ppid));
    const check = setInterval(() => {
      if (!fs.existsSync('end')) return;
      clearInterval(check);
      response.end('slow');
    }, 5);`;
    const inPrimary = `
  const check = setInterval(() => {
    if (!fs.existsSync('fork')) return;
    clearInterval(check);
    cluster.fork().on('listening', ({ port }) => console.log('again', port));
  }, 5);`;
    const code = (version: number): string => clusterOf(version, { policy, workers: 1, handler, inPrimary });
    using project = new Project({ 'app.js': code(0) });
    await using app = run(project, 'app.js', { env });
    const where = { port: await port(app, 0) };
    await app.line(/a standby waits/);
    const primary = await ask({ ...where, path: '/primary' });
    const answer = ask({ ...where, path: '/slow' });
    await app.line('asked /slow');
    project.write('app.js', code(1).replace(inPrimary, ''));
    await app.line(/restarting$/);
    project.write('fork', '');
    await app.line(`again ${where.port}`);
    const next = ask({ ...where, path: '/primary' });
    // In which a worker that accepts would answer.
    await pause(100);
    project.write('end', '');
    assert.equal(await answer, 'slow');
    await port(app, 1);
    assert.notEqual(await next, primary);
  });
}

test('a worker that calls its own server while it is drained is answered', posix, async () => {
  const handler = `
    console.log('waits');
    setTimeout(() => {
      const call = http.get({ port: server.address().port, host: '127.0.0.1', path: '/version', agent: false });
      call.on('response', () => response.end('answered')).on('error', ({ code }) => response.end(code));
    }, 500);`;
  for (const policy of POLICIES) {
    const code = (version: number): string => clusterOf(version, { policy, handler });
    using project = new Project({ 'app.js': code(0) });
    await using app = run(project, 'app.js', { env });
    const where = { port: await port(app, 0) };
    await app.line(/a standby waits/);
    const answer = ask(where);
    await app.line('waits');
    project.write('app.js', code(1));
    assert.equal(await answer, 'answered');
    await port(app, 1);
  }
});

test('a cluster holds the port on which its workers accept until they close it', posix, async () => {
  const inWorker = "process.on('message', () => server.close());";
  const inPrimary =
    "process.on('SIGUSR2', () => { for (const worker of Object.values(cluster.workers)) worker.send('close'); });";
  const code = clusterOf(0, { policy: 'SCHED_NONE', inWorker, inPrimary });
  using project = new Project({
    'app.js': `${code}\nif (cluster.isPrimary) console.log('pid', process.pid);`,
  });
  await using app = run(project, 'app.js', { env });
  const [pid] = await app.lines(/^pid \d+$/, /^v0 listens/, /holds \["bind"/);
  await up(app);
  process.kill(Number(pid!.slice(4)), 'SIGUSR2');
  await app.line(/lets go of \["bind"/);
});
