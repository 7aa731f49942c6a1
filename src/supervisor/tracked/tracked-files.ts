// Keeps the content that each tracked file had when the current run began, and compares it with the disk. A tracked file
// counts without being loaded by the program, and stays known from run to run. Does not know patterns or watches.
import fs from 'node:fs';
import type { Stamp } from '../../protocol/records.cts';
import { attempt } from '../../shared/attempt.cts';
import { COARSE_TICK_MS, hashBytes, stampFile } from '../../shared/file-stamp.cts';
import type { Difference } from '../contents/baseline.ts';
import { sameStat } from '../contents/content-cache.ts';
import { entryOf, statOf } from '../util/safe-fs.ts';

/** Who asked for a file to count. */
export interface Origin {
  /** The path or glob, as the user or the program gave it. */
  readonly text: string;
  /** `option`: the user, with `--watch`; `program`: the program, with `track()`. */
  readonly by: 'option' | 'program';
  /** Whether the text is the path of this file: then it counts even if it is missing. */
  readonly names?: boolean;
}

/**
 * How a file was found. `first`: in a folder that was unknown, so that the file's time tells whether the run can have seen
 * its content. `created`: it was missing before. `known`: it has not changed.
 */
export type Discovery = 'first' | 'created' | 'known';

/** Maximum size of a file that is read (bytes). A larger one has changed when its time has. */
const MAX_READ = 8 * 1024 * 1024;

/** Maximum number of files that are read as soon as they are found, and their maximum size (bytes). Others are read later. */
const READ_AT_ONCE = 256;
const SMALL = 64 * 1024;

interface TrackedFile {
  origin: Origin;
  /** Undefined: the file was missing. */
  stamp: Stamp | undefined;
  /** Undefined: not known yet. */
  hash: number | undefined;
  /** Whether it was saved after the run began, and its earlier content is not known. */
  isUnseen: boolean;
}

export class TrackedFiles {
  readonly #files = new Map<string, TrackedFile>();
  /** Files that may have changed since the run began. */
  readonly #touched = new Set<string>();
  readonly #undigested = new Set<string>();
  #leftToRead = READ_AT_ONCE;
  #seenUntil = Infinity;

  /**
   * A run begins: the present content of each file is what the run sees.
   *
   * @param seenUntil the file time from which on the run may not have seen a save (wall-clock ms)
   */
  begin(seenUntil: number): void {
    this.#seenUntil = seenUntil;
    for (const path of this.#touched) this.accept(path);
    this.#touched.clear();
  }

  /** A file counts from now on, even if it is missing. Returns whether it may have changed since the run began. */
  add(path: string, origin: Origin, discovery: Discovery): boolean {
    const known = this.#files.get(path);
    if (known) known.origin = origin;
    else this.#add(path, origin, discovery);
    return this.#touched.has(path);
  }

  /** A file no longer counts. */
  delete(path: string): void {
    this.#files.delete(path);
    this.#touched.delete(path);
    this.#undigested.delete(path);
  }

  /** The files that count, by path. */
  get files(): ReadonlyMap<string, Readonly<TrackedFile>> {
    return this.#files;
  }

  /** A file may have changed that is examined elsewhere, since the program has loaded it. */
  touch(path: string): void {
    if (this.#files.has(path)) this.#touched.add(path);
  }

  /** Compares the content that a file had with its present content. */
  examine(path: string): Difference {
    const file = this.#files.get(path);
    if (!file) return 'same';
    this.#touched.add(path);
    const stamp = stampOf(path);
    if (!stamp) return file.stamp && !statOf(path)?.isFile() ? 'deleted' : 'same';
    if (!file.stamp) return 'created';
    const changed = stamp.size === 0 && file.stamp.size > 0 ? 'emptied' : 'changed';
    if (file.isUnseen) return changed;
    // The target of a link may be another file with equal times.
    const isLink = entryOf(path)?.isSymbolicLink() === true;
    if (!isLink && isOld(stamp) && isOld(file.stamp) && sameStat(stamp, file.stamp)) return 'same';
    // Without a hash, the change time proves nothing: permissions and names change it too.
    const isSame =
      file.hash === undefined
        ? stamp.mtimeMs === file.stamp.mtimeMs && stamp.size === file.stamp.size
        : (hashOf(path, stamp) ?? file.hash) === file.hash;
    if (!isSame) return changed;
    file.stamp = stamp;
    if (file.hash === undefined || !isOld(stamp)) this.#undigested.add(path);
    return 'same';
  }

  /** The present content of a file is from now on what the run has seen. */
  accept(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    file.stamp = stampOf(path);
    file.isUnseen = false;
    if (!file.stamp && !file.origin.names) return this.delete(path);
    file.hash = file.stamp && hashOf(path, file.stamp);
    if (file.stamp && !isOld(file.stamp)) this.#undigested.add(path);
  }

  /**
   * Hashes files, so that a later save of the same bytes is recognised.
   *
   * @param isOver whether to stop and continue in the next call
   * @returns whether there are more
   */
  digest(isOver: () => boolean): boolean {
    const young: string[] = [];
    for (const path of this.#undigested) {
      this.#undigested.delete(path);
      const file = this.#files.get(path);
      const stamp = file?.stamp && stampOf(path);
      if (stamp && !isOld(stamp)) young.push(path);
      else if (file && stamp) this.#digestOne(path, file, stamp);
      if (isOver()) break;
    }
    for (const path of young) this.#undigested.add(path);
    return this.#undigested.size > 0;
  }

  #add(path: string, origin: Origin, discovery: Discovery): void {
    const stamp = stampOf(path);
    const file: TrackedFile = { origin, stamp, hash: stamp?.hash, isUnseen: false };
    this.#files.set(path, file);
    if (discovery === 'created') file.stamp = undefined;
    if (discovery === 'first' && stamp && timeOf(stamp) >= this.#seenUntil) file.isUnseen = true;
    if (file.stamp === undefined || file.isUnseen) this.#touched.add(path);
    else this.#undigested.add(path);
    if (!file.stamp || file.stamp.size > SMALL || this.#leftToRead === 0) return;
    this.#leftToRead--;
    this.#digestOne(path, file, file.stamp);
  }

  /** Leaves out a file that was saved meanwhile: its event follows. */
  #digestOne(path: string, file: TrackedFile, stamp: Stamp): void {
    if (!sameStat(file.stamp, stamp)) return;
    const hash = hashOf(path, stamp);
    if (!isOld(file.stamp) && hash !== file.hash) return;
    // A save while the file was read must not pass for the content that the run has seen.
    if (!sameStat(stamp, stampFile(path))) return;
    file.hash ??= hash;
    file.stamp = stamp;
  }
}

/** Like {@link stampFile}, but never reads a large file, and looks once at an old one. */
function stampOf(path: string): Stamp | undefined {
  const stamp = stampFile(path);
  if (!stamp || stamp.size > MAX_READ || Math.abs(Date.now() - stamp.mtimeMs) > COARSE_TICK_MS) return stamp;
  return stampFile(path, Date.now());
}

/** A stamp with a hash is that of a young file, whose next save may leave the same times. */
function isOld(stamp: Stamp | undefined): boolean {
  return stamp !== undefined && stamp.hash === undefined;
}

/** When a file was saved. A time in the future was set by hand or by another clock, and is left out. */
function timeOf({ mtimeMs, ctimeMs }: Stamp): number {
  const latest = Date.now() + COARSE_TICK_MS;
  return Math.max(...[mtimeMs, ctimeMs].filter((time) => time <= latest));
}

/** The hash of the content at the time of a stamp. The time of a large file stands for its content. */
function hashOf(path: string, { size, hash, mtimeMs }: Stamp): number | undefined {
  if (size > MAX_READ) return mtimeMs;
  return hash ?? attempt(() => hashBytes(fs.readFileSync(path)));
}
