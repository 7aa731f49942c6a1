// What the connections of a server are doing: a response is on its way, a client is about to ask again, or nothing. Finds
// them where Node keeps them, without a listener. Knows nothing of why it is asked.
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Server } from './node-handles.cts';
import { symbolProperty } from './node-handles.cts';

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

/** A parser of Node's, which belongs to one HTTP connection. */
interface Parser {
  readonly socket?: HttpSocket | null;
}

interface HttpSocket extends Socket {
  /** The connection below, where this one is secure. */
  readonly _parent?: Socket | null;
  readonly _httpMessage?: (ServerResponse & { readonly _header?: string | null }) | null;
}

/** lib/_http_server.js, kConnections */
interface ConnectionsList {
  all: () => Parser[];
  active: () => Parser[];
  expired: (headersMs: number, requestMs: number) => Parser[];
}

/** An HTTP/2 session, as far as it is asked. */
interface Session {
  readonly destroyed: boolean;
  close: () => void;
  destroy: () => void;
}

export interface Connections {
  /** Those on which a response is on its way, or which may bring a request at any moment. */
  readonly busy: ReadonlySet<Socket>;
  /** Those on which nothing happens. */
  readonly idle: readonly Socket[];
}

/** The HTTP connections of one server. Upgraded ones are none any more, and an event stream has no end to wait for. */
export class Http {
  readonly #server: Server;
  readonly #list: ConnectionsList | undefined;
  /** Connected without asking for anything, as browsers do. Node's list counts such a one as active, but tells it once. */
  readonly #quiet = new Set<Parser>();
  readonly #began: number;
  /** How many bytes there were when some were moved last. */
  readonly #moves = new WeakMap<Socket, { readonly bytes: number; readonly at: number }>();

  /** @param now the time of Node's timers */
  constructor(server: Server, now: number) {
    this.#began = now;
    this.#server = server;
    this.#list = symbolProperty(server, 'http.server.connections') as ConnectionsList | undefined;
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
      const response = socket._httpMessage;
      if (response ? this.#mayEnd(socket, response, now) : this.#mayAsk(parser, socket, active, now))
        busy.add(socket);
      else if (!response) idle.push(socket);
    }
    return { busy, idle };
  }

  /** Connections that are not secure yet, or not HTTP any more. Of the former there are no other traces. */
  raw(): Socket[] {
    if (!this.#list || !('setSecureContext' in this.#server)) return [];
    const known = new Set(this.#list.all().map(({ socket }) => socket?._parent));
    return socketsOf(this.#server).filter((socket) => !known.has(socket));
  }

  /** Whether a response is on its way to its end: the program is at work on it, or it moves. */
  #mayEnd(
    socket: Socket,
    response: ServerResponse & { readonly _header?: string | null },
    now: number,
  ): boolean {
    if (isEventStream(response)) return false;
    const isUpload = !response.req.complete;
    if (!isUpload && !response.headersSent) return true;
    const bytes = socket.bytesRead + socket.bytesWritten;
    const last = this.#moves.get(socket);
    if (last?.bytes === bytes) return now - last.at < (isUpload ? UPLOAD_MS : STREAM_MS);
    this.#moves.set(socket, { bytes, at: now });
    return true;
  }

  #mayAsk(parser: Parser, socket: Socket, active: ReadonlySet<Parser>, now: number): boolean {
    if (this.#quiet.has(parser)) return false;
    if (active.has(parser)) return true;
    const since = idleSince(socket);
    return since !== undefined && since > this.#began - SILENT_MS && now - since < NEXT_MS;
  }

  /** Lets each client know with the response that is on its way that this connection ends. */
  lastResponses(): void {
    for (const { socket } of this.#list?.all() ?? []) {
      const response = socket?._httpMessage;
      if (response && !response.headersSent) response.shouldKeepAlive = false;
    }
  }
}

/** The HTTP/2 sessions of one server. Before Node 24, those of a secure one are not to be found. */
export function sessionsOf(server: Server): Session[] {
  if (!('updateSettings' in server)) return [];
  const sessions = symbolProperty(server, 'sessions');
  // A set of Node's own, which is no `Set`.
  if (sessions) return [...(sessions as Iterable<Session>)];
  return (
    socketsOf(server)
      // Where Node 20 and 22 mean to use a symbol that they do not have.
      .map((socket) => (socket as { undefined?: unknown }).undefined)
      .filter((session): session is Session => typeof session === 'object' && session !== null)
  );
}

/** Whether a session has a stream that will end. */
export function isBusy(session: Session): boolean {
  const state = symbolProperty(session, 'state') as { streams?: Map<number, object> } | undefined;
  if (session.destroyed || !state?.streams) return false;
  return [...state.streams.values()].some((stream) => {
    const { sentHeaders } = stream as { sentHeaders?: Record<string, unknown> };
    return !String(sentHeaders?.['content-type']).startsWith('text/event-stream');
  });
}

/** Connections of a server on which something may happen. */
export function socketsOf(server: Server): Socket[] {
  const { _getActiveHandles } = process as unknown as { _getActiveHandles?: () => unknown[] };
  return (_getActiveHandles?.() ?? []).filter(
    (handle): handle is Socket => (handle as { server?: unknown } | undefined)?.server === server,
  );
}

function isEventStream(response: ServerResponse & { readonly _header?: string | null }): boolean {
  return EVENT_STREAM.test(response._header ?? '');
}

/** Node's timer that closes an idle connection knows since when it is idle. */
function idleSince(socket: Socket): number | undefined {
  const timer = symbolProperty(socket, 'timeout') as { _idleStart?: number } | null | undefined;
  return timer?._idleStart;
}
