// Tells busy connections of a server from idle ones: a connection is busy while a response is in flight, or while the client may
// send a request at any moment. Reads the state that Node keeps, without listeners. Knows nothing of the reason.
import type { ServerResponse } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { Server, Socket } from 'node:net';
import {
  currentResponse,
  http2SentHeaders,
  connectionsList,
  idleSince,
  openSockets,
  plainSocket,
  sentHeader,
} from '../../node-internals/sockets.cts';
import type { ConnectionsList, HttpParser } from '../../node-internals/sockets.cts';

/** Time after its last response in which a connection still counts as used when draining starts (ms). */
const USED_MS = 100;

/** Timeout for the next request on a used connection (ms). */
const NEXT_REQUEST_MS = 200;

/** Timeout for the first request on a new connection (ms). */
const FIRST_REQUEST_MS = 500;

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
  readonly #start: number;
  /** Number of bytes on a connection, and when it last changed. */
  readonly #progress = new WeakMap<Socket, { readonly bytes: number; readonly at: number }>();

  /** @param now time of the event loop (ms) */
  constructor(server: Server, now: number) {
    this.#start = now;
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
    for (const parser of this.#list?.expired(FIRST_REQUEST_MS, 0) ?? []) this.#silent.add(parser);
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

  /** Connections in the middle of a TLS handshake, and upgraded ones: the list has neither. */
  unlisted(): Socket[] {
    if (!this.#list || !('setSecureContext' in this.#server)) return [];
    const listed = new Set(this.#list.all().map(({ socket }) => socket && plainSocket(socket)));
    return openSockets(this.#server).filter((socket) => !listed.has(socket));
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
    const bytes = socket.bytesRead + socket.bytesWritten;
    const last = this.#progress.get(socket);
    if (last?.bytes === bytes) return now - last.at < (isUpload ? UPLOAD_MS : STREAM_MS);
    this.#progress.set(socket, { bytes, at: now });
    return true;
  }

  #mayRequest(parser: HttpParser, socket: Socket, active: ReadonlySet<HttpParser>, now: number): boolean {
    if (this.#silent.has(parser)) return false;
    if (active.has(parser)) return true;
    const since = idleSince(socket);
    return since !== undefined && since > this.#start - USED_MS && now - since < NEXT_REQUEST_MS;
  }
}

/** Whether an HTTP/2 session has a stream that will end. */
export function isBusySession(session: Http2Session): boolean {
  return (
    !session.destroyed &&
    http2SentHeaders(session).some(
      (headers) => !String(headers?.['content-type']).startsWith('text/event-stream'),
    )
  );
}
