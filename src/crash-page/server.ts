// Serves the crash page on listening sockets that are not ours to close for others: this process has copies of them. Knows
// nothing of what a report says.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import net from 'node:net';
import type { Report } from '../shared/crash-report.ts';
import { answerTo } from './response.ts';

/** A connection has so long, in ms, to ask and to be answered. */
const CONNECTION_MS = 10_000;

/**
 * And so long once the program answers itself: a request may be on its way, and a client on a busy machine may take a tenth
 * of a second between its connection and its request.
 */
const LAST_MS = 1000;

/** A request is answered when its body has come, or so many bytes of it: what is not read would reset the connection. */
const MAX_BODY = 64 * 2 ** 20;

export class PageServer {
  #report: Report;
  /** Never listens: closing one that does ends connections on which a request is on its way. */
  readonly #http: Server;
  readonly #listeners: readonly net.Server[];
  readonly #sockets = new Set<net.Socket>();

  /** @param fds descriptors of listening sockets */
  constructor(report: Report, fds: readonly number[]) {
    this.#report = report;
    // No listener for `upgrade`: Node takes such a request for any other.
    this.#http = createServer((request, response) => this.#read(request, response));
    this.#http.on('checkContinue', (request, response) => this.#answer(request, response));
    this.#http.on('connect', (_request, socket) => socket.destroy());
    this.#listeners = fds.map((fd) => this.#listen(fd));
  }

  /** From now on, this is what is told. */
  show(report: Report): void {
    this.#report = report;
  }

  /** Takes no new connections, and resolves when those that there are have been answered. */
  async close(): Promise<void> {
    const closed = this.#listeners.map(
      (listener) => new Promise<void>((resolve) => listener.close(() => resolve())),
    );
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, LAST_MS);
    await Promise.all(closed);
    clearTimeout(timer);
  }

  #listen(fd: number): net.Server {
    const listener = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      const timer = setTimeout(() => socket.destroy(), CONNECTION_MS);
      socket.on('error', () => {});
      socket.once('close', () => {
        clearTimeout(timer);
        this.#sockets.delete(socket);
      });
      this.#http.emit('connection', socket);
    });
    // It is no socket, or not a listening one.
    listener.on('error', () => {});
    return listener.listen({ fd });
  }

  #read(request: IncomingMessage, response: ServerResponse): void {
    let length = 0;
    const answer = (): void => this.#answer(request, response);
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_BODY) answer();
    });
    request.on('end', answer);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    if (response.headersSent) return;
    const { headers, body } = answerTo(this.#report, request.headers.accept);
    const length = Buffer.byteLength(body);
    response.writeHead(503, { ...headers, Connection: 'close', 'Content-Length': length });
    response.end(body);
  }
}
