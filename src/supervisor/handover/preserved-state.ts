// Keeps the state that runs preserve for later runs. Owns the serialized values, and never looks into them.
import type { LaneRecord } from '../../protocol/records.cts';

/** Maximum total length of all values (characters of base64). A run stays below it, but its records cannot be trusted. */
const MAX_LENGTH = 6 * 2 ** 20;

export class PreservedState {
  /** Complete values by key, the most recent last. */
  readonly #values = new Map<string, string>();
  /** The value whose pieces are arriving; undefined if it is too long. */
  #unfinished: { readonly key: string; text: string } | undefined;

  /** Drops an unfinished value of the previous run. */
  begin(): void {
    this.#unfinished = undefined;
  }

  /** Adds a piece of a value. The earlier value counts until the last piece has arrived. */
  add({ key, first, last, text }: LaneRecord & { kind: 'preserved' }): void {
    if (first) this.#unfinished = { key, text: '' };
    if (this.#unfinished?.key !== key) return;
    this.#unfinished.text += text;
    if (this.#unfinished.text.length > MAX_LENGTH) this.#unfinished = undefined;
    else if (last) this.#keep(key, this.#unfinished.text);
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  /** All complete values by key. */
  get state(): Record<string, string> {
    return Object.fromEntries(this.#values);
  }

  /** Keeps a value. The values that no run has set for the longest time make room. */
  #keep(key: string, text: string): void {
    this.#unfinished = undefined;
    this.#values.delete(key);
    this.#values.set(key, text);
    let length = [...this.#values.values()].reduce((sum, value) => sum + value.length, 0);
    for (const [oldest, { length: freed }] of this.#values) {
      if (length <= MAX_LENGTH) return;
      this.#values.delete(oldest);
      length -= freed;
    }
  }
}
