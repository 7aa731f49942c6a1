// Checks on this Node the undocumented parts that sockets.cts and other-sockets.cts in src/node-internals use.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { afterEach } from 'node:test';
import tls from 'node:tls';
import { serveOne } from '../../src/node-internals/other-sockets.cts';
import {
  announceShutdown,
  boundTo,
  currentResponse,
  detachHandle,
  hasConnections,
  http2SentHeaders,
  http2Sessions,
  connectionsList,
  idleSince,
  openSockets,
  plainSocket,
  sentHeader,
  serverOf,
  sessionSocket,
  tcpClass,
  timerNow,
} from '../../src/node-internals/sockets.cts';
import type { Handle } from '../../src/node-internals/sockets.cts';
import { CERTIFICATE, KEY } from '../helpers/certificate.ts';
import { contract } from '../helpers/contract.ts';

/** Clients and servers of a test. */
const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

const HOLDING = 'listening sockets are not held across restarts';
const DRAINING = 'a restart does not wait for in-flight requests, or waits for idle connections';

contract('net._createServerHandle, TCP.prototype.bind and listen, getProviderType()', HOLDING, async () => {
  const { calls, server } = await listenObserved();
  const { provider } = tcpClass()!;
  assert.deepEqual(
    calls.map(({ name, type }) => [name, type]),
    [
      ['bind', provider],
      ['listen', provider],
    ],
  );
  assert.deepEqual(calls[0]?.args.slice(0, 2), ['127.0.0.1', 0]);
  const client = await connect(server);
  assert.notEqual((client as unknown as { _handle: Handle })._handle.getProviderType(), provider);
});

contract('owner_symbol and _handle of a server; getsockname() of a handle', HOLDING, async () => {
  const { calls, server } = await listenObserved();
  const handle = calls[0]!.handle;
  assert.equal(serverOf(handle), server);
  const { address, port } = server.address() as AddressInfo;
  assert.deepEqual([boundTo(handle).address, boundTo(handle).port], [address, port]);
});

contract('Server.prototype._handle can be replaced', DRAINING, async () => {
  const { calls, server } = await listenObserved();
  const handle = calls[0]!.handle;
  const address = server.address();
  detachHandle(server, handle);
  assert.deepEqual(server.address(), address);
  handle.close();
  await new Promise<void>((resolve, reject) =>
    server.close((error) => {
      if (error) reject(error);
      else resolve();
    }),
  );
});

contract('connect() of a handle; onconnection() of a handle that is closed', DRAINING, async () => {
  const { calls, server } = await listenObserved();
  const handle = calls[0]!.handle;
  detachHandle(server, handle);
  handle.close();
  const { prototype } = handle.constructor as { prototype: Handle };
  const direct = prototype.connect;
  prototype.connect = function (this: Handle, request: unknown): number {
    prototype.connect = direct;
    const isServed = serveOne(
      handle,
      (other) => other.bind('127.0.0.1', 0),
      (other) => this.connect(request, '127.0.0.1', boundTo(other).port),
    );
    return isServed ? 0 : -1;
  };
  const accepted = once(server, 'connection');
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  opened.push(() => client.destroy());
  const [socket] = (await accepted) as [net.Socket];
  socket.end('served');
  assert.equal(String(await once(client, 'data')), 'served');
});

contract('_connections of a server, process._getActiveHandles()', DRAINING, async () => {
  const server = net.createServer();
  await listen(server);
  assert.equal(hasConnections(server), false);
  assert.equal(openSockets(server).length, 0);
  const accepted = once(server, 'connection');
  await connect(server);
  const [socket] = (await accepted) as [net.Socket];
  assert.equal(hasConnections(server), true);
  assert.ok(isOne(openSockets(server), socket));
});

contract('http.server.connections, _httpMessage, _header and the timeout of a socket', DRAINING, async () => {
  const server = http.createServer();
  await listen(server);
  const client = await connect(server);
  client.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n');
  const [request, response] = (await once(server, 'request')) as [http.IncomingMessage, http.ServerResponse];
  const connections = connectionsList(server)!;
  const [parser] = connections.all();
  const socket = parser!.socket!;
  assert.equal(socket, request.socket);
  assert.ok(isOne(connections.active(), parser), 'a request is being received');
  client.write('x');
  await once(request.resume(), 'end');
  assert.equal(currentResponse(socket), response);
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  assert.match(sentHeader(response), /^content-type: text\/plain/im);
  response.end();
  await once(response, 'close');
  assert.equal(currentResponse(socket), undefined);
  assert.equal(connections.active().length, 0);
  assert.ok(isOne(connections.all(), parser), 'the connection stays');
  const idle = timerNow() - idleSince(socket)!;
  assert.ok(idle >= 0 && idle < 5000, `idle for ${idle} ms`);
});

contract('shouldKeepAlive of a response', 'clients reuse a connection that is about to close', async () => {
  const server = http.createServer((_request, response) => {
    response.shouldKeepAlive = false;
    response.end();
  });
  await listen(server);
  const client = await connect(server);
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  assert.match(String((await once(client, 'data'))[0]), /^connection: close/im);
  client.destroy();
  server.close();
});

contract('expired() of http.server.connections reports a silent connection once', DRAINING, async () => {
  const server = http.createServer();
  await listen(server);
  const accepted = once(server, 'connection');
  await connect(server);
  await accepted;
  const connections = connectionsList(server)!;
  const [parser] = connections.all();
  assert.ok(isOne(connections.active(), parser), 'a new connection is active');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(isOne(connections.expired(1, 0), parser), 'it has expired');
  assert.equal(connections.expired(1, 0).length, 0);
});

contract('_parent of a TLS socket', DRAINING, async () => {
  const server = tls.createServer({ key: KEY, cert: CERTIFICATE });
  await listen(server);
  const secured = once(server, 'secureConnection');
  const { port } = server.address() as AddressInfo;
  const client = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  opened.push(() => client.destroy());
  const [socket] = (await secured) as [tls.TLSSocket];
  assert.ok(isOne(openSockets(server), plainSocket(socket)));
});

contract('sessions of an HTTP/2 server, state of a session', DRAINING, async () => {
  const server = http2.createServer();
  await listen(server);
  const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  opened.push(() => client.destroy());
  const streamed = once(server, 'stream');
  client.request({ ':path': '/' });
  const [stream] = (await streamed) as [http2.ServerHttp2Stream];
  const [session] = http2Sessions(server);
  assert.equal(session, stream.session);
  assert.equal(sessionSocket(session!), openSockets(server)[0]);
  const told = once(client, 'goaway');
  assert.equal(announceShutdown(session!), true);
  assert.deepEqual((await told).slice(0, 2), [0, 2 ** 31 - 1]);
  stream.respond({ 'content-type': 'text/event-stream' });
  assert.deepEqual(
    http2SentHeaders(session!).map((headers) => headers?.['content-type']),
    ['text/event-stream'],
  );
});

/** Compares by identity. A failure of `deepEqual` would print everything in a socket. */
function isOne(list: readonly unknown[], item: unknown): boolean {
  return list.length === 1 && list[0] === item;
}

interface Call {
  readonly name: string;
  readonly handle: Handle;
  readonly type: number;
  readonly args: readonly unknown[];
}

/** Starts a listening server. Returns it with the calls of its handle. */
async function listenObserved(): Promise<{ readonly calls: readonly Call[]; readonly server: net.Server }> {
  const { prototype } = tcpClass()!.type;
  const calls: Call[] = [];
  for (const name of ['bind', 'listen'] as const) {
    const original = prototype[name] as (...args: unknown[]) => number;
    const observed = function (this: Handle, ...args: unknown[]): number {
      calls.push({ name, handle: this, type: this.getProviderType(), args });
      prototype[name] = original;
      return original.apply(this, args);
    };
    prototype[name] = observed;
  }
  const server = net.createServer();
  await listen(server);
  return { calls, server };
}

async function listen(server: net.Server): Promise<void> {
  opened.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

async function connect(server: net.Server): Promise<net.Socket> {
  const client = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  opened.push(() => client.destroy());
  await once(client, 'connect');
  return client;
}
