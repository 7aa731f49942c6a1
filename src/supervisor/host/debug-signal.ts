// SIGUSR1: passed on to the program, and its inspector opened again in the runs after. Knows nothing of why a run begins or ends.
import type { ControlMessage } from '../../protocol/control.cts';
import { addressOf } from '../program/inspect-port.ts';

/** The app, as far as SIGUSR1 is concerned. */
export interface Debuggee {
  signal: (name: NodeJS.Signals) => void;
  /** Undefined for a command that Node does not run. */
  tell?: (message: ControlMessage) => void;
}

/** Passes SIGUSR1 on, by which Node opens an inspector in a running program, and keeps it open in the runs after. */
export class DebugSignal {
  #app: Debuggee | undefined;
  /** It came when there was nobody to take it. */
  #waiting = false;
  /** Where it has opened the inspector. */
  #url: string | undefined;

  /** SIGUSR1 has come. `shared`: the app has got it too, also if it has begun to end since. */
  received(shared: boolean): void {
    this.#waiting = !this.#app && !shared;
    if (!shared) this.#app?.signal('SIGUSR1');
    this.#app?.tell?.({ kind: 'inspected' });
  }

  /** The app has begun to load: before, the signal would kill it. */
  begun(app: Debuggee): void {
    if (this.#app === app) return;
    this.#app = app;
    if (this.#waiting) this.received(false);
  }

  /** The app is ending, or is not there yet: the signal is kept for the next run. */
  pause(): void {
    this.#app = undefined;
  }

  /** The app tells where its inspector is. */
  opened(url: string): void {
    this.#url = url;
  }

  /** The app is up: it gets the inspector back that an earlier run had. */
  cameUp(): void {
    const address = this.#url === undefined ? undefined : addressOf(this.#url);
    if (address) this.#app?.tell?.({ kind: 'inspect', ...address });
  }
}
