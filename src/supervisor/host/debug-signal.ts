// Forwards SIGUSR1, by which Node opens an inspector in a running program, and reopens that inspector in later runs. Knows nothing
// of why a run starts or exits.
import { addressOf } from '../program/inspect-port.ts';
import type { Run } from '../runs/run.ts';

/** A run, as far as SIGUSR1 is concerned. */
export type Debuggee = Pick<Run, 'signal' | 'tell'>;

export class DebugSignal {
  /** The run that can take the signal. */
  #run: Debuggee | undefined;
  /** Whether a signal waits for a run. */
  #isPending = false;
  /** URL of the inspector that the signal has opened. */
  #url: string | undefined;

  /** @param isShared whether the run, even if it is exiting by now, has received the signal too */
  received(isShared: boolean): void {
    this.#isPending = !this.#run && !isShared;
    if (!isShared) this.#run?.signal('SIGUSR1');
    this.#run?.tell?.({ kind: 'inspected' });
  }

  /** The run has begun to load. Before, the signal would kill it. */
  runLoads(run: Debuggee): void {
    if (this.#run === run) return;
    this.#run = run;
    if (this.#isPending) this.received(false);
  }

  /** The run is up, and gets the inspector of an earlier run. */
  runIsUp(): void {
    const address = this.#url === undefined ? undefined : addressOf(this.#url);
    if (address) this.#run?.tell?.({ kind: 'inspect', ...address });
  }

  /** The run stops, or has exited. A signal waits for the next run. */
  pause(): void {
    this.#run = undefined;
  }

  /** The run reports the URL of its inspector. */
  opened(url: string): void {
    this.#url = url;
  }
}
