// Delays the stop signal of a run while the run finishes in-flight responses or prepares for its exit. Sends no signal itself.
import type { LaneRecord } from '../../protocol/records.cts';

/** Timeout for the first report that the run drains (ms). Without a report, the event loop of the run is blocked. */
const FIRST_REPORT_MS = 500;

export class DrainTimer {
  readonly #drainMs: number;
  readonly #onDue: () => void;
  /** Whether the run listens on a held socket, or for messages of the launcher. */
  #isServing = false;
  /** Whether the app has work to do before it exits. */
  #mustPrepare = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param drainMs timeout for in-flight responses
   * @param onDue called when the stop signal is due
   */
  constructor(drainMs: number, onDue: () => void) {
    this.#drainMs = drainMs;
    this.#onDue = onDue;
  }

  /** Whether a stop signal is delayed. */
  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** The run listens on a held socket, or for messages of the launcher. */
  serve(): void {
    this.#isServing = true;
  }

  /** Delays the stop signal. Returns false if the run needs no delay. */
  start(): boolean {
    if (!this.#isServing && !this.#mustPrepare) return false;
    this.#restart(FIRST_REPORT_MS);
    return true;
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Takes a record of the run. */
  record(record: LaneRecord): void {
    if (record.kind === 'wishes') this.#mustPrepare = record.end;
    if (record.kind === 'adopted') this.#isServing = true;
    if (!this.isRunning) return;
    if (record.kind === 'draining') this.#restart(this.#drainMs);
    if (record.kind === 'drained') this.#fire();
  }

  #restart(ms: number): void {
    this.cancel();
    this.#timer = setTimeout(() => this.#fire(), ms);
  }

  #fire(): void {
    this.cancel();
    this.#onDue();
  }
}
