// Shuts a run down: servers are drained, the app prepares, and then the stop signal may come. Owns the hold that keeps the process
// alive until then.
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
  const hold = new Hold([signal, ...STOP_SIGNALS]);
  let pending = 2;
  const onReady = (): void => {
    if (--pending > 0) return;
    if (reason) saveState();
    hold.endSoon();
    // Windows has no signals that a handler could receive.
    if (process.platform === 'win32') emulateSignal(signal as NodeJS.Signals);
    else send({ kind: 'drained' });
  };
  const stay = (): void => hold.begin();
  if (process.platform === 'win32') onReady();
  else drain(signal, stay, onReady);
  prepareEnd(reason, stay, onReady);
}

/** Keeps the process alive until a signal arrives. Without a listener of the app, the signal kills the process. */
class Hold {
  readonly #signals: ReadonlySet<string>;
  readonly #listening = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(signals: readonly string[]) {
    this.#signals = new Set(signals);
  }

  begin(): void {
    if (this.#timer) return;
    this.#timer = setInterval(() => {}, SIGNAL_MS);
    this.#listen();
  }

  /** The signal is on its way. A timeout, because a blocked event loop sees events in any order. */
  endSoon(): void {
    if (!this.#timer) return;
    this.#listen();
    setTimeout(() => clearInterval(this.#timer), SIGNAL_MS).unref();
  }

  /** Only beside listeners of the app: with a listener, a signal no longer kills the process. */
  #listen(): void {
    for (const name of this.#signals) {
      if (this.#listening.has(name) || process.listenerCount(name) === 0) continue;
      this.#listening.add(name);
      process.prependOnceListener(name as NodeJS.Signals, () => clearInterval(this.#timer));
    }
  }
}

/** Runs the signal handlers of the app, or exits as the signal would. */
function emulateSignal(signal: NodeJS.Signals): void {
  if (!process.emit(signal, signal)) process.exit(128 + constants.signals[signal]);
}
