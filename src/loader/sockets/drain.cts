// The end of a run that listens: no connection is accepted any more, responses that are on their way are finished, and what
// has no end is cut. The signal comes when this is done. Knows nothing of how sockets go on to the next run.
import type { ServerResponse } from 'node:http';
import type { Server, Socket as Connection } from 'node:net';
import {
  detachHandle,
  hasConnections,
  http2Sessions,
  openSockets,
  plainSocket,
  serverOf,
  timerNow,
} from '../../node-internals/sockets.cts';
import { Http, isBusy } from './connections.cts';
import { isGiving } from '../channel/control-channel.cts';
import { send } from '../channel/record-writer.cts';
import { closeSocket, keepSockets } from './hold-sockets.cts';

/** How often to look at the connections, in ms. */
const LOOK_MS = 2;

/** What has no end is cut so many ms after the signal, and so long a connection may take to become a secure one. */
const CUT_MS = 50;

/** The app may replace these, as a fake clock does. */
const { clearTimeout, setImmediate, setTimeout } = globalThis;

/** So often, {@link LOOK_MS} apart, sockets are waited for that the supervisor has not got yet: they would be closed for good. */
const MAX_GIVING = 100;

/**
 * Ends what listens.
 *
 * @param signal the stop signal
 * @param stay called if the process has to be there until then
 * @param onReady called when, as far as this is concerned, that signal may come
 */
export function drain(signal: string, stay: () => void, onReady: () => void, looks = 0): void {
  if (isGiving() && looks < MAX_GIVING) {
    setTimeout(() => drain(signal, stay, onReady, looks + 1), LOOK_MS);
    return;
  }
  const servers: Server[] = [];
  const sockets = keepSockets();
  if (sockets.length === 0) {
    onReady();
    return;
  }
  stay();
  for (const socket of sockets) {
    const server = serverOf(socket.handle);
    // Node's cluster has the handle to itself.
    if (!server) continue;
    servers.push(server);
    detachHandle(server, socket.handle);
    closeSocket(socket);
    // Requests that come on open connections are the last ones there. A first listener would make an HTTP/2 server another.
    if (server.listenerCount('request') === 0) continue;
    server.prependListener('request', (_request: unknown, response: ServerResponse) => {
      response.shouldKeepAlive = false;
    });
  }
  // Without a handler of the app's, the signal ends the process.
  if (process.listenerCount(signal) > 0)
    process.prependOnceListener(signal as NodeJS.Signals, () => {
      setTimeout(() => cut(servers), CUT_MS).unref();
    });
  // What was accepted before, and what has arrived, is seen first.
  setImmediate(() => setImmediate(() => finish(servers, onReady)));
}

/** Waits for responses. */
function finish(servers: readonly Server[], onReady: () => void): void {
  if (!servers.some(hasConnections)) {
    onReady();
    return;
  }
  const began = timerNow();
  const connections = servers.map((server) => new Http(server, began));
  for (const http of connections) http.lastResponses();
  for (const session of servers.flatMap(http2Sessions)) session.close();
  let told = false;
  const look = (): void => {
    // After what has arrived was read, however late the timer is.
    const timer = setTimeout(() => setImmediate(look), LOOK_MS).unref();
    const now = timerNow();
    const seen = connections.map((http) => http.look(now));
    for (const { idle } of seen) for (const socket of idle) socket.destroySoon();
    const isYoung = now - began < CUT_MS;
    if (
      seen.some(({ busy }) => busy.size > 0) ||
      servers.flatMap(http2Sessions).some(isBusy) ||
      (isYoung && connections.some((http) => http.raw().length > 0))
    ) {
      if (!told) send({ kind: 'draining' });
      told = true;
      return;
    }
    clearTimeout(timer);
    onReady();
  };
  look();
}

/** The app's handlers wait for the end of its connections, which may have none: event streams, upgraded ones. */
function cut(servers: readonly Server[]): void {
  const now = timerNow();
  for (const session of servers.flatMap(http2Sessions)) if (!isBusy(session)) session.destroy();
  for (const server of servers) {
    const busy = new Set<Connection | undefined>(new Http(server, now).look(now).busy);
    for (const socket of busy) if (socket) busy.add(plainSocket(socket));
    for (const socket of openSockets(server)) if (!busy.has(socket)) socket.destroySoon();
  }
}
