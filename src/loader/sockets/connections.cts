// What the connections of a server are doing: a response is on its way, a client is about to ask again, or nothing. Finds
// them where Node keeps them, without a listener. Knows nothing of why it is asked.
import type { ServerResponse } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { Server, Socket } from 'node:net';
import {
  currentResponse,
  http2SentHeaders,
  httpConnections,
  idleSince,
  openSockets,
  plainSocket,
  sentHeader,
} from '../../node-internals/sockets.cts';
import type { HttpConnections, HttpParser } from '../../node-internals/sockets.cts';

/** A connection that has said nothing for so many ms when the run is told to end is idle. */
const SILENT_MS = 100;

/** On one that is not, the client has so many ms for its next request; and on a new one for its first. */
const NEXT_MS = 200;

/** One that has just connected has so many ms for its first. */
const FIRST_MS = 500;

/** A request whose body has stood still for so many ms, and a response that has begun and said no more, may have no end. */
const UPLOAD_MS = 500;
const STREAM_MS = 2000;

const EVENT_STREAM = /^content-type: *text\/event-stream/im;

export interface Connections {
  /** Those on which a response is on its way, or which may bring a request at any moment. */
  readonly busy: ReadonlySet<Socket>;
  /** Those on which nothing happens. */
  readonly idle: readonly Socket[];
}

/** The HTTP connections of one server. Upgraded ones are none any more, and an event stream has no end to wait for. */
export class Http {
  readonly #server: Server;
  readonly #list: HttpConnections | undefined;
  /** Connected without asking for anything, as browsers do. Node's list counts such a one as active, but tells it once. */
  readonly #quiet = new Set<HttpParser>();
  readonly #began: number;
  /** How many bytes there were when some were moved last. */
  readonly #moves = new WeakMap<Socket, { readonly bytes: number; readonly at: number }>();

  /** @param now the time of Node's timers */
  constructor(server: Server, now: number) {
    this.#began = now;
    this.#server = server;
    this.#list = httpConnections(server);
  }

  /** @param now the time of Node's timers */
  look(now: number): Connections {
    for (const parser of this.#list?.expired(FIRST_MS, 0) ?? []) this.#quiet.add(parser);
    const active = new Set(this.#list?.active());
    const idle: Socket[] = [];
    const busy = new Set<Socket>();
    for (const parser of this.#list?.all() ?? []) {
      const { socket } = parser;
      if (!socket || socket.destroyed || socket.writableEnded) continue;
      const response = currentResponse(socket);
      if (response ? this.#mayEnd(socket, response, now) : this.#mayAsk(parser, socket, active, now))
        busy.add(socket);
      else if (!response) idle.push(socket);
    }
    return { busy, idle };
  }

  /** Connections that are not secure yet, or not HTTP any more. Of the former there are no other traces. */
  raw(): Socket[] {
    if (!this.#list || !('setSecureContext' in this.#server)) return [];
    const known = new Set(this.#list.all().map(({ socket }) => socket && plainSocket(socket)));
    return openSockets(this.#server).filter((socket) => !known.has(socket));
  }

  /** Whether a response is on its way to its end: the program is at work on it, or it moves. */
  #mayEnd(socket: Socket, response: ServerResponse, now: number): boolean {
    if (EVENT_STREAM.test(sentHeader(response))) return false;
    const isUpload = !response.req.complete;
    if (!isUpload && !response.headersSent) return true;
    const bytes = socket.bytesRead + socket.bytesWritten;
    const last = this.#moves.get(socket);
    if (last?.bytes === bytes) return now - last.at < (isUpload ? UPLOAD_MS : STREAM_MS);
    this.#moves.set(socket, { bytes, at: now });
    return true;
  }

  #mayAsk(parser: HttpParser, socket: Socket, active: ReadonlySet<HttpParser>, now: number): boolean {
    if (this.#quiet.has(parser)) return false;
    if (active.has(parser)) return true;
    const since = idleSince(socket);
    return since !== undefined && since > this.#began - SILENT_MS && now - since < NEXT_MS;
  }

  /** Lets each client know with the response that is on its way that this connection ends. */
  lastResponses(): void {
    for (const { socket } of this.#list?.all() ?? []) {
      const response = socket && currentResponse(socket);
      if (response && !response.headersSent) response.shouldKeepAlive = false;
    }
  }
}

/** Whether a session has a stream that will end. */
export function isBusy(session: Http2Session): boolean {
  return (
    !session.destroyed &&
    http2SentHeaders(session).some(
      (headers) => !String(headers?.['content-type']).startsWith('text/event-stream'),
    )
  );
}
