// Implements debugging in the child: reports where SIGUSR1 opened the inspector, opens it there again in the next run, and keeps
// debuggers from delaying a restart. Knows nothing of the reason of a restart. See src/supervisor/host/debug-signal.ts.
import type inspectorModule from 'node:inspector';
import { attempt } from '../../shared/attempt.cts';
import { send } from '../channel/record-writer.cts';

/** The app may replace it. */
const { setTimeout } = globalThis;

/** Maximum number of checks whether the inspector is open, and their interval (ms). Node opens it some time after SIGUSR1. */
const MAX_CHECKS = 15;
const CHECK_MS = 20;

let isStopping = false;

/**
 * Reports the URL of the inspector as soon as it is open. SIGUSR1 was sent, which the app may handle itself.
 *
 * @param checks number of checks, with this one
 */
export function reportInspector(checks = 1): void {
  guardExit();
  const url = inspector().url();
  if (url !== undefined) send({ kind: 'inspected', url });
  else if (checks < MAX_CHECKS) setTimeout(reportInspector, CHECK_MS, checks + 1).unref();
  else if (openInspector()) reportInspector(checks);
}

/**
 * Opens the inspector at the address of the previous run, or at the address of the Node options. Without SIGUSR1, which kills under
 * `--disable-sigusr1`, and which a starting process may miss.
 *
 * @returns whether this call opened it
 */
export function openInspector(host?: string, port?: number): boolean {
  guardExit();
  if (inspector().url() !== undefined || process.listenerCount('SIGUSR1') > 0) return false;
  // Node prints the reason of an error.
  return attempt(() => (inspector().open(port, host), true)) ?? false;
}

/** The run must stop: debuggers are disconnected after the exit handlers of the app. */
export function releaseDebuggers(): void {
  isStopping = true;
  process.off('exit', onExit);
  guardExit();
}

/**
 * Lets SIGTERM kill an exiting process that waits for its debugger to disconnect: Node runs no signal handler any more. A restart
 * would wait for it.
 */
export function guardExit(): void {
  if (!process.listeners('exit').includes(onExit)) process.on('exit', onExit);
}

function onExit(): void {
  if (isStopping) inspector().close();
  else if (inspector().url() !== undefined) process.removeAllListeners('SIGTERM');
}

/** Loaded on demand, and not with `require`, which is hooked. */
function inspector(): typeof inspectorModule {
  return process.getBuiltinModule('node:inspector');
}
