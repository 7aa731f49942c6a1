// Completes the in-flight responses of servers that accept no connection any more, and closes endless ones. Knows nothing of processes
// and listening sockets.
import type { ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import { hasConnections, openSockets, plainSocket, timerNow } from '../../node-internals/sockets.cts';
import { Http2Sessions, HttpConnections } from './connections.cts';

/** Interval between two checks (ms). */
export const CHECK_MS = 2;

/** The app may replace these, as fake clocks do. */
const { Promise, setImmediate, setTimeout } = globalThis;

/**
 * Waits for the in-flight responses of servers, and closes idle connections.
 *
 * @param onBusy called once if there are any
 */
export async function finishResponses(servers: readonly Server[], onBusy: () => void): Promise<void> {
  for (const server of servers) {
    // Each request is the last one on its connection. A first `request` listener would change an HTTP/2 server.
    if (server.listenerCount('request') === 0) continue;
    server.prependListener('request', (_request: unknown, response: ServerResponse) => {
      response.shouldKeepAlive = false;
    });
  }
  // After connections that were accepted before, and data that has arrived.
  await loopTurn();
  await loopTurn();
  if (!servers.some(hasConnections)) return;
  const start = timerNow();
  const sessions = new Http2Sessions(servers);
  const connections = servers.map((server) => new HttpConnections(server));
  for (const http of connections) http.disableKeepAlive();
  for (let isFirst = true; ; isFirst = false) {
    const now = timerNow();
    // For every server, also after a busy one: `closeIdle` closes connections.
    const busy = connections.map((http) => http.closeIdle(now).size > 0 || http.isShakingHands(now));
    if (!sessions.close(now - start) && !busy.includes(true)) return;
    if (isFirst) onBusy();
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS).unref());
    // After data that has arrived was read, however late the timer is.
    await loopTurn();
  }
}

/** Closes event streams and upgraded connections, whose end the signal handlers of the app may wait for. */
export function closeEndless(servers: readonly Server[]): void {
  const now = timerNow();
  new Http2Sessions(servers).destroyEndless();
  for (const server of servers) {
    const busy = new HttpConnections(server).closeIdle(now);
    const kept = new Set<Socket | undefined>([...busy].flatMap((socket) => [socket, plainSocket(socket)]));
    for (const socket of openSockets(server)) if (!kept.has(socket)) socket.destroySoon();
  }
}

async function loopTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
