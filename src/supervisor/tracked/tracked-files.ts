// Keeps the content that each tracked file had when the current run began, and compares it with the disk. A tracked file
// counts without being loaded by the program, and stays known from run to run. Does not know patterns or watches.
import { ContentCache, isSavedSince, UNSEEN } from '../contents/content-cache.ts';
import type { Content, Difference } from '../contents/content-cache.ts';

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
  /** What the run has seen; undefined: the file was missing. */
  content: Content | undefined;
}

export class TrackedFiles {
  readonly #contents = new ContentCache(MAX_READ);
  readonly #files = new Map<string, TrackedFile>();
  /** Files that may have changed since the run began. */
  readonly #touched = new Set<string>();
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
    this.#contents.forget(path);
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
    return this.#contents.compare(path, file.content);
  }

  /** The present content of a file is from now on what the run has seen. */
  accept(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    file.content = this.#contents.read(path);
    if (!file.content && !file.origin.names) this.delete(path);
  }

  /** See {@link ContentCache.hashPending}. */
  hashPending(isOver: () => boolean): boolean {
    return this.#contents.hashPending(isOver);
  }

  #add(path: string, origin: Origin, discovery: Discovery): void {
    const stamp = discovery === 'created' ? undefined : this.#contents.stamp(path);
    const isUnseen = discovery === 'first' && isSavedSince(stamp, this.#seenUntil);
    const content = stamp && { stamp, hash: isUnseen ? UNSEEN : undefined };
    this.#files.set(path, { origin, content });
    if (!stamp || isUnseen) this.#touched.add(path);
    else if (stamp.size > SMALL || this.#leftToRead === 0) this.#contents.hashLater(path, stamp);
    else {
      this.#leftToRead--;
      this.#contents.read(path, stamp);
    }
  }
}
