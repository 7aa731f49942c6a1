// Runs the process that serves the crash page. Reads reports from stdin, one on each line, accepts connections on copies of the
// listening sockets of the program, and exits at the end of stdin. Started by src/supervisor/crash/page-process.ts. Knows nothing of
// the content of a report.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseReport } from '../shared/crash-report.ts';
import type { Report } from '../shared/crash-report.ts';
import { mayRead } from './access.ts';
import { renderResponse, WITHHELD } from './response.ts';

/** Descriptor of the first socket. The first argument is the number of sockets, the others are the named hosts. */
const FIRST_FD = 3;

/** Timeout for a connection (ms). */
const CONNECTION_MS = 10_000;

/**
 * Timeout for all connections after the next run has started (ms). On a busy machine, a client may send its request a tenth of a
 * second after it has connected.
 */
const LAST_MS = 1000;

/** Maximum size of a request body that is read before the response (bytes). An unread body would reset the connection. */
const MAX_BODY = 64 * 2 ** 20;

const hosts = process.argv.slice(3);
const fds = Array.from({ length: Number(process.argv[2]) }, (_, index) => FIRST_FD + index);
let report: Report;
/** Empty before the first report. */
let listeners: readonly net.Server[] = [];

// Does not listen itself: `close()` of a server that does also closes connections with a request in transit. Without an `upgrade`
// listener, Node treats an upgrade like any other request.
const http = createServer(read)
  .on('checkContinue', respond)
  .on('connect', (_request, socket) => socket.destroy());

// Signals to the process group are for the program and its supervisor. This process exits with the supervisor.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, () => {});

const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
lines.on('line', (line) => {
  report = parseReport(line);
  if (listeners.length === 0) listeners = fds.map(listen);
});
lines.once('close', () => {
  const closed = listeners.map((listener) => once(listener.close(), 'close'));
  void Promise.race([Promise.all(closed), delay(LAST_MS)]).then(() => process.exit(0));
});

function listen(fd: number): net.Server {
  const listener = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const timer = setTimeout(() => socket.destroy(), CONNECTION_MS);
    socket.on('error', () => {});
    socket.once('close', () => clearTimeout(timer));
    http.emit('connection', socket);
  });
  // The descriptor is not a listening socket.
  listener.on('error', () => {});
  return listener.listen({ fd });
}

function read(request: IncomingMessage, response: ServerResponse): void {
  let length = 0;
  request.on('error', () => {});
  request.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > MAX_BODY) respond(request, response);
  });
  request.on('end', () => respond(request, response));
}

function respond(request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) return;
  const shown = mayRead(request.headers, request.socket, hosts) ? report : WITHHELD;
  const { headers, body } = renderResponse(shown, request.headers.accept);
  const length = Buffer.byteLength(body);
  response.writeHead(503, { ...headers, Connection: 'close', 'Content-Length': length });
  response.end(body);
}
