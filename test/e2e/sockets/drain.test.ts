// Draining: in-flight responses complete, endless ones are closed, and neither delays a restart for long.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { run, up } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { CERTIFICATE, KEY } from '../../helpers/certificate.ts';
import { ask, poll, requestSlow } from '../../helpers/clients.ts';
import { openStreams } from '../../helpers/http2-frames.ts';
import { Project } from '../../helpers/project.ts';
import { pause } from '../../helpers/saves.ts';
import type { Transcript } from '../../helpers/transcript.ts';

const posix = { skip: process.platform === 'win32' && 'needs held sockets: Linux or macOS' };

/** Minimum duration of a delayed restart (ms). Others take a fraction of it. */
const LONG_MS = 3000;

/** The default grace period could delay a restart on a busy machine. */
const env = { AUTORELOAD_GRACE: '60000', AUTORELOAD_LOG: 'debug' };

/** A server with a handler: the body of a function of `request` and `response`. */
const httpServer = (version: number, handler: string, more = ''): string => `
import http from 'node:http';
const server = http.createServer((request, response) => {
  console.log('asked', request.url);
  if (request.url === '/version') return response.end('v${version}');
  ${handler}
});
server.listen(0, '127.0.0.1', () => console.log('v${version} listens', server.address().port));
${more}`;

/** A SIGTERM handler that waits until the server has closed, as in many programs. */
const CLOSE = `
process.on('SIGTERM', () => server.close((error) => {
  console.log('closed', String(error), process.listenerCount('SIGTERM'));
  process.exit();
}));`;

async function port(app: Run, version: number): Promise<number> {
  return Number(/\d+$/.exec(await app.line(new RegExp(`^v${version} listens \\d+$`)))?.[0]);
}

/** Time from the line of the last restart to the first line of the run (ms). */
function took({ entries }: Transcript, version: number): number {
  const began = entries.findLast(({ text }) => text.endsWith('restarting'));
  const listens = entries.find(({ text }) => text.startsWith(`v${version} listens`));
  return listens!.at - began!.at;
}

for (const [what, more] of [
  ['without a SIGTERM handler', ''],
  ['with a SIGTERM handler', CLOSE],
] as const) {
  test(`an in-flight response completes: ${what}`, posix, async () => {
    const slow =
      "response.write('begin ');\nsetTimeout(() => response.write('middle '), 500);\nsetTimeout(() => response.end('end'), 1000);";
    const late = "if (request.url === '/late') return setTimeout(() => response.end('late'), 1000);\n";
    using project = new Project({ 'app.js': httpServer(0, late + slow, more) });
    await using app = run(project, 'app.js', { env });
    const where = { port: await port(app, 0) };
    await app.line(/a standby waits/);
    const answers = Promise.all([ask(where), ask({ ...where, path: '/late' })]);
    await app.lines('asked /', 'asked /late');
    project.write('app.js', httpServer(1, slow, more));
    // Requests in the meantime are served too, most probably by the next run.
    await app.line(/restarting/);
    const next = ask({ ...where, path: '/version' });
    assert.deepEqual(await answers, ['begin middle end', 'late']);
    await port(app, 1);
    assert.match(await next, /^v[01]$/);
    if (more !== '') assert.equal(app.transcript.count(/^closed undefined 1$/), 1);
  });
}

test('a request on an open connection during a shutdown is the last one there', posix, async () => {
  const handler =
    "if (request.url === '/slow') setTimeout(() => response.end('slow'), 500); else response.end('fast');";
  using project = new Project({ 'app.js': httpServer(0, handler) });
  await using app = run(project, 'app.js', { env });
  const where = { port: await port(app, 0), host: '127.0.0.1' };
  await app.line(/a standby waits/);
  const slow = ask({ ...where, path: '/slow' });
  await app.line('asked /slow');
  const socket = net.connect(where).setEncoding('utf8');
  let text = '';
  let asked = 0;
  const again = (): void => void (socket.write('GET /again HTTP/1.1\r\nHost: a\r\n\r\n'), asked++);
  const ended = new Promise<string>((resolve) => {
    socket.on('error', (error) => resolve(String(error))).on('end', () => resolve('end'));
  });
  socket.on('data', (data: string) => {
    text += data;
    if (!text.includes('onnection: close')) again();
  });
  again();
  await app.line('asked /again');
  project.write('app.js', httpServer(1, handler));
  assert.equal(await ended, 'end');
  assert.equal(text.match(/fast/g)?.length, asked);
  assert.match(text.slice(text.lastIndexOf('HTTP/1.1')), /connection: close/i);
  assert.equal(await slow, 'slow');
  socket.destroy();
});

test(
  'a connection that was opened just before the save, without a request, does not delay a restart',
  posix,
  async () => {
    using project = new Project({
      'app.js': httpServer(0, '', "server.on('connection', () => console.log('connected'));"),
    });
    await using app = run(project, 'app.js', { env });
    const where = { port: await port(app, 0), host: '127.0.0.1' };
    await app.line(/a standby waits/);
    const socket = net.connect(where).resume();
    const closed = new Promise<string>((resolve) => {
      socket.on('error', (error) => resolve(String(error))).on('end', () => resolve('end'));
    });
    await app.line('connected');
    project.write('app.js', httpServer(1, ''));
    assert.equal(await closed, 'end');
    await port(app, 1);
    assert.ok(took(app.transcript, 1) < LONG_MS);
  },
);

test('idle connections are closed, not reset, and do not delay a restart', posix, async () => {
  using project = new Project({ 'app.js': httpServer(0, "response.end('x');", CLOSE) });
  await using app = run(project, 'app.js', { env });
  const where = { port: await port(app, 0), host: '127.0.0.1' };
  // A used connection, and an unused one.
  const ends = [true, false].map(async (used) => {
    const socket = net.connect(where).resume();
    if (used) socket.write('GET /used HTTP/1.1\r\nHost: a\r\n\r\n');
    return await new Promise<string>((resolve) => {
      socket.on('error', (error) => resolve(String(error))).on('end', () => resolve('end'));
    });
  });
  await app.line('asked /used');
  await app.line(/a standby waits/);
  project.write('app.js', httpServer(1, ''));
  assert.deepEqual(await Promise.all(ends), ['end', 'end']);
  await port(app, 1);
  assert.ok(took(app.transcript, 1) < LONG_MS);
});

/** Responses without end. */
const ENDLESS: readonly (readonly [what: string, request: string, handler: string, more: string])[] = [
  [
    'server-sent events',
    'GET /',
    "response.writeHead(200, { 'Content-Type': 'text/event-stream' });\nsetInterval(() => response.write('data: x\\n\\n'), 20);",
    '',
  ],
  [
    'an upgraded connection',
    'GET /\r\nConnection: Upgrade\r\nUpgrade: websocket',
    '',
    "server.on('upgrade', (request, socket) => {\n  console.log('asked', request.url);\n  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n');\n  socket.on('data', () => {});\n});\n",
  ],
];

for (const [what, request, handler, more] of ENDLESS) {
  for (const handles of ['', CLOSE]) {
    test(
      `${what} does not delay a restart${handles && ' of a program that waits for its server'}`,
      posix,
      async () => {
        using project = new Project({ 'app.js': httpServer(0, handler, more + handles) });
        await using app = run(project, 'app.js', { env });
        const socket = net.connect({ port: await port(app, 0), host: '127.0.0.1' }).resume();
        const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve));
        const [first, ...headers] = request.split('\r\n');
        socket.write([`${first} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n'));
        await app.line('asked /');
        await app.line(/a standby waits/);
        project.write('app.js', httpServer(1, handler));
        await closed;
        await port(app, 1);
        assert.ok(took(app.transcript, 1) < LONG_MS);
        if (handles) assert.equal(app.transcript.count(/^closed undefined 1$/), 1);
      },
    );
  }
}

for (const [what, module, options, connect] of [
  ['net', 'net', '', (at: net.TcpNetConnectOpts) => net.connect(at)],
  [
    'tls',
    'tls',
    `${JSON.stringify({ key: KEY, cert: CERTIFICATE })}, `,
    (at: net.TcpNetConnectOpts) => tls.connect({ ...at, rejectUnauthorized: false }),
  ],
] as const) {
  test(
    `an open ${what} connection does not delay the restart of a program that waits for its server`,
    posix,
    async () => {
      const code = (version: number): string => `
import { createServer } from 'node:${module}';
const server = createServer(${options}(socket) => {
  console.log('asked');
  socket.write('v${version}');
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => console.log('v${version} listens', server.address().port));
${CLOSE}`;
      using project = new Project({ 'app.js': code(0) });
      await using app = run(project, 'app.js', { env });
      const where = { port: await port(app, 0), host: '127.0.0.1' };
      const socket = connect(where).resume();
      const closed = new Promise<string>((resolve) => {
        socket.on('error', (error) => resolve(String(error))).on('end', () => resolve('end'));
      });
      await app.line('asked');
      await app.line(/a standby waits/);
      project.write('app.js', code(1));
      assert.equal(await closed, 'end');
      assert.equal(await port(app, 1), where.port);
      assert.ok(took(app.transcript, 1) < LONG_MS);
    },
  );
}

test('the SIGTERM handler of the app finds its server unchanged', posix, async () => {
  const handler = `
process.on('SIGTERM', () => {
  console.log('handles', server.listening, server.address().port, process.listenerCount('SIGTERM'));
  server.close((error) => console.log('closed', String(error)));
});`;
  using project = new Project({ 'app.js': httpServer(0, "response.end('x');", handler) });
  await using app = run(project, 'app.js', { env });
  const at = await port(app, 0);
  await app.line(/a standby waits/);
  project.write('app.js', httpServer(1, ''));
  await app.line(`handles true ${at} 1`);
  await app.line('closed undefined');
  assert.equal(await port(app, 1), at);
});

test('a program that blocks its event loop is stopped', posix, async () => {
  using project = new Project({ 'app.js': httpServer(0, 'for (;;);') });
  await using app = run(project, 'app.js', { env });
  const where = { port: await port(app, 0) };
  await app.line(/a standby waits/);
  const answer = ask(where).catch(() => 'cut');
  await app.line('asked /');
  project.write('app.js', httpServer(1, ''));
  await port(app, 1);
  assert.equal(await answer, 'cut');
  assert.ok(took(app.transcript, 1) < LONG_MS);
});

test('an endless response is closed at the end of the grace period', posix, async () => {
  using project = new Project({ 'app.js': httpServer(0, "response.write('x');", CLOSE) });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_GRACE: '600' } });
  const where = { port: await port(app, 0) };
  const answer = ask(where).catch(() => 'cut');
  await app.line('asked /');
  await up(app);
  project.write('app.js', httpServer(1, ''));
  assert.equal(await answer, 'cut');
  assert.equal(await port(app, 1), where.port);
});

test('https: no request is refused, reset or empty, and an in-flight response completes', posix, async () => {
  const code = (version: number): string =>
    httpServer(version, "setTimeout(() => response.end('slow'), 500);")
      .replace("from 'node:http'", "from 'node:https'")
      .replace('createServer(', `createServer(${JSON.stringify({ key: KEY, cert: CERTIFICATE })}, `);
  using project = new Project({ 'app.js': code(0) });
  await using app = run(project, 'app.js', { env });
  const where = { port: await port(app, 0), rejectUnauthorized: false };
  let errors: readonly string[];
  {
    await using asking = poll({ ...where, path: '/version' }, https.request);
    ({ errors } = asking);
    for (let version = 1; version <= 3; version++) {
      await app.line(/a standby waits/);
      const slow = ask({ ...where, path: '/slow' }, https.request);
      await app.line('asked /slow');
      project.write('app.js', code(version));
      assert.equal(await slow, 'slow');
      await port(app, version);
      await asking.next();
    }
  }
  assert.deepEqual(errors, []);
});

test('http2: streams complete, the session gets GOAWAY', posix, async () => {
  const code = (version: number): string =>
    httpServer(version, "setTimeout(() => response.end('slow'), 500);", CLOSE).replace(
      "from 'node:http'",
      "from 'node:http2'",
    );
  using project = new Project({ 'app.js': code(0) });
  await using app = run(project, 'app.js', { env });
  const at = await port(app, 0);
  await app.line(/a standby waits/);
  const { closed, body } = requestSlow(`http://127.0.0.1:${at}`);
  await app.line('asked /slow');
  project.write('app.js', code(1));
  assert.equal(await closed, 'closed');
  assert.equal(body(), 'slow');
  assert.equal(await port(app, 1), at);
  assert.ok(took(app.transcript, 1) < LONG_MS);
});

for (const [what, create, connect] of [
  ['http2', 'createServer(', (at: number) => net.connect(at, '127.0.0.1')],
  [
    'http2 over TLS',
    `createSecureServer(${JSON.stringify({ key: KEY, cert: CERTIFICATE })}, `,
    (at: number) => tls.connect({ port: at, ALPNProtocols: ['h2'], rejectUnauthorized: false }),
  ],
] as const) {
  test(
    `${what}: of a client that opens streams without pause, every stream that is accepted completes`,
    posix,
    async () => {
      const code = (version: number): string => `
import http2 from 'node:http2';
const server = http2.${create}(request, response) => setTimeout(() => response.end(), 20));
server.on('connection', () => console.log('connected'));
server.listen(0, '127.0.0.1', () => console.log('v${version} listens', server.address().port));
`;
      using project = new Project({ 'app.js': code(0) });
      await using app = run(project, 'app.js', { env });
      const at = await port(app, 0);
      for (let version = 1; version <= 3; version++) {
        await app.line(/a standby waits/);
        const clients = Array.from({ length: 3 }, async () => await openStreams(connect(at)));
        for (const _ of clients) await app.line('connected');
        project.write('app.js', code(version));
        for (const { opened, completed, reset, accepted } of await Promise.all(clients)) {
          // Over TLS, a session without a stream may be closed before the announcement is sent.
          assert.deepEqual({ completed, reset }, { completed: accepted ?? completed, reset: 0 });
          if (what === 'http2') assert.equal(accepted, opened);
        }
        await port(app, version);
      }
    },
  );
}

for (const [what, more] of [
  ['', ''],
  [', of a server that upgrades', "server.on('upgrade', () => {});"],
] as const) {
  test(`https: a client that has connected has time for its handshake${what}`, posix, async () => {
    const code = (version: number): string =>
      httpServer(version, '', `server.on('connection', () => console.log('connected'));\n${more}`)
        .replace("from 'node:http'", "from 'node:https'")
        .replace('createServer(', `createServer(${JSON.stringify({ key: KEY, cert: CERTIFICATE })}, `);
    using project = new Project({ 'app.js': code(0) });
    await using app = run(project, 'app.js', { env });
    const where = { port: await port(app, 0), host: '127.0.0.1' };
    await app.line(/a standby waits/);
    const plain = net.connect(where);
    await app.line('connected');
    project.write('app.js', code(1));
    await app.line(/stopping/);
    // As in a client that is delayed for longer than the server takes to exit.
    await pause(150);
    const socket = tls.connect({ socket: plain, rejectUnauthorized: false });
    socket.write('GET /version HTTP/1.1\r\nHost: a\r\n\r\n');
    const text = await new Promise<string>((resolve) => {
      let all = '';
      socket.on('data', (data) => (all += String(data)));
      socket.on('error', (error) => resolve(String(error))).on('close', () => resolve(all));
    });
    assert.match(text, /connection: close[^]*v0/i);
    assert.equal(await port(app, 1), where.port);
  });
}

test('a program without connections stops at once, also without a signal handler', posix, async () => {
  using project = new Project({ 'app.js': httpServer(0, '') });
  await using app = run(project, 'app.js', { env });
  await port(app, 0);
  for (let version = 1; version <= 3; version++) {
    await app.line(/a standby waits/);
    project.write('app.js', httpServer(version, ''));
    await port(app, version);
    assert.ok(took(app.transcript, version) < LONG_MS);
  }
  assert.equal(app.transcript.count(/for app\.js to exit/), 0);
});

test('a stalled upload does not delay a restart, nor does a stalled response', posix, async () => {
  const code = (version: number): string => `
import http from 'node:http';
http.createServer((request, response) => {
  if (request.method === 'POST') request.resume();
  else response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{}\\n');
  console.log('v${version} got', request.method);
}).listen(0, '127.0.0.1', function () { console.log('v${version} listens', this.address().port); });
`;
  using project = new Project({ 'app.js': code(0) });
  await using app = run(project, 'app.js');
  let at = Number(/\d+$/.exec(await app.line(/^v0 listens/))?.[0]);
  for (const [version, method] of [
    [1, 'POST'],
    [2, 'GET'],
  ] as const) {
    const request = http.request({
      port: at,
      host: '127.0.0.1',
      method,
      headers: { 'content-length': 100 },
    });
    request.on('error', () => {});
    request.flushHeaders();
    if (method === 'GET') request.end('x'.repeat(100));
    await app.line(`v${version - 1} got ${method}`);
    project.write('app.js', code(version));
    at = Number(/\d+$/.exec(await app.line(new RegExp(`^v${version} listens`)))?.[0]);
    request.destroy();
  }
  assert.equal(app.transcript.count(/did not end/), 0);
});
