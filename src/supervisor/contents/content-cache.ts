// Hashes file content, and keeps each hash with the stamp of the file, so that a file is read only once after a save.
// Compares the content that a file had with the disk. Knows nothing of runs.
import fs from 'node:fs';
import type { Stamp } from '../../protocol/records.cts';
import { attempt } from '../../shared/attempt.cts';
import { COARSE_TICK_MS, hashBytes, isYoung, MAX_READ, stampFile } from '../../shared/file-stamp.cts';
import { entryOf, statOf } from '../util/safe-fs.ts';
import { hashInParts, PART } from './hash-in-parts.ts';

/** How the disk differs from what a run took from it. `emptied` may be the first half of a save. */
export type Difference = 'same' | 'changed' | 'created' | 'deleted' | 'emptied';

/** What a file contained. */
export interface Content {
  /** Undefined if the file could not be read. */
  readonly stamp: Stamp | undefined;
  /** Undefined: it is known when a file with this stamp has been hashed. */
  hash: number | undefined;
}

/** The hash of a file at the time of a stamp. */
interface KnownContent {
  readonly stamp: Stamp;
  readonly hash: number;
}

/** Codes of errors which mean that there is no file. */
const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);

/** Stands for the hash of content that nobody has seen: it differs from every hash. */
export const UNSEEN = -1;

export class ContentCache {
  readonly #maxRead: number;
  readonly #known = new Map<string, KnownContent>();
  /** Files that are to be hashed when there is time, each with a stamp that is held; see {@link read}. */
  readonly #pending = new Map<string, Stamp | undefined>();
  /** Large files of which some parts have been read, each with its stamp of that time. */
  readonly #readings = new Map<string, { stamp: Stamp; parts: Generator<undefined, number> }>();

  /** @param maxRead maximum size of a file that is read (bytes): time and size of a larger one stand for its content */
  constructor(maxRead: number = MAX_READ) {
    this.#maxRead = maxRead;
  }

  /** Stamps a file. A young one that is not large gets a hash, since its next save may leave the same times. */
  stamp(path: string): Stamp | undefined {
    const now = Date.now();
    const stamp = stampFile(path);
    return stamp && stamp.size <= PART && isYoung(stamp.mtimeMs, now) ? stampFile(path, now) : stamp;
  }

  /**
   * Reads a file. A large one is only read by {@link hashPending}, in parts.
   *
   * @param held a stamp that the caller holds; an equal stamp shares its memory, as there are many
   * @returns the content; undefined if there is no file. Without a hash if the file cannot be read now, or is large and has not been
   *   hashed since it was saved
   */
  read(path: string, held?: Stamp): Content | undefined {
    this.#pending.delete(path);
    const now = Date.now();
    const found = stampFile(path);
    const stamp = sameStat(found, held) ? held : found;
    if (!found || !stamp) return undefined;
    if (stamp.size > this.#maxRead) return { stamp, hash: hashOfStamp(stamp) };
    if (stamp.size > PART) {
      const known = this.#known.get(path);
      if (sameStat(known?.stamp, stamp)) return { stamp, hash: known?.hash };
      this.#pending.set(path, held);
      return { stamp, hash: undefined };
    }
    try {
      const hash = hashBytes(fs.readFileSync(path));
      // A save while the file is read must not pass for the content that had the stamp.
      const later = stampFile(path);
      const isStable = sameStat(stamp, later);
      // The next save may leave the stamp of a young file.
      if (isStable && !isYoung(stamp.mtimeMs, now)) this.#known.set(path, { stamp, hash });
      else this.#pending.set(path, held);
      return { stamp: isStable ? stamp : later, hash };
    } catch (error) {
      // Others may be temporary: EBUSY where another program has locked the file, ESTALE on NFS, EMFILE.
      return MISSING.has((error as NodeJS.ErrnoException).code ?? '')
        ? undefined
        : { stamp, hash: undefined };
    }
  }

  /** The content at the time of a stamp, if known. */
  at(path: string, stamp: Stamp | undefined): KnownContent | undefined {
    if (stamp?.hash !== undefined) return { stamp, hash: stamp.hash };
    if (stamp && stamp.size > this.#maxRead) return { stamp, hash: hashOfStamp(stamp) };
    const known = this.#known.get(path);
    return sameStat(known?.stamp, stamp) ? known : undefined;
  }

  /** The hash of the current content; undefined when the file cannot be read. */
  hashOf(path: string): number | undefined {
    return this.at(path, stampFile(path))?.hash ?? this.read(path)?.hash;
  }

  /** Compares what a file contained with the disk. */
  compare(path: string, before: Content | undefined): Difference {
    if (!before) return statOf(path)?.isFile() ? 'created' : 'same';
    before.hash ??= this.at(path, before.stamp)?.hash;
    // The new target of a link may have equal times.
    const known = entryOf(path)?.isSymbolicLink() ? undefined : this.at(path, stampFile(path));
    const now = known ?? this.read(path, before.stamp);
    if (!now) return 'deleted';
    // read() may have cached it just now.
    before.hash ??= this.at(path, before.stamp)?.hash;
    // Without a hash, the change time proves nothing: permissions and names change it too.
    if (before.hash === undefined && isSameSave(before.stamp, now.stamp)) before.hash = now.hash;
    if (now.hash === undefined || now.hash === before.hash) return 'same';
    return now.stamp?.size === 0 && before.stamp?.size !== 0 ? 'emptied' : 'changed';
  }

  /** Hashes a file when there is time, so that a later save of the same bytes is no change. */
  hashLater(path: string, stamp: Stamp | undefined): void {
    this.#pending.set(path, stamp);
  }

  /**
   * Hashes files that were found or saved. Young ones are left for the next call.
   *
   * @param isOver whether to stop; the next call goes on
   * @param onHashed called for each large file, which can be compared now
   * @returns whether files are left
   */
  hashPending(isOver: () => boolean, onHashed: (path: string) => void = () => {}): boolean {
    const files = [...this.#pending];
    for (const [path, held] of files) {
      const { stamp, hash } = this.read(path, held) ?? {};
      const isUnread = stamp !== undefined && stamp.size > PART && hash === undefined;
      if (isUnread && this.#readPart(path, stamp)) onHashed(path);
      if (isOver()) break;
    }
    return this.#pending.size > 0;
  }

  /** Reads one more part of a large file, unless it is young. Returns whether it has been hashed. */
  #readPart(path: string, stamp: Stamp): boolean {
    if (isYoung(stamp.mtimeMs, Date.now())) return false;
    let reading = this.#readings.get(path);
    if (!reading || !sameStat(reading.stamp, stamp)) {
      reading = { stamp, parts: hashInParts(path, stamp.size) };
      this.#readings.set(path, reading);
    }
    const { parts } = reading;
    const part = attempt(() => parts.next());
    if (part && !part.done) return false;
    this.#readings.delete(path);
    // After a save in between, it stays pending.
    if (part && !sameStat(stampFile(path), stamp)) return false;
    this.#pending.delete(path);
    if (part) this.#known.set(path, { stamp, hash: part.value });
    return part !== undefined;
  }

  /** Forgets all other files. */
  retain(paths: ReadonlyMap<string, unknown>): void {
    for (const path of [...this.#known.keys(), ...this.#pending.keys()])
      if (!paths.has(path)) this.forget(path);
  }

  forget(path: string): void {
    this.#known.delete(path);
    this.#pending.delete(path);
    this.#readings.delete(path);
  }
}

/** Stands for the hash of a file that is not read. */
function hashOfStamp({ mtimeMs, size }: Stamp): number {
  return hashBytes(Buffer.from(`${mtimeMs},${size}`));
}

/** Whether a file has not been written between two stamps, unless it was young. */
function isSameSave(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return a !== undefined && a.mtimeMs === b?.mtimeMs && a.size === b.size;
}

/** Whether two stamps have equal times and sizes: the content is the same, unless the file was young. */
export function sameStat(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return isSameSave(a, b) && a?.ctimeMs === b?.ctimeMs;
}

/** Whether a file was saved at a time or later. A time in the future was set by hand or by another clock. */
export function isSavedSince(stamp: Pick<Stamp, 'mtimeMs' | 'ctimeMs'> | undefined, at: number): boolean {
  const latest = Date.now() + COARSE_TICK_MS;
  return stamp !== undefined && [stamp.mtimeMs, stamp.ctimeMs].some((time) => time >= at && time <= latest);
}
