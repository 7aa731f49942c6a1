// The child's side of debugging: tells where SIGUSR1 has opened the inspector, opens it there again in the next run, and
// keeps a debugger from holding up a restart. Knows nothing of why the run ends. See src/supervisor/inspector.ts.
import type inspectorModule from 'node:inspector';
import { send } from '../channel/record-writer.cts';

/** The app may replace it. */
const { setTimeout } = globalThis;

/** Node opens the inspector some ms after SIGUSR1, in its own time: it is looked for so often, so many ms apart. */
const MAX_LOOKS = 15;
const LOOK_MS = 20;

let ending = false;

/** Whether this process was started to be debugged. */
export function isDebugged(): boolean {
  return `${process.env['NODE_OPTIONS'] ?? ''} ${process.execArgv.join(' ')}`.includes('--inspect');
}

/** Tells where the inspector listens, as soon as it does: SIGUSR1 has come, which may be the app's own affair. */
export function reportInspector(): void {
  let looks = 0;
  const look = (): void => {
    const url = inspector().url();
    if (url !== undefined) send({ kind: 'inspected', url });
    else if (++looks < MAX_LOOKS) setTimeout(look, LOOK_MS).unref();
    else if (openInspector()) look();
  };
  look();
}

/**
 * Opens the inspector where it was in the run before, or where Node's options say. Not by SIGUSR1, which kills under
 * `--disable-sigusr1`, and which a process that is just starting may miss.
 *
 * @returns whether it is open now and was not before
 */
export function openInspector(host?: string, port?: number): boolean {
  if (inspector().url() !== undefined || process.listenerCount('SIGUSR1') > 0) return false;
  try {
    inspector().open(port, host);
    return true;
  } catch {
    // Node has printed why.
    return false;
  }
}

/** The run is to end: a debugger is let go when the app's own exit handlers are through. */
export function beginEnd(): void {
  ending = true;
  process.off('exit', onExit);
  guardExit();
}

/**
 * A process that ends waits for its debugger to leave, and no handler of a signal runs any more. So that SIGTERM ends
 * one that has come to its end by itself, and a restart does not wait.
 */
export function guardExit(): void {
  if (!process.listeners('exit').includes(onExit)) process.on('exit', onExit);
}

function onExit(): void {
  if (ending) inspector().close();
  else if (inspector().url() !== undefined) process.removeAllListeners('SIGTERM');
}

/** Loaded when it is needed, and not by `require`, which is hooked. */
function inspector(): typeof inspectorModule {
  return process.getBuiltinModule('node:inspector');
}
