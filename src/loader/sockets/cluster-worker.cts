// Drains this worker of a cluster when its primary asks. Knows nothing of the restart.
import type { Server } from 'node:net';
import { resolve } from 'node:path';
import {
  activeServers,
  closeWorkerSocket,
  onWorkerListening,
  workerHandle,
} from '../../node-internals/cluster.cts';
import { channelHandle, onInternalMessage, wrapMethod } from '../../node-internals/process.cts';
import { boundTo, pipeClass, tcpClass, trackHttp2Sessions } from '../../node-internals/sockets.cts';
import { encodeControl, parseWorkerMessage } from '../../protocol/control.cts';
import type { ListeningAddress, WorkerReport } from '../../protocol/control.cts';
import { closeEndless, finishResponses } from './finish-responses.cts';
import { divertOwnCalls } from './own-calls.cts';
import type { OwnServer } from './own-calls.cts';

let servers: readonly Server[] = [];

/** Answers the primary from now on. */
export function obeyPrimary(): void {
  const send = process.send?.bind(process);
  // The primary may exit at any time.
  const report = (kind: WorkerReport['kind']): unknown =>
    send?.(encodeControl({ kind }), undefined, {}, () => {});
  onWorkerListening((server) => {
    trackHttp2Sessions(server);
    report('serving');
  });
  onInternalMessage(process, (message) => {
    const request = parseWorkerMessage(message);
    if (request?.kind === 'drain') void drain(request.closed, report);
    if (request?.kind === 'closeEndless') closeEndless(servers);
  });
}

/** The server that listens at an address. */
function ownServer(listening: ListeningAddress): OwnServer | undefined {
  const server = servers.find((candidate) => {
    const address = candidate.address();
    if (typeof listening === 'string') return typeof address === 'string' && resolve(address) === listening;
    return typeof address === 'object' && address?.port === listening.port;
  });
  const handle = server && workerHandle(server);
  return server && handle && { server, handle };
}

async function drain(
  closed: readonly ListeningAddress[],
  report: (kind: WorkerReport['kind']) => unknown,
): Promise<void> {
  const tcp = tcpClass()?.type;
  const pipe = pipeClass(channelHandle());
  servers = activeServers();
  for (const listening of closed) {
    const type = typeof listening === 'string' ? pipe : tcp;
    if (type) divertOwnCalls(type, listening, ownServer(listening));
  }
  // A server that is about to listen would accept connections for the next run.
  const ports = new Set(closed.map((listening) => typeof listening !== 'string' && listening.port));
  if (tcp)
    wrapMethod(tcp.prototype, 'listen', (listen, handle) =>
      ports.has(boundTo(handle).port ?? NaN) ? 0 : listen(),
    );
  for (const server of servers) closeWorkerSocket(server);
  await finishResponses(servers, () => report('draining'));
  report('drained');
}
