// Drains a run that listens: no connection is accepted any more, in-flight responses complete, endless ones are closed. After
// that the stop signal may come. Knows nothing of how the next run gets the sockets.
import type { Server } from 'node:net';
import { resolve as absolute } from 'node:path';
import { isDistributing } from '../../node-internals/cluster.cts';
import { boundTo, detachHandle, keepAddress, serverOf } from '../../node-internals/sockets.cts';
import type { HandleClass } from '../../node-internals/sockets.cts';
import type { ListeningAddress } from '../../protocol/control.cts';
import { isGiving } from '../channel/control-channel.cts';
import { send } from '../channel/record-writer.cts';
import { closeEndlessOfWorkers, drainWorkers } from './cluster-primary.cts';
import { CHECK_MS, closeEndless, finishResponses } from './finish-responses.cts';
import { closeSocket, keepSockets } from './hold-sockets.cts';
import type { HeldSocket } from './hold-sockets.cts';
import { divertOwnCalls } from './own-calls.cts';

/** Time after the stop signal at which endless responses are closed (ms). */
const CLOSE_MS = 50;

/** Maximum number of checks for sockets on their way to the supervisor, without which closing them is final. */
const MAX_GIVING_CHECKS = 100;

/** The app may replace these, as fake clocks do. */
const { Promise, setTimeout } = globalThis;

/**
 * Drains all servers, also those of the workers of a cluster.
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
  const closed = sockets.map(addressOf);
  const servers = sockets.flatMap(stopAccepting);
  // Without a listener of the app, the signal kills the process.
  if (process.listenerCount(signal) > 0)
    process.prependOnceListener(signal as NodeJS.Signals, () => {
      setTimeout(() => {
        closeEndless(servers);
        closeEndlessOfWorkers();
      }, CLOSE_MS).unref();
    });
  const handles = sockets.map(({ handle }) => handle);
  await Promise.all([finishResponses(servers, onBusy), drainWorkers(handles, closed, onBusy)]);
}

function onBusy(): void {
  send({ kind: 'draining' });
}

function addressOf({ handle, path }: HeldSocket): ListeningAddress {
  return path === undefined ? boundTo(handle) : absolute(path);
}

/** Accepts no more connections on a socket. Returns its server; none in the primary of a cluster, which passes its connections on. */
function stopAccepting(socket: HeldSocket): Server[] {
  const { handle } = socket;
  const server = serverOf(handle);
  divertOwnCalls(handle.constructor as HandleClass, addressOf(socket), server && { server, handle });
  if (server) detachHandle(server, handle);
  // The workers themselves accept. The primary needs the socket for new ones.
  else if (!isDistributing(handle)) return [];
  // A new worker asks for the address.
  else keepAddress(handle);
  closeSocket(socket);
  return server ? [server] : [];
}
