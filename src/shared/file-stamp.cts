// Stamps files: times, size, and the hash of a young file. The child stamps a file that it is about to load, the supervisor
// stamps it later; two different stamps mean a save in between. Keeps no state.
import fs from 'node:fs';
import type { Stamp } from '../protocol/records.cts';
import { attempt } from './attempt.cts';

/** Captured now: the app may replace them on the module later. */
const { readFileSync, statSync } = fs;

/** Maximum tick of a file-system clock (ms). Most tick every 1 to 10 ms. */
export const TICK_MS = 20;

/** Maximum tick where all time stamps are whole seconds (ms), as on FAT. */
export const COARSE_TICK_MS = 2000;

/** Maximum size of a file that is read (bytes). Time and size of a larger one stand for its content. */
export const MAX_READ: number = 4 * 1024 * 1024;

/**
 * Whether a file was saved so recently that the next save may leave the same time stamp. Git calls such a file "racily
 * clean". A time far in the future was set by hand or by another clock: the next save leaves another one.
 *
 * @param mtimeMs modification time of the file
 * @param now wall-clock time (ms)
 */
export function isYoung(mtimeMs: number, now: number): boolean {
  const age = now - mtimeMs;
  return age < (mtimeMs % 1000 === 0 ? COARSE_TICK_MS : TICK_MS) && age > -COARSE_TICK_MS;
}

/**
 * Stamps a file. Must be called before the content is read: then a later save cannot pass for the content that was read.
 *
 * @param path absolute path of a file
 * @param now wall-clock time (ms); without it, no file counts as young
 * @returns the stamp; undefined if the file does not exist
 */
export function stampFile(path: string, now: number = Infinity): Stamp | undefined {
  return attempt(() => {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile()) return undefined;
    const { mtimeMs, ctimeMs, size } = stats;
    const hash = size <= MAX_READ && isYoung(mtimeMs, now) ? hashBytes(readFileSync(path)) : undefined;
    return { mtimeMs, ctimeMs, size, hash };
  });
}

/**
 * A 53-bit hash (cyrb53, seeded with the length). It fits a number, and needs no `node:crypto`, which takes some ms to load
 * in the child. No secret depends on it.
 */
export class ContentHash {
  #h1: number;
  #h2: number;

  /** @param length number of all bytes */
  constructor(length: number) {
    this.#h1 = 0xdeadbeef ^ length;
    this.#h2 = 0x41c6ce57 ^ length;
  }

  /** Adds bytes, whose number is a multiple of 4 unless they are the last ones. */
  add(bytes: Uint8Array): void {
    let h1 = this.#h1;
    let h2 = this.#h2;
    const end = bytes.length - (bytes.length % 4);
    // Word by word, in a quarter of the time.
    const words = new DataView(bytes.buffer, bytes.byteOffset, end);
    for (let i = 0; i < end; i += 4) {
      const word = words.getInt32(i, true);
      h1 = Math.imul(h1 ^ word, 2654435761);
      h2 = Math.imul(h2 ^ word, 1597334677);
      // Products carry only upwards.
      h1 ^= h1 >>> 15;
      h2 ^= h2 >>> 13;
    }
    for (const byte of bytes.subarray(end)) {
      h1 = Math.imul(h1 ^ byte, 2654435761);
      h2 = Math.imul(h2 ^ byte, 1597334677);
    }
    this.#h1 = h1;
    this.#h2 = h2;
  }

  get value(): number {
    let h1 = this.#h1;
    let h2 = this.#h2;
    h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
    h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
    return 4294967296 * (2097151 & h2) + (h1 >>> 0);
  }
}

/** The hash of all bytes of a file. */
export function hashBytes(bytes: Uint8Array): number {
  const hash = new ContentHash(bytes.length);
  hash.add(bytes);
  return hash.value;
}
