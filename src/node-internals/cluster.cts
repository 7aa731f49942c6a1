// Gives access to the undocumented parts of Node behind `node:cluster`. See sockets.cts for the rest, and for what holds for both.
import type net from 'node:net';
import { wrapMethod } from './process.cts';
import type { SpawnOptions } from './process.cts';
import { detachHandle } from './sockets.cts';
import type { Handle, HandleClass } from './sockets.cts';

type Server = net.Server & { _handle?: Handle | null };

/** Whether a new process is a worker of a cluster (lib/internal/cluster/primary.js, createWorkerProcess). */
export function isClusterWorker({ envPairs = [] }: SpawnOptions): boolean {
  return envPairs.some((pair) => pair.startsWith('NODE_UNIQUE_ID='));
}

/** Calls a function with each server of this worker that is about to listen through the primary (lib/net.js, listenInCluster). */
export function onWorkerListening(listener: (server: net.Server) => void): void {
  wrapMethod(process.getBuiltinModule('node:cluster'), '_getServer', (call, _self, [server]) => {
    // Or a UDP socket.
    if (server instanceof process.getBuiltinModule('node:net').Server) listener(server);
    return call();
  });
}

/** Whether a listening handle passes its connections to workers (lib/internal/cluster/round_robin_handle.js). */
export function isDistributing(handle: Handle): boolean {
  return typeof handle.onconnection === 'function';
}

/**
 * Whether this process has accepted connections that no worker has taken yet: handles that have no owner, and that nobody reads
 * (lib/internal/cluster/round_robin_handle.js; `process._getActiveHandles`, src/node_process_methods.cc).
 *
 * @param listening of the class of the connections
 */
export function hasUntakenConnection(listening: Handle): boolean {
  return activeHandles().some(
    (active) =>
      active !== listening &&
      Object.getPrototypeOf(active) === Object.getPrototypeOf(listening) &&
      !(active as { onread?: unknown }).onread &&
      // A handle for all workers, on which this process does not accept.
      (active as Handle).getProviderType() !== listening.getProviderType(),
  );
}

/** The servers of this thread that listen or have connections. In a worker, a server may listen without a handle of libuv. */
export function activeServers(): net.Server[] {
  const { Server: NetServer } = process.getBuiltinModule('node:net');
  const servers = activeHandles().flatMap((active) => [active, (active as { server?: unknown }).server]);
  return [...new Set(servers)].filter((server) => server instanceof NetServer);
}

/** The handle by which a server of a worker listens: one of libuv, or one with the same functions (lib/internal/cluster/child.js). */
export function workerHandle(server: net.Server): Handle | undefined {
  return (server as Server)._handle ?? undefined;
}

/**
 * Closes the socket on which a server of a worker listens, in this process only. The handle's own `close` would tell the primary. A
 * server that gets its connections from the primary has no socket, and still takes those on their way.
 */
export function closeWorkerSocket(server: net.Server): void {
  const handle = workerHandle(server);
  if (!handle || !('getProviderType' in handle)) return;
  detachHandle(server, handle);
  (handle.constructor as HandleClass).prototype.close.call(handle);
}

function activeHandles(): object[] {
  const { _getActiveHandles } = process as unknown as { _getActiveHandles?: () => object[] };
  return _getActiveHandles?.() ?? [];
}
