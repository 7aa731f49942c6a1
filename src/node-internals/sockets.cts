// Gives access to the undocumented parts of Node behind sockets: one function for each, with the file of the Node source
// that it relies on. test/contract checks each function on every Node major. Where a part is missing, the function
// returns undefined or does nothing: a feature degrades, and the app does not notice.
import type { ServerResponse } from 'node:http';
import type { Http2Session } from 'node:http2';
import type net from 'node:net';
import { symbolProperty } from './process.cts';

/** The app may replace these, as fake clocks do. */
const { clearTimeout, setTimeout } = globalThis;

/** A TCP or Pipe handle (src/tcp_wrap.cc, src/pipe_wrap.cc). Its functions return an error number, or 0. */
export interface Handle {
  bind: (...args: unknown[]) => number;
  listen: (backlog: number) => number;
  connect: (...args: unknown[]) => number;
  onconnection?: (...args: unknown[]) => unknown;
  open: (fd: number) => number;
  close: (...args: unknown[]) => unknown;
  unref: () => void;
  getsockname?: (address: { port?: number }) => number;
  getProviderType: () => number;
}

/** A class of handles. */
export interface HandleClass {
  new (type: number): Handle;
  readonly prototype: Handle;
}

/** lib/net.js, Server */
type Server = net.Server & { _handle: Handle | null; readonly _connections?: number };

/** Type of a handle that listens, for the constructors of TCP and Pipe (src/tcp_wrap.h, src/pipe_wrap.h). */
export const SERVER = 1;

/** Provider type of a TCP handle that listens, and the class; undefined where the permission model forbids sockets. */
export function tcpClass(): { readonly type: HandleClass; readonly provider: number } | undefined {
  try {
    // lib/net.js: nothing else makes a handle without connecting or listening.
    const { _createServerHandle: create } = process.getBuiltinModule('node:net') as unknown as {
      _createServerHandle?: (address: string, port: number, family: number) => unknown;
    };
    const sample = create?.('127.0.0.1', 0, 4);
    if (!isHandle(sample)) return undefined;
    const provider = sample.getProviderType();
    // An open handle counts as a resource until the event loop turns.
    sample.unref();
    sample.close();
    return { type: sample.constructor as HandleClass, provider };
  } catch {
    return undefined;
  }
}

/** The class of unix sockets, which is the class of the IPC channel. */
export function pipeClass(channel: unknown): HandleClass | undefined {
  return isHandle(channel) ? (channel.constructor as HandleClass) : undefined;
}

/** The server that listens on a handle (lib/internal/async_hooks.js, owner_symbol). `node:cluster` has none. */
export function serverOf(handle: Handle): net.Server | undefined {
  const server = symbolProperty(handle, 'owner_symbol') as Server | undefined;
  return server instanceof process.getBuiltinModule('node:net').Server && server._handle === handle
    ? server
    : undefined;
}

/** The IP address and the port that a handle is bound to; undefined when the handle is not bound. */
export function boundTo(handle: Handle): { readonly address?: string; readonly port?: number } {
  const name = {};
  handle.getsockname?.(name);
  return name;
}

/** Gives a server a handle that does not listen and reports the same address, so that the own one can be closed. */
export function detachHandle(server: net.Server, handle: Handle): void {
  const inert = new (handle.constructor as HandleClass)(SERVER);
  keepAddress(handle, inert);
  (server as Server)._handle = inert;
}

/** Has a handle report the present address of a handle, also when that one is closed. */
export function keepAddress(handle: Handle, reporting = handle): void {
  if (!handle.getsockname) return;
  const address = boundTo(handle);
  const value = (target: object): number => (Object.assign(target, address), 0);
  Object.defineProperty(reporting, 'getsockname', { value });
}

/** Whether a server has connections (lib/net.js, Server): the documented method answers too late. */
export function hasConnections(server: net.Server): boolean {
  return (server as Server)._connections !== 0;
}

/** The open connections of a server (`process._getActiveHandles`, src/node_process_methods.cc). */
export function openSockets(server: net.Server): net.Socket[] {
  const { _getActiveHandles } = process as unknown as { _getActiveHandles?: () => unknown[] };
  return (_getActiveHandles?.() ?? []).filter(
    (handle): handle is net.Socket => (handle as { server?: unknown } | undefined)?.server === server,
  );
}

/** The parser of one HTTP connection. */
export interface HttpParser {
  readonly socket?: net.Socket | null;
}

/** The HTTP connections of a server (lib/_http_server.js, kConnections; src/node_http_parser.cc). */
export interface ConnectionsList {
  all: () => HttpParser[];
  /** Connections on which a request is being received, and new connections. */
  active: () => HttpParser[];
  /** Connections without complete headers or a complete request after so many ms. Each one is returned once. */
  expired: (headersMs: number, requestMs: number) => HttpParser[];
}

export function connectionsList(server: net.Server): ConnectionsList | undefined {
  return symbolProperty(server, 'http.server.connections') as ConnectionsList | undefined;
}

/** The response to the in-flight request of a connection (lib/_http_server.js, `_httpMessage`). */
export function currentResponse(socket: net.Socket): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/** The headers of a response as they were sent (lib/_http_outgoing.js, `_header`). */
export function sentHeader(response: ServerResponse): string {
  return (response as { _header?: string | null })._header ?? '';
}

/** The TCP connection below a TLS connection (lib/_tls_wrap.js, `_parent`). */
export function plainSocket(socket: net.Socket): net.Socket | undefined {
  return (socket as { _parent?: net.Socket | null })._parent ?? undefined;
}

/** The HTTP/2 sessions of a server (lib/internal/http2/core.js). Before Node 24, those over TLS are found by {@link trackHttp2Sessions}. */
export function http2Sessions(server: net.Server): Http2Session[] {
  if (!('updateSettings' in server)) return [];
  const sessions = symbolProperty(server, 'sessions') ?? trackedSessions.get(server);
  if (sessions) return [...(sessions as Iterable<Http2Session>)];
  // Node 20 and 22 store the session under the key "undefined": the symbol for it is not defined there.
  return openSockets(server)
    .map((socket) => (socket as { undefined?: unknown }).undefined)
    .filter((session): session is Http2Session => typeof session === 'object' && session !== null);
}

const trackedSessions = new WeakMap<net.Server, Set<Http2Session>>();

/** Keeps the HTTP/2 sessions of a server over TLS, by a listener, where Node itself keeps no list of them. */
export function trackHttp2Sessions(server: net.Server | undefined): void {
  if (!server || !('updateSettings' in server) || !('setSecureContext' in server)) return;
  if (symbolProperty(server, 'sessions') || trackedSessions.has(server)) return;
  const sessions = new Set<Http2Session>();
  trackedSessions.set(server, sessions);
  server.prependListener('session', (session: Http2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
}

/** The connection of an HTTP/2 session (lib/internal/http2/core.js, kSocket). */
export function sessionSocket(session: Http2Session): net.Socket | undefined {
  return symbolProperty(session, 'socket') as net.Socket | undefined;
}

/** The frame GOAWAY with the highest stream id and no error (RFC 9113, 6.8). */
const SHUTDOWN_NOTICE = Buffer.from('0000080700000000007fffffff00000000', 'hex');

/**
 * Announces the shutdown of an HTTP/2 session; streams that the client opens in the meantime are accepted. Writes the frame itself, past
 * the library of Node, which ignores new streams after `session.goaway()` whatever the id (nghttp2, `nghttp2_submit_goaway`). The
 * library writes whole frames.
 *
 * @returns false over TLS, where a second write at a time would end the process (src/crypto/crypto_tls.cc, `current_write_`)
 */
export function announceShutdown(session: Http2Session): boolean {
  const socket = sessionSocket(session);
  if (!socket || session.encrypted) return false;
  socket.write(SHUTDOWN_NOTICE);
  return true;
}

/** The headers that were sent on each stream of a session (lib/internal/http2/core.js, kState). */
export function http2SentHeaders(session: Http2Session): (Record<string, unknown> | undefined)[] {
  const state = symbolProperty(session, 'state') as { streams?: Map<number, object> } | undefined;
  return [...(state?.streams?.values() ?? [])].map(
    (stream) => (stream as { sentHeaders?: Record<string, unknown> }).sentHeaders,
  );
}

/** Since when a connection is idle, by {@link timerNow}: the start of its timeout (lib/internal/timers.js, kTimeout). */
export function idleSince(socket: net.Socket): number | undefined {
  return (symbolProperty(socket, 'timeout') as { _idleStart?: number } | null | undefined)?._idleStart;
}

/** The time of the event loop (ms), by which timers run (lib/internal/timers.js, `_idleStart`). */
export function timerNow(): number {
  const timer = setTimeout(() => {}, 0);
  clearTimeout(timer);
  return (timer as { _idleStart?: number })._idleStart ?? 0;
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && 'listen' in value && 'getProviderType' in value;
}
