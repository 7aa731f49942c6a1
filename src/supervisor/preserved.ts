// What runs have preserved for those after them. Owns the bytes, which it never looks into.
import type { LaneRecord } from '../records.cts';

/** More than this is not kept, in characters of base64: a run that is not ours to trust may send without end. */
const MAX_LENGTH = 8 * 2 ** 20;

export class Preserved {
  readonly #pieces = new Map<string, string>();

  /** Takes a piece. */
  add({ key, first, text }: LaneRecord & { kind: 'preserved' }): void {
    const before = first ? '' : (this.#pieces.get(key) ?? '');
    this.#pieces.set(key, before + text);
    if ([...this.#pieces.values()].reduce((sum, { length }) => sum + length, 0) > MAX_LENGTH)
      this.#pieces.delete(key);
  }

  /** What there was is lost. */
  delete(key: string): void {
    this.#pieces.delete(key);
  }

  /** All of it, by key. */
  get state(): Record<string, string> {
    return Object.fromEntries(this.#pieces);
  }
}
