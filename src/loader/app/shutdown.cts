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
const { clearInterval, setInterval, setTimeout } = globalThis;

/** Prepares for the stop signal, and tells the supervisor when it may come. */
export function shutDown({ signal, reason }: ControlMessage & { kind: 'stop' }): void {
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
  let pending = 2;
  const onReady = (): void => {
    if (--pending > 0) return;
    if (reason) saveState();
    if (hold) {
      releaseAtSignal();
      // The signal is on its way. A timeout, because a blocked event loop sees events in any order.
      setTimeout(release, SIGNAL_MS).unref();
    }
    // Windows has no signals that a handler could receive.
    if (process.platform === 'win32') emulateSignal(signal as NodeJS.Signals);
    else send({ kind: 'drained' });
  };
  if (process.platform === 'win32') onReady();
  else drain(signal, stay, onReady);
  prepareEnd(reason, stay, onReady);
}

/** Runs the signal handlers of the app, or exits as the signal would. */
function emulateSignal(signal: NodeJS.Signals): void {
  if (!process.emit(signal, signal)) process.exit(128 + constants.signals[signal]);
}
