// Drains a run that listens: no connection is accepted any more, in-flight responses complete, endless ones are closed. After
// that the stop signal may come. Knows nothing of how the next run gets the sockets.
import type { ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import {
  detachHandle,
  hasConnections,
  openSockets,
  plainSocket,
  serverOf,
  timerNow,
} from '../../node-internals/sockets.cts';
import { isGiving } from '../channel/control-channel.cts';
import { send } from '../channel/record-writer.cts';
import { Http2Sessions, HttpConnections } from './connections.cts';
import { closeSocket, keepSockets } from './hold-sockets.cts';
import { divertOwnCalls } from './own-calls.cts';

/** Interval between two checks (ms). */
const CHECK_MS = 2;

/** Time after the stop signal at which endless responses are closed (ms). */
const CLOSE_MS = 50;

/** Maximum number of checks for sockets on their way to the supervisor, without which closing them is final. */
const MAX_GIVING_CHECKS = 100;

/** The app may replace these, as fake clocks do. */
const { Promise, setImmediate, setTimeout } = globalThis;

/**
 * Drains all servers.
 *
 * @param signal the stop signal
 * @param stay called if the process must not exit before that signal
 * @returns resolved when that signal may come
 */
export async function drain(signal: string, stay: () => void): Promise<void> {
  for (let checks = 0; isGiving() && checks < MAX_GIVING_CHECKS; checks++)
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  const sockets = keepSockets();
  if (sockets.length === 0) return;
  stay();
  const servers: Server[] = [];
  for (const socket of sockets) {
    const server = serverOf(socket.handle);
    // In `node:cluster`, a handle has no server.
    if (!server) continue;
    servers.push(server);
    divertOwnCalls(socket.handle, socket.path, server);
    detachHandle(server, socket.handle);
    closeSocket(socket);
    // Each request is the last one on its connection. A first `request` listener would change an HTTP/2 server.
    if (server.listenerCount('request') === 0) continue;
    server.prependListener('request', (_request: unknown, response: ServerResponse) => {
      response.shouldKeepAlive = false;
    });
  }
  // Without a listener of the app, the signal kills the process.
  if (process.listenerCount(signal) > 0)
    process.prependOnceListener(signal as NodeJS.Signals, () => {
      setTimeout(() => closeEndless(servers), CLOSE_MS).unref();
    });
  // After connections that were accepted before, and data that has arrived.
  await loopTurn();
  await loopTurn();
  if (servers.some(hasConnections)) await responsesOf(servers);
}

async function responsesOf(servers: readonly Server[]): Promise<void> {
  const start = timerNow();
  const sessions = new Http2Sessions(servers);
  const connections = servers.map((server) => new HttpConnections(server));
  for (const http of connections) http.disableKeepAlive();
  for (let isFirst = true; ; isFirst = false) {
    const now = timerNow();
    // For every server, also after a busy one: `closeIdle` closes connections.
    const busy = connections.map((http) => http.closeIdle(now).size > 0 || http.isShakingHands(now));
    if (!sessions.close(now - start) && !busy.includes(true)) return;
    if (isFirst) send({ kind: 'draining' });
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS).unref());
    // After data that has arrived was read, however late the timer is.
    await loopTurn();
  }
}

async function loopTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Closes event streams and upgraded connections, whose end the signal handlers of the app may wait for. */
function closeEndless(servers: readonly Server[]): void {
  const now = timerNow();
  new Http2Sessions(servers).destroyEndless();
  for (const server of servers) {
    const busy = new HttpConnections(server).closeIdle(now);
    const kept = new Set<Socket | undefined>([...busy].flatMap((socket) => [socket, plainSocket(socket)]));
    for (const socket of openSockets(server)) if (!kept.has(socket)) socket.destroySoon();
  }
}
