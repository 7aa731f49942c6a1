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

/** Maximum number of files that are read as soon as they are found, and their maximum size (bytes). Others are read later. */
const READ_AT_ONCE = 256;
const SMALL = 64 * 1024;

interface TrackedFile {
  origin: Origin;
  /** What the run has seen; undefined: the file was missing. */
  content: Content | undefined;
  /** Whether it may have changed since the run began. */
  isTouched: boolean;
}

export class TrackedFiles {
  readonly contents: ContentCache = new ContentCache();
  readonly #files = new Map<string, TrackedFile>();
  #leftToRead = READ_AT_ONCE;
  #unseenFrom = Infinity;

  /**
   * A run begins: the present content of each file is what the run sees.
   *
   * @param unseenFrom the file time from which on the run may not have seen a save (wall-clock ms)
   */
  begin(unseenFrom: number): void {
    this.#unseenFrom = unseenFrom;
    for (const [path, { isTouched }] of this.#files) if (isTouched) this.accept(path);
  }

  /** A file counts from now on, even if it is missing. Returns whether it may have changed since the run began. */
  add(path: string, origin: Origin, discovery: Discovery): boolean {
    const file = this.#files.get(path) ?? this.#find(path, origin, discovery);
    file.origin = origin;
    this.#files.set(path, file);
    return file.isTouched;
  }

  /** A file no longer counts. */
  delete(path: string): void {
    this.#files.delete(path);
    this.contents.forget(path);
  }

  /** The files that count, by path. */
  get files(): ReadonlyMap<string, Readonly<TrackedFile>> {
    return this.#files;
  }

  /** A file may have changed that is examined elsewhere, since the program has loaded it. */
  touch(path: string): void {
    const file = this.#files.get(path);
    if (file) file.isTouched = true;
  }

  /** Compares the content that a file had with its present content. */
  examine(path: string): Difference {
    const file = this.#files.get(path);
    if (!file) return 'same';
    file.isTouched = true;
    return this.contents.compare(path, file.content);
  }

  /** The present content of a file is from now on what the run has seen. */
  accept(path: string): void {
    const file = this.#files.get(path);
    if (!file) return;
    file.content = this.contents.read(path);
    file.isTouched = false;
    if (!file.content && !file.origin.names) this.delete(path);
  }

  #find(path: string, origin: Origin, discovery: Discovery): TrackedFile {
    const stamp = discovery === 'created' ? undefined : this.contents.stamp(path);
    const isUnseen = discovery === 'first' && isSavedSince(stamp, this.#unseenFrom);
    if (!stamp || isUnseen) return { origin, content: stamp && { stamp, hash: UNSEEN }, isTouched: true };
    if (stamp.size <= SMALL && this.#leftToRead-- > 0) this.contents.read(path, stamp);
    else this.contents.hashLater(path, stamp);
    return { origin, content: { stamp, hash: undefined }, isTouched: false };
  }
}
