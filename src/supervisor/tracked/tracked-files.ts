// The files that count without being part of the program: what each holds, as far as the current run can have seen it,
// and how it came to count. They stay known from run to run. Knows neither folders nor patterns nor watches.
import fs from 'node:fs';
import type { Stamp } from '../../protocol/records.cts';
import { COARSE_TICK_MS, hashBytes, stampFile } from '../../shared/file-stamp.cts';
import type { Difference } from '../contents/baseline.ts';
import { seenUntil } from '../contents/fs-clock.ts';
import { sameStat } from '../contents/content-cache.ts';
import { entryOf, statOf } from '../util/safe-fs.ts';

/** Who wants a file to count. */
export interface Origin {
  /** The path or glob, as it was written. */
  readonly text: string;
  /** `option`: the user, with `--watch`; else the program has asked for it. */
  readonly by: 'option' | 'program';
  /** Whether the text is the path of the file: then it counts when it is not there, too. */
  readonly names?: boolean;
}

/**
 * How a file was found: `first`, where nothing was known of its folder, so that its time tells whether the run can have
 * seen it as it is; `created`, where it was not there before; `known`, as it is now.
 */
export type Found = 'first' | 'created' | 'known';

/** Bigger files are not read: a change of time or size is one of content. */
const MAX_READ = 8 * 1024 * 1024;

/** So many files are read at once, when the first of them is found: most programs track no more. The rest can wait. */
const READ_AT_ONCE = 256;
const SMALL = 64 * 1024;

interface Fact {
  origin: Origin;
  /** Undefined: it was not there. */
  stamp: Stamp | undefined;
  hash: number | undefined;
  /** It has been saved since the run began, and what it held before is not known. */
  unseen: boolean;
}

export class TrackedFiles {
  readonly #facts = new Map<string, Fact>();
  /** Files that have been looked at since the run began. */
  readonly #touched = new Set<string>();
  readonly #undigested = new Set<string>();
  #leftToRead = READ_AT_ONCE;
  /** The run may not have seen what has been saved since; undefined before the first one. */
  #seenUntil: number | undefined;

  /** A new run begins, at a wall-clock time in ms: it takes the files as they are. */
  begin(at: number): void {
    this.#seenUntil = seenUntil(at, this.#seenUntil === undefined);
    for (const path of this.#touched) this.accept(path);
    this.#touched.clear();
  }

  /** A file counts from now on, whether or not it is there. */
  add(path: string, origin: Origin, found: Found): void {
    const known = this.#facts.get(path);
    if (known) {
      known.origin = origin;
      return;
    }
    const stamp = stampOf(path);
    const fact: Fact = { origin, stamp, hash: stamp?.hash, unseen: false };
    this.#facts.set(path, fact);
    if (found === 'created') fact.stamp = undefined;
    if (found === 'first' && stamp && timeOf(stamp) >= (this.#seenUntil ?? Infinity)) fact.unseen = true;
    if (fact.stamp === undefined || fact.unseen) this.#touched.add(path);
    else this.#undigested.add(path);
    if (!fact.stamp || fact.stamp.size > SMALL || this.#leftToRead === 0) return;
    this.#leftToRead--;
    this.#digestOne(path, fact, fact.stamp);
  }

  /** A file counts no longer. */
  delete(path: string): void {
    this.#facts.delete(path);
    this.#touched.delete(path);
    this.#undigested.delete(path);
  }

  has(path: string): boolean {
    return this.#facts.has(path);
  }

  /** The files that are there. */
  paths(): string[] {
    return [...this.#facts].flatMap(([path, { stamp }]) => (stamp ? [path] : []));
  }

  /** Whether a file may not be as the run has seen it. */
  isTouched(path: string): boolean {
    return this.#touched.has(path);
  }

  /** Each file and why it counts. */
  *origins(): Generator<readonly [path: string, origin: Origin]> {
    for (const [path, { origin }] of this.#facts) yield [path, origin];
  }

  originOf(path: string): Origin | undefined {
    return this.#facts.get(path)?.origin;
  }

  /** How many bytes a file had. */
  sizeOf(path: string): number | undefined {
    return this.#facts.get(path)?.stamp?.size;
  }

  /** Something has happened to a file of which another will tell what: the next run takes it as it is then. */
  touch(path: string): void {
    if (this.#facts.has(path)) this.#touched.add(path);
  }

  /** Compares what a file held with what it holds now. */
  examine(path: string): Difference {
    const fact = this.#facts.get(path);
    if (!fact) return 'same';
    this.#touched.add(path);
    const stamp = stampOf(path);
    if (!stamp) return fact.stamp && !statOf(path)?.isFile() ? 'deleted' : 'same';
    if (!fact.stamp) return 'created';
    const changed = stamp.size === 0 && fact.stamp.size > 0 ? 'emptied' : 'changed';
    if (fact.unseen) return changed;
    // A link may lead to another file that was written in the same moment.
    const isLink = entryOf(path)?.isSymbolicLink() === true;
    if (!isLink && isOld(stamp) && isOld(fact.stamp) && sameStat(stamp, fact.stamp)) return 'same';
    if (stamp.size > MAX_READ) return stamp.mtimeMs === fact.stamp.mtimeMs ? 'same' : changed;
    // Where it was not read in time: rights and names change without the content.
    const isSame =
      fact.hash === undefined
        ? stamp.mtimeMs === fact.stamp.mtimeMs && stamp.size === fact.stamp.size
        : (stamp.hash ?? hashOf(path) ?? fact.hash) === fact.hash;
    if (!isSame) return changed;
    fact.stamp = stamp;
    if (fact.hash === undefined || !isOld(stamp)) this.#undigested.add(path);
    return 'same';
  }

  /** A file is as it should be now. */
  accept(path: string): void {
    const fact = this.#facts.get(path);
    if (!fact) return;
    fact.stamp = stampOf(path);
    fact.unseen = false;
    if (!fact.stamp && !fact.origin.names) return this.delete(path);
    fact.hash = fact.stamp && (fact.stamp.hash ?? (fact.stamp.size > MAX_READ ? undefined : hashOf(path)));
    if (fact.stamp && !isOld(fact.stamp)) this.#undigested.add(path);
  }

  /**
   * Hashes files, so that a later save of the same bytes is known for what it is.
   *
   * @param isOver whether to stop here and go on in the next call
   * @returns whether there are more
   */
  digest(isOver: () => boolean): boolean {
    const young: string[] = [];
    for (const path of this.#undigested) {
      this.#undigested.delete(path);
      const fact = this.#facts.get(path);
      const stamp = fact?.stamp && stampOf(path);
      if (stamp && !isOld(stamp)) young.push(path);
      else if (fact && stamp) this.#digestOne(path, fact, stamp);
      if (isOver()) break;
    }
    for (const path of young) this.#undigested.add(path);
    return this.#undigested.size > 0;
  }

  /** What was saved meanwhile its event will tell. */
  #digestOne(path: string, fact: Fact, stamp: Stamp): void {
    if (stamp.size > MAX_READ || !sameStat(fact.stamp, stamp)) return;
    const hash = hashOf(path);
    if (!isOld(fact.stamp) && hash !== fact.hash) return;
    // Read after its stamp was taken: a save in between would pass for what the run has seen.
    if (!sameStat(stamp, stampFile(path))) return;
    fact.hash ??= hash;
    fact.stamp = stamp;
  }
}

/** Like {@link stampFile}, without reading what is big, and with one look at what is old. */
function stampOf(path: string): Stamp | undefined {
  const stamp = stampFile(path);
  if (!stamp || stamp.size > MAX_READ || Math.abs(Date.now() - stamp.mtimeMs) > COARSE_TICK_MS) return stamp;
  return stampFile(path, Date.now());
}

/** A stamp that carries a hash is that of a young file, whose next save may have the same times. */
function isOld(stamp: Stamp | undefined): boolean {
  return stamp !== undefined && stamp.hash === undefined;
}

/** When a file was saved last. A time in the future was set by hand, or by another clock: it says nothing. */
function timeOf({ mtimeMs, ctimeMs }: Stamp): number {
  const latest = Date.now() + COARSE_TICK_MS;
  return Math.max(...[mtimeMs, ctimeMs].filter((time) => time <= latest));
}

function hashOf(path: string): number | undefined {
  try {
    return hashBytes(fs.readFileSync(path));
  } catch {
    return undefined;
  }
}
