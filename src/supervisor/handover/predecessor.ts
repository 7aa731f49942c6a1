// Keeps the run before while the next one starts beside it (`--overlap`): it serves until the next run takes over, and then stops. Keeps
// those too that are still stopping. Knows nothing of why a run starts.
import type { RestartReason } from '../../protocol/app-bridge.cts';
import type { LaneRecord } from '../../protocol/records.cts';

/** Maximum time in which a run stops accepting connections (ms). Its event loop may be blocked. */
const QUIET_MS = 500;

export interface ServingRun {
  readonly drain: { readonly isRunning: boolean };
  readonly stop: (reason: RestartReason | undefined) => void;
  readonly signal: (name: NodeJS.Signals) => void;
}

interface Slot<R extends ServingRun> {
  readonly run: R;
  readonly generation: number;
  /** Called once when the run accepts no more connections. */
  onQuiet?: (() => void) | undefined;
  timers?: readonly NodeJS.Timeout[];
}

export class Predecessor<R extends ServingRun> {
  readonly #grace: number;
  #serving: Slot<R> | undefined;
  readonly #stopping = new Map<object, Slot<R>>();
  /** Called when all have exited. */
  #onGone: (() => void) | undefined;

  /** @param grace time from the beginning of its stop to SIGKILL (ms) */
  constructor(grace: number) {
    this.#grace = grace;
  }

  /** Whether there is a run that still accepts connections. */
  get isServing(): boolean {
    return this.#serving !== undefined;
  }

  /** Another run starts beside this one. */
  keep(run: R, generation: number): void {
    this.#serving = { run, generation };
  }

  /**
   * Stops the run, because the next one takes over.
   *
   * @param reason of the next run; undefined if there is none
   * @param onQuiet called when the run accepts no more connections
   */
  retire(reason: RestartReason | undefined, onQuiet?: () => void): void {
    const slot = this.#serving;
    if (!slot) return;
    this.leave();
    const { run } = slot;
    slot.onQuiet = onQuiet;
    run.stop(reason);
    // Without a socket there is nothing to wait for.
    if (!run.drain.isRunning) quiet(slot);
    slot.timers = [
      setTimeout(() => quiet(slot), QUIET_MS),
      setTimeout(() => run.signal('SIGKILL'), this.#grace),
    ];
  }

  /** Takes a record of any run. Returns what the run does, if it is one of these. */
  record(run: object, { kind }: LaneRecord): 'serves' | 'stops' | undefined {
    if (run === this.#serving?.run) return 'serves';
    const slot = this.#stopping.get(run);
    if (slot && (kind === 'draining' || kind === 'drained')) quiet(slot);
    return slot && 'stops';
  }

  /** A run has exited. Returns its number if it is one of these. */
  exited(run: object): number | undefined {
    const slot = run === this.#serving?.run ? this.#serving : this.#stopping.get(run);
    if (!slot) return undefined;
    if (slot === this.#serving) this.#serving = undefined;
    this.#stopping.delete(run);
    for (const timer of slot.timers ?? []) clearTimeout(timer);
    quiet(slot);
    if (this.#stopping.size === 0) this.#onGone?.();
    return slot.generation;
  }

  /** The run ends in its own time, by a signal of the user. */
  leave(): void {
    const slot = this.#serving;
    if (slot) this.#stopping.set(slot.run, slot);
    this.#serving = undefined;
  }

  signal(name: NodeJS.Signals): void {
    for (const { run } of [...this.#stopping.values(), ...(this.#serving ? [this.#serving] : [])])
      run.signal(name);
  }

  /** Stops the run if there is one, and calls `then` when all have exited. */
  end(then: () => void): void {
    this.retire(undefined);
    if (this.#stopping.size === 0) return then();
    this.#onGone = then;
  }
}

function quiet(slot: Slot<ServingRun>): void {
  const { onQuiet } = slot;
  slot.onQuiet = undefined;
  onQuiet?.();
}
