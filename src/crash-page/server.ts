// Serves the crash page on copies of the listening sockets of the program. Knows nothing of the content of a report.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import net from 'node:net';
import type { Report } from '../shared/crash-report.ts';
import { renderResponse } from './response.ts';

/** Timeout for a connection (ms). */
const CONNECTION_MS = 10_000;

/**
 * Timeout for all connections after the next run has started (ms). On a busy machine, a client may send its request a tenth of a
 * second after it has connected.
 */
const LAST_MS = 1000;

/** Maximum size of a request body that is read before the response (bytes). An unread body would reset the connection. */
const MAX_BODY = 64 * 2 ** 20;

export class PageServer {
  #report: Report;
  /** Does not listen itself: `close()` of a server that does also closes connections with a request in transit. */
  readonly #http: Server;
  readonly #listeners: readonly net.Server[];
  readonly #sockets = new Set<net.Socket>();

  /** @param fds descriptors of listening sockets */
  constructor(report: Report, fds: readonly number[]) {
    this.#report = report;
    // Without an `upgrade` listener, Node treats an upgrade like any other request.
    this.#http = createServer((request, response) => this.#read(request, response));
    this.#http.on('checkContinue', (request, response) => this.#respond(request, response));
    this.#http.on('connect', (_request, socket) => socket.destroy());
    this.#listeners = fds.map((fd) => this.#listen(fd));
  }

  /** Shows another report from now on. */
  show(report: Report): void {
    this.#report = report;
  }

  /** Accepts no more connections. Resolves when the open ones have had their response. */
  async close(): Promise<void> {
    const closed = this.#listeners.map((listener) => once(listener.close(), 'close'));
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
    // The descriptor is not a listening socket.
    listener.on('error', () => {});
    return listener.listen({ fd });
  }

  #read(request: IncomingMessage, response: ServerResponse): void {
    let length = 0;
    const respond = (): void => this.#respond(request, response);
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_BODY) respond();
    });
    request.on('end', respond);
  }

  #respond(request: IncomingMessage, response: ServerResponse): void {
    if (response.headersSent) return;
    const { headers, body } = renderResponse(this.#report, request.headers.accept);
    const length = Buffer.byteLength(body);
    response.writeHead(503, { ...headers, Connection: 'close', 'Content-Length': length });
    response.end(body);
  }
}
