// The process that serves the crash page: its responses, its exit, and the sockets that it leaves unchanged.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, test } from 'node:test';
import type { Report } from '../../../src/shared/crash-report.ts';
import { PageProcess } from '../../../src/supervisor/crash/page-process.ts';
import type { ProcessIdentity } from '../../../src/supervisor/processes/process-table.ts';
import { gone, isRunning, until } from '../../helpers/autoreload.ts';

/** On Windows, sockets are not held: descriptors cannot be inherited. */
const unix = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };

const REPORT: Report = {
  title: 'app.js failed with exit code 1',
  error: 'Error: x',
  frame: undefined,
  waitingFor: ['app.js'],
  others: 0,
};
const OTHER: Report = { ...REPORT, error: 'Error: other' };

interface Response {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A listening socket whose owner accepts no connections, like the supervisor. */
interface HeldSockets {
  readonly fd: number;
  readonly port: number;
  /** Lets the owner accept connections, with a greeting. */
  readonly take: () => void;
  readonly close: () => void;
}

let held: HeldSockets;
let page: PageProcess;
const entrusted = new Map<object, readonly ProcessIdentity[]>();

beforeEach(() => {
  held = hold();
  const guard = { entrust: (owner: object, own: readonly ProcessIdentity[]) => entrusted.set(owner, own) };
  page = new PageProcess({ guard, log: { debug: () => {} }, hosts: ['dev.local'], onFailed: () => {} });
});

afterEach(async () => {
  page.hide();
  await until('the page has ended', () => procs().length === 0);
  held.close();
});

test('a page, JSON or text, with status 503', unix, async () => {
  page.show(REPORT, [held.fd]);
  for (const [accept, type, body] of [
    ['text/html,*/*;q=0.8', 'text/html; charset=utf-8', /<h1>app\.js failed with exit code 1<\/h1>/],
    ['application/json', 'application/json; charset=utf-8', /"title": "app\.js failed with exit code 1"/],
    ['*/*', 'text/plain; charset=utf-8', /^app\.js failed with exit code 1\n/],
  ] as const) {
    const response = await ask({ headers: { accept } });
    assert.equal(response.status, 503);
    assert.equal(response.headers['content-type'], type);
    assert.equal(response.headers['cache-control'], 'no-store');
    assert.equal(response.headers['retry-after'], '1');
    assert.equal(response.headers.connection, 'close');
    assert.match(String(response.headers['x-autoreload']), /^down [0-9a-f]{16}$/);
    assert.match(response.body, body);
  }
});

test('the error is shown to this machine under its own names, and under a named host', unix, async () => {
  page.show(REPORT, [held.fd]);
  for (const [host, isShown] of [
    ['localhost', true],
    [`127.0.0.1:${held.port}`, true],
    ['dev.local', true],
    ['evil.example', false],
  ] as const) {
    for (const accept of ['text/html', 'application/json', '*/*']) {
      const { status, headers, body } = await ask({ headers: { host, accept } });
      assert.equal(status, 503);
      assert.match(String(headers['x-autoreload']), /^down [0-9a-f]{16}$/);
      assert.equal(body.includes('Error: x'), isShown, host);
      assert.equal(body.includes('app.js'), isShown, host);
    }
  }
  const { body } = await ask({ headers: { host: 'localhost', 'x-forwarded-for': '203.0.113.5' } });
  assert.doesNotMatch(body, /app\.js/);
});

test('HEAD gets a response without a body', unix, async () => {
  page.show(REPORT, [held.fd]);
  const { status, headers, body } = await ask({ method: 'HEAD', headers: { accept: 'text/html' } });
  assert.deepEqual([status, body], [503, '']);
  assert.match(String(headers['x-autoreload']), /^down /);
});

test('a request body of any size is read, and the connection is not reset', unix, async () => {
  page.show(REPORT, [held.fd]);
  for (const size of [0, 1, 2 ** 20, 20 * 2 ** 20]) {
    const { status, body } = await ask({ method: 'POST' }, Buffer.alloc(size));
    assert.deepEqual([status, body.split('\n')[0]], [503, REPORT.title], String(size));
  }
});

test('a client with `Expect: 100-continue` gets the response before it sends its body', unix, async () => {
  page.show(REPORT, [held.fd]);
  const response = await ask(
    { method: 'PUT', headers: { expect: '100-continue', 'content-length': '5' } },
    null,
  );
  assert.equal(response.status, 503);
});

test('an upgrade and a CORS preflight get the same response', unix, async () => {
  page.show(REPORT, [held.fd]);
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'x',
    'sec-websocket-version': '13',
  };
  assert.equal((await ask({ headers: upgrade })).status, 503);
  const preflight = await ask({
    method: 'OPTIONS',
    headers: { origin: 'http://example.com', 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.status, 503);
  assert.deepEqual(
    Object.keys(preflight.headers).filter((name) => name.startsWith('access-control')),
    [],
  );
});

test('a connection without HTTP is closed', unix, async () => {
  page.show(REPORT, [held.fd]);
  await ask({});
  const socket = net.connect(held.port, '127.0.0.1');
  socket.write('hello\r\n\r\n');
  assert.match(await said(socket), /^HTTP\/1\.1 400 /);
});

test('the same process shows a new report', unix, async () => {
  page.show(REPORT, [held.fd]);
  const before = await ask({});
  const [proc] = procs();
  page.show(OTHER, [held.fd]);
  for (;;) {
    const after = await ask({});
    if (after.headers['x-autoreload'] === before.headers['x-autoreload']) continue;
    assert.match(after.body, /Error: other/);
    break;
  }
  assert.deepEqual(procs(), [proc]);
});

test('the page is served on every socket, also on a unix socket', unix, async () => {
  const path = join(os.tmpdir(), `autoreload-test-${process.pid}.sock`);
  const other = hold(path);
  page.show(REPORT, [held.fd, other.fd]);
  assert.equal((await ask({})).status, 503);
  assert.equal((await ask({ socketPath: path })).status, 503);
  page.hide();
  await until('the page has ended', () => procs().length === 0);
  other.take();
  assert.equal(await said(net.connect(path)), 'taken');
  other.close();
});

test('hiding the page ends the process and leaves the sockets unchanged', unix, async () => {
  page.show(REPORT, [held.fd]);
  await ask({});
  const [proc] = procs();
  page.hide();
  await until('it has ended', () => procs().length === 0);
  assert.equal(isRunning(proc?.pid ?? 0), false);
  // It waits in the queue of the kernel.
  const socket = net.connect(held.port, '127.0.0.1');
  await once(socket, 'connect');
  held.take();
  assert.equal(await said(socket), 'taken');
});

test('an in-flight request gets its response when the page is hidden', unix, async () => {
  page.show(REPORT, [held.fd]);
  await ask({});
  const socket = net.connect(held.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n');
  const request = ask({ method: 'POST' }, Buffer.alloc(2 ** 22));
  // Connections are accepted in order: when this one has its response, the earlier ones have theirs.
  await ask({});
  page.hide();
  socket.write('\r\n');
  assert.match(await said(socket), /^HTTP\/1\.1 503 /);
  assert.equal((await request).status, 503);
});

test('an idle connection does not keep the process alive', unix, async () => {
  page.show(REPORT, [held.fd]);
  await ask({});
  const socket = net.connect(held.port, '127.0.0.1');
  await once(socket, 'connect');
  await ask({});
  page.hide();
  socket.resume();
  await once(socket, 'close');
  await until('it has ended', () => procs().length === 0);
});

test('a killed process is replaced', unix, async () => {
  page.show(REPORT, [held.fd]);
  await ask({});
  const [first] = procs();
  process.kill(first?.pid ?? 0, 'SIGKILL');
  await gone(first?.pid ?? 0);
  assert.equal((await ask({})).status, 503);
  assert.notEqual(procs()[0]?.pid, first?.pid);
});

test('the process exits with its parent', unix, async () => {
  const script = `
    import { PageProcess } from ${JSON.stringify(new URL('../../../src/supervisor/crash/page-process.js', import.meta.url).href)};
    const guard = { entrust: (_page, [proc]) => console.log(proc.pid) };
    const page = new PageProcess({ guard, log: { debug: () => {} }, hosts: [], onFailed: () => {} });
    page.show(${JSON.stringify(REPORT)}, [3]);
    setInterval(() => {}, 1000);`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit', held.fd],
  });
  const [chunk] = (await once(owner.stdout!, 'data')) as [Buffer];
  const pid = Number(String(chunk));
  assert.equal((await ask({})).status, 503);
  owner.kill('SIGKILL');
  await gone(pid);
});

test(
  'nothing of the environment reaches it',
  { skip: process.platform !== 'linux' && 'needs Linux' },
  async () => {
    const { readFileSync, readlinkSync } = await import('node:fs');
    process.env['SECRET_OF_THE_APP'] = 'x';
    page.show(REPORT, [held.fd]);
    delete process.env['SECRET_OF_THE_APP'];
    await ask({});
    const [proc] = procs();
    assert.equal(readFileSync(`/proc/${proc?.pid}/environ`, 'utf8'), '');
    assert.equal(readlinkSync(`/proc/${proc?.pid}/cwd`), '/');
  },
);

test('without sockets, no process is started', unix, () => {
  page.show(REPORT, []);
  assert.deepEqual(procs(), []);
});

/** The processes of the page that are running. */
function procs(): ProcessIdentity[] {
  return [...entrusted.values()].flat();
}

/** An undocumented part of Node. */
interface Handle {
  readonly fd: number;
  getsockname: (out: { port?: number }) => number;
  close: () => void;
}

/** A bound socket, on any port or at a path. A process that listens on a copy listens on all copies. */
function hold(path?: string): HeldSockets {
  const { _createServerHandle: create } = net as unknown as {
    _createServerHandle: (address: string, port: number, type: number) => Handle;
  };
  const handle = path === undefined ? create('127.0.0.1', 0, 4) : create(path, -1, -1);
  const name: { port?: number } = {};
  if (path === undefined) handle.getsockname(name);
  const server = net.createServer((socket) => socket.end('taken'));
  return {
    fd: handle.fd,
    port: name.port ?? 0,
    take: () => server.listen(handle),
    close: () => (server.listening ? server.close() : handle.close()),
  };
}

/** Sends a request until the page responds. */
async function ask(options: http.RequestOptions, body: Buffer | null = Buffer.alloc(0)): Promise<Response> {
  for (;;) {
    try {
      return await askOnce(options, body);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** @param body null sends no body, in spite of the headers */
async function askOnce(options: http.RequestOptions, body: Buffer | null): Promise<Response> {
  const at = options.socketPath === undefined ? { host: '127.0.0.1', port: held.port } : {};
  const request = http.request({ ...at, agent: false, ...options });
  request.on('continue', () => assert.fail('the body is not wanted'));
  if (body) request.end(body);
  else request.flushHeaders();
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  request.destroy();
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}

/** All data of a connection until its end. */
async function said(socket: net.Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  return text;
}
