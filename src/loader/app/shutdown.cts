// The end of a run that another follows, or none: what listens is drained, the app prepares, and then the stop signal can
// come. Owns what keeps the process there until then. Knows nothing of how sockets and the app do their part.
import { constants } from 'node:os';
import type { ControlMessage } from '../../protocol/control.cts';
import { prepareEnd } from './app-api.cts';
import { saveState } from './preserve.cts';
import { drain } from '../sockets/drain.cts';
import { send } from '../channel/record-writer.cts';

/** The signal comes well within so many ms after it is told that it can. */
const SIGNAL_MS = 1000;

/** By which a user, or who else has started the program, ends it. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The app may replace these, as a fake clock does. */
const { clearInterval, setInterval, setTimeout } = globalThis;

/** Makes ready for the end, and tells the supervisor when the stop signal may come. */
export function end({ signal, reason }: ControlMessage & { kind: 'stop' }): void {
  const hold = new Hold([signal, ...ENDING]);
  let left = 2;
  const onReady = (): void => {
    if (--left > 0) return;
    if (reason) saveState();
    hold.endSoon();
    // Windows has no signal that a handler could see.
    if (process.platform === 'win32') endBySignal(signal as NodeJS.Signals);
    else send({ kind: 'drained' });
  };
  const stay = (): void => hold.begin();
  if (process.platform === 'win32') onReady();
  else drain(signal, stay, onReady);
  prepareEnd(reason, stay, onReady);
}

/** Whatever else ends, the process must be there for its signal. Without a handler of the app's, that ends it. */
class Hold {
  readonly #signals: ReadonlySet<string>;
  readonly #heard = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(signals: readonly string[]) {
    this.#signals = new Set(signals);
  }

  begin(): void {
    if (this.#timer) return;
    this.#timer = setInterval(() => {}, SIGNAL_MS);
    this.#listen();
  }

  /** The signal is on its way; a loop that is blocked may see what comes in any order. */
  endSoon(): void {
    if (!this.#timer) return;
    this.#listen();
    setTimeout(() => clearInterval(this.#timer), SIGNAL_MS).unref();
  }

  /** Only where the app listens, too: with a listener, a signal ends nothing by itself. */
  #listen(): void {
    for (const name of this.#signals) {
      if (this.#heard.has(name) || process.listenerCount(name) === 0) continue;
      this.#heard.add(name);
      process.prependOnceListener(name as NodeJS.Signals, () => clearInterval(this.#timer));
    }
  }
}

/** Runs the app's handlers for a signal, or ends as the signal would. */
function endBySignal(signal: NodeJS.Signals): void {
  if (!process.emit(signal, signal)) process.exit(128 + constants.signals[signal]);
}
