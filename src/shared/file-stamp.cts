// What a file looks like on the disk now. The child stamps what it is about to load, the supervisor stamps
// what is there later; two stamps tell whether a save came between. Keeps no state.
import fs from 'node:fs';
import type { Stamp } from '../protocol/records.cts';

/** The app may replace these on the module later. */
const { readFileSync, statSync } = fs;

/**
 * A file written less than this many ms ago can be written again without a new time stamp: the clocks of
 * file systems tick every 1 to 10 ms. Git calls such an entry "racily clean". Its content is hashed instead.
 */
const TICK_MS = 20;

/** Where all time stamps are whole seconds, the clock of the file system may tick only every two (FAT). */
const COARSE_TICK_MS = 2000;

/**
 * Stamps a file, from before its content is read by anyone else.
 *
 * @param path absolute path of a file
 * @param now wall-clock time in ms; without it, time stamps are taken as they are
 * @returns the stamp, or undefined when there is no such file
 */
export function stampFile(path: string, now: number = Infinity): Stamp | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile()) return undefined;
    const { mtimeMs, ctimeMs, size } = stats;
    const tick = mtimeMs % 1000 === 0 ? COARSE_TICK_MS : TICK_MS;
    const age = now - mtimeMs;
    // A time far in the future is as good as any other.
    const young = age < tick && age > -COARSE_TICK_MS;
    return { mtimeMs, ctimeMs, size, hash: young ? hashBytes(readFileSync(path)) : undefined };
  } catch {
    return undefined;
  }
}

/**
 * A 53-bit hash (cyrb53, seeded with the length), which fits a number: no secret depends on it, and the child would pay
 * some ms for `node:crypto`.
 *
 * @param bytes the content of a file
 */
export function hashBytes(bytes: Uint8Array): number {
  let h1 = 0xdeadbeef ^ bytes.length;
  let h2 = 0x41c6ce57 ^ bytes.length;
  for (const byte of bytes) {
    h1 = Math.imul(h1 ^ byte, 2654435761);
    h2 = Math.imul(h2 ^ byte, 1597334677);
  }
  h1 = Math.imul(h1 ^ (h1 >>> 16), 2246822507) ^ Math.imul(h2 ^ (h2 >>> 13), 3266489909);
  h2 = Math.imul(h2 ^ (h2 >>> 16), 2246822507) ^ Math.imul(h1 ^ (h1 >>> 13), 3266489909);
  return 4294967296 * (2097151 & h2) + (h1 >>> 0);
}
