// Shuts a run down: servers are drained, the app prepares, and then the stop signal may come. Keeps the process alive until then.
import { constants } from 'node:os';
import type { ControlMessage } from '../../protocol/control.cts';
import { drain } from '../sockets/drain.cts';
import { send } from '../channel/record-writer.cts';
import { prepareEnd } from './app-api.cts';
import { saveState } from './preserve.cts';

/** Maximum time between the report that the signal may come and the signal (ms). */
const SIGNAL_MS = 1000;

/** The signals by which a user or a launcher stops the program. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The app may replace these, as fake clocks do. */
const { clearInterval, setImmediate, setInterval, setTimeout } = globalThis;
const kill = process.kill.bind(process);

/** Windows has no signals that a handler could receive. */
const hasSignals = process.platform !== 'win32';

/** Prepares for the stop signal, and tells the supervisor when it may come. */
export async function shutDown({ signal, reason }: ControlMessage & { kind: 'stop' }): Promise<void> {
  let hold: NodeJS.Timeout | undefined;
  const release = (): void => clearInterval(hold);
  /** Only beside listeners of the app: with a listener, a signal no longer kills the process. */
  const releaseAtSignal = (): void => {
    for (const name of [signal, ...STOP_SIGNALS])
      if (process.listenerCount(name) > 0 && !process.listeners(name as 'exit').includes(release))
        process.prependOnceListener(name as NodeJS.Signals, release);
  };
  const stay = (): void => {
    hold ??= setInterval(() => {}, SIGNAL_MS);
    releaseAtSignal();
  };
  const drained = hasSignals ? drain(signal, stay) : undefined;
  const mayEnd = await prepareEnd(reason, stay);
  await drained;
  if (!mayEnd) return;
  if (reason) saveState();
  if (hold) {
    releaseAtSignal();
    // The signal is on its way. A timeout, because a blocked event loop sees events in any order.
    setTimeout(release, SIGNAL_MS).unref();
  }
  if (hasSignals) {
    send({ kind: 'drained' });
    // Here no listener of the app is at work. The signal of the supervisor may come while it handles a message, whose answer is lost then.
    if (process.listenerCount(signal) === 0) kill(process.pid, signal);
  }
  // Not in a promise, where an error of a handler would be a rejection.
  else setImmediate(emulateSignal, signal as NodeJS.Signals);
}

/** Runs the signal handlers of the app, or exits as the signal would. */
function emulateSignal(signal: NodeJS.Signals): void {
  if (!process.emit(signal, signal)) process.exit(128 + constants.signals[signal]);
}
