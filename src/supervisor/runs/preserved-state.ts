// What runs have preserved for those after them. Owns the bytes, which it never looks into.
import type { LaneRecord } from '../../protocol/records.cts';

/** A run may keep so much, in characters of base64; it keeps to less by itself, but is not to be trusted. */
const MAX_LENGTH = 6 * 2 ** 20;

export class PreservedState {
  /** What is whole, by key, what was given last at the end. */
  readonly #whole = new Map<string, string>();
  /** What has come of a value until now; undefined: it is too long. */
  #unfinished: { readonly key: string; text: string } | undefined;

  /** A run begins: what the one before has not finished is of no use. */
  begin(): void {
    this.#unfinished = undefined;
  }

  /** Takes a piece. What there was before counts until the last one has come. */
  add({ key, first, last, text }: LaneRecord & { kind: 'preserved' }): void {
    if (first) this.#unfinished = { key, text: '' };
    if (this.#unfinished?.key !== key) return;
    this.#unfinished.text += text;
    if (this.#unfinished.text.length > MAX_LENGTH) this.#unfinished = undefined;
    else if (last) this.#keep(key, this.#unfinished.text);
  }

  /** What there was is lost. */
  delete(key: string): void {
    this.#whole.delete(key);
  }

  /** All of it, by key. */
  get state(): Record<string, string> {
    return Object.fromEntries(this.#whole);
  }

  /** What no run has given for the longest time makes room. */
  #keep(key: string, text: string): void {
    this.#unfinished = undefined;
    this.#whole.delete(key);
    this.#whole.set(key, text);
    let length = [...this.#whole.values()].reduce((sum, one) => sum + one.length, 0);
    for (const [oldest, { length: freed }] of this.#whole) {
      if (length <= MAX_LENGTH) return;
      this.#whole.delete(oldest);
      length -= freed;
    }
  }
}
