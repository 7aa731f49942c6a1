// Tells busy connections of a server from idle ones: a connection is busy while a response is in flight, or while the client may
// send a request at any moment. Reads the state that Node keeps, without listeners. Knows nothing of the reason.
import type { ServerResponse } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { Server, Socket } from 'node:net';
import {
  announceShutdown,
  currentResponse,
  connectionsList,
  http2SentHeaders,
  http2Sessions,
  idleSince,
  openSockets,
  plainSocket,
  sessionSocket,
  sentHeader,
} from '../../node-internals/sockets.cts';
import type { ConnectionsList, HttpParser } from '../../node-internals/sockets.cts';

/**
 * Time without a sign of the client after which a connection is closed (ms): since it was opened, or since its last response. A client
 * that sends one request after the other may be delayed by that on a busy machine.
 */
const SILENT_MS = 500;

/** Time without progress after which a TLS handshake may be an upgraded connection (ms). */
const HANDSHAKE_MS = 50;

/** Time without progress after which an upload, and a response that has begun, may never end (ms). */
const UPLOAD_MS = 500;
const STREAM_MS = 2000;

const EVENT_STREAM = /^content-type: *text\/event-stream/im;

/** The HTTP/1 connections of one server. Upgraded connections are not among them, and event streams never count as busy. */
export class HttpConnections {
  readonly #server: Server;
  readonly #list: ConnectionsList | undefined;
  /** Connections without a request, as browsers open in advance. The list counts them as active, and reports their timeout once. */
  readonly #silent = new Set<HttpParser>();
  /** Number of bytes on a connection, and when it last changed. */
  readonly #progress = new WeakMap<Socket, { readonly bytes: number; readonly at: number }>();

  constructor(server: Server) {
    this.#server = server;
    this.#list = connectionsList(server);
  }

  /**
   * Closes the idle connections.
   *
   * @param now time of the event loop (ms)
   * @returns the busy ones
   */
  closeIdle(now: number): ReadonlySet<Socket> {
    for (const parser of this.#list?.expired(SILENT_MS, 0) ?? []) this.#silent.add(parser);
    const active = new Set(this.#list?.active());
    const busy = new Set<Socket>();
    for (const parser of this.#list?.all() ?? []) {
      const { socket } = parser;
      if (!socket || socket.destroyed || socket.writableEnded) continue;
      const response = currentResponse(socket);
      const isBusy = response
        ? this.#isInFlight(socket, response, now)
        : this.#mayRequest(parser, socket, active, now);
      if (isBusy) busy.add(socket);
      else if (!response) socket.destroySoon();
    }
    return busy;
  }

  /**
   * Whether a connection may be in the middle of its TLS handshake. The list has no such connection, and no upgraded one; the two look
   * alike once the client has sent something.
   *
   * @param now time of the event loop (ms)
   */
  isShakingHands(now: number): boolean {
    // A server that is neither HTTP/1 nor HTTP/2 is not drained.
    if (!this.#list && !('updateSettings' in this.#server)) return false;
    if (!('setSecureContext' in this.#server)) return false;
    const mayUpgrade = ['upgrade', 'connect'].some((event) => this.#server.listenerCount(event) > 0);
    const secured = [
      ...(this.#list?.all() ?? []).map(({ socket }) => socket),
      ...http2Sessions(this.#server).map(sessionSocket),
    ];
    const listed = new Set(secured.map((socket) => socket && plainSocket(socket)));
    return openSockets(this.#server).some((socket) => {
      const isUpgraded = mayUpgrade && socket.bytesRead > 0;
      return !listed.has(socket) && this.#isMoving(socket, now, isUpgraded ? HANDSHAKE_MS : SILENT_MS);
    });
  }

  /** Tells clients with their in-flight responses that the connection closes. */
  disableKeepAlive(): void {
    for (const { socket } of this.#list?.all() ?? []) {
      const response = socket && currentResponse(socket);
      if (response && !response.headersSent) response.shouldKeepAlive = false;
    }
  }

  /** Whether the program works on the response, or the connection makes progress. */
  #isInFlight(socket: Socket, response: ServerResponse, now: number): boolean {
    if (EVENT_STREAM.test(sentHeader(response))) return false;
    const isUpload = !response.req.complete;
    if (!isUpload && !response.headersSent) return true;
    return this.#isMoving(socket, now, isUpload ? UPLOAD_MS : STREAM_MS);
  }

  /** Whether bytes have passed on a connection within a time (ms), which begins with the first call. */
  #isMoving(socket: Socket, now: number, limit: number): boolean {
    const bytes = socket.bytesRead + socket.bytesWritten;
    const last = this.#progress.get(socket);
    if (last?.bytes === bytes) return now - last.at < limit;
    this.#progress.set(socket, { bytes, at: now });
    return true;
  }

  #mayRequest(parser: HttpParser, socket: Socket, active: ReadonlySet<HttpParser>, now: number): boolean {
    if (this.#silent.has(parser)) return false;
    if (active.has(parser)) return true;
    const since = idleSince(socket);
    return since !== undefined && now - since < SILENT_MS;
  }
}

/** The HTTP/2 sessions of the servers. */
export class Http2Sessions {
  readonly #servers: readonly Server[];
  readonly #told = new WeakSet<Http2Session>();

  constructor(servers: readonly Server[]) {
    this.#servers = servers;
  }

  /**
   * Tells the clients to open no more streams, in the two steps of RFC 9113, 6.8: when a ping has returned, the streams that a client had
   * opened before it knew have arrived, and none of them is refused. Over TLS, in one step.
   *
   * @param ms time since draining began; after a long time, the second step does not wait for the ping
   * @returns whether a session has a stream that will end, or may get one
   */
  close(ms: number): boolean {
    let isBusy = false;
    for (const session of this.#servers.flatMap(http2Sessions)) {
      if (session.destroyed) continue;
      if (!this.#told.has(session)) {
        this.#told.add(session);
        if (announceShutdown(session)) session.ping(() => session.close());
        else session.close();
      }
      if (ms >= SILENT_MS) session.close();
      isBusy ||= !session.closed || isBusySession(session);
    }
    return isBusy;
  }

  /** Closes the sessions without a stream that will end. */
  destroyEndless(): void {
    for (const session of this.#servers.flatMap(http2Sessions))
      if (!isBusySession(session)) session.destroy();
  }
}

/** Whether an HTTP/2 session has a stream that will end. */
function isBusySession(session: Http2Session): boolean {
  return (
    !session.destroyed &&
    http2SentHeaders(session).some(
      (headers) => !String(headers?.['content-type']).startsWith('text/event-stream'),
    )
  );
}
