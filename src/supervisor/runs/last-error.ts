// The last error of a run that nobody has caught: why it has ended, perhaps. Owns its text.
import type { LaneRecord } from '../../protocol/records.cts';
import type { Scheduler } from '../util/scheduler.ts';

/** An error that the program has outlived by so many ms is not why it has ended. */
const OUTLIVED_MS = 10_000;

export class LastError {
  readonly #scheduler: Scheduler;
  #crash: { readonly at: number; text: string } | undefined;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** A run begins. */
  begin(): void {
    this.#crash = undefined;
  }

  /** Takes what the run tells of an error. */
  add({ first, text }: LaneRecord & { kind: 'crashed' }): void {
    if (first || !this.#crash) this.#crash = { at: this.#scheduler.now(), text };
    else this.#crash.text += text;
  }

  /** It could not even be started. */
  failed(text: string): void {
    this.#crash = { at: this.#scheduler.now(), text };
  }

  /** What it says, if the run ends now. */
  get text(): string | undefined {
    const crash = this.#crash;
    return crash && this.#scheduler.now() - crash.at < OUTLIVED_MS ? crash.text : undefined;
  }
}
