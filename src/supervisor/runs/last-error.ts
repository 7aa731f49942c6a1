// Keeps the last uncaught error of a run, as the likely cause of its exit.
import type { LaneRecord } from '../../protocol/records.cts';

/** Time after which an error is no longer the likely cause of an exit (ms). */
const MAX_AGE_MS = 10_000;

export class LastError {
  #error: { readonly at: number; text: string } | undefined;

  /** A run starts. */
  begin(): void {
    this.#error = undefined;
  }

  /** Adds a part of an error that the run reports. */
  add({ first, text }: LaneRecord & { kind: 'crashed' }): void {
    if (first || !this.#error) this.failed(text);
    else this.#error.text += text;
  }

  /** Replaces the error, also by the reason why a run could not start. */
  failed(text: string): void {
    this.#error = { at: Date.now(), text };
  }

  /** Text of the error that explains an exit now; undefined without one. */
  get text(): string | undefined {
    const error = this.#error;
    return error && Date.now() - error.at < MAX_AGE_MS ? error.text : undefined;
  }
}
