// Drains the workers of a cluster, from their primary. Knows nothing of their servers.
import type { ChildProcess } from 'node:child_process';
import { hasUntakenConnection } from '../../node-internals/cluster.cts';
import { onInternalMessage } from '../../node-internals/process.cts';
import { timerNow } from '../../node-internals/sockets.cts';
import type { Handle } from '../../node-internals/sockets.cts';
import { encodeControl, parseWorkerReport } from '../../protocol/control.cts';
import type { ListeningAddress, WorkerMessage, WorkerReport } from '../../protocol/control.cts';
import { CHECK_MS } from './finish-responses.cts';

/** Timeout for a worker that takes a connection, and for its first report. Its event loop is blocked (ms). */
const REPORT_MS = 1000;

/** The app may replace these, as fake clocks do. */
const { Promise, setTimeout } = globalThis;

/** The workers that have servers, with their last report. */
const workers = new Map<ChildProcess, WorkerReport['kind']>();

/** The message to workers that are about to listen although the program is stopping. */
let drainMessage: WorkerMessage | undefined;

/** Takes the reports of a worker from now on. */
export function watchWorker(worker: ChildProcess): void {
  onInternalMessage(worker, (message) => {
    const report = parseWorkerReport(message);
    const isNew = !workers.has(worker);
    // A worker may open several servers, also while it is drained.
    if (!report || (report.kind === 'serving' && !isNew)) return;
    for (const other of workers.keys()) if (!other.connected) workers.delete(other);
    workers.set(worker, report.kind);
    if (isNew && drainMessage) tell(worker, drainMessage);
  });
}

/** Whether a worker listens, or is about to, through this process. */
export function isPrimary(): boolean {
  return workers.size > 0;
}

/**
 * Waits for the in-flight responses of all workers. A worker that has exited, or does not answer, is not waited for.
 *
 * @param sockets on which this process has accepted connections
 * @param closed addresses of all sockets of the program
 * @param onBusy called if there are workers
 */
export async function drainWorkers(
  sockets: readonly Handle[],
  closed: readonly ListeningAddress[],
  onBusy: () => void,
): Promise<void> {
  const asked = connectedWorkers();
  if (asked.length === 0) return;
  onBusy();
  const start = timerNow();
  await until(() => !sockets.some(hasUntakenConnection) || timerNow() - start >= REPORT_MS);
  // After the connections, which go through the same channel.
  drainMessage = { kind: 'drain', closed };
  for (const worker of connectedWorkers()) tell(worker, drainMessage);
  const askedAt = timerNow();
  await until(() =>
    asked.every((worker) => {
      const report = worker.connected ? workers.get(worker) : 'drained';
      return report === 'drained' || (report === 'serving' && timerNow() - askedAt >= REPORT_MS);
    }),
  );
}

/** Closes the endless responses of all workers. */
export function closeEndlessOfWorkers(): void {
  for (const worker of connectedWorkers()) tell(worker, { kind: 'closeEndless' });
}

function connectedWorkers(): ChildProcess[] {
  return [...workers.keys()].filter(({ connected }) => connected);
}

function tell(worker: ChildProcess, message: WorkerMessage): void {
  // It may exit at any time.
  worker.send(encodeControl(message), () => {});
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, CHECK_MS).unref());
}
