// Decides whether a file has changed. The baseline holds, for each path that counts, a snapshot of what the current run
// took from the disk; examine() compares the snapshot with the disk. File events only say where to look, so:
// - A touch, or a save of the same bytes, is no change: content hashes are compared.
// - A save between the load of a module and its first watch is not lost: the snapshot is older than the save.
// - After a crash, files that the run did not reach still count: snapshots of earlier runs stay until a run is ready.
// Most hashes are computed after the start, when there is time. Until then, the stamp (times and size) stands for the
// content. Knows neither watches nor the debounce.
import { isInPackage } from '../../shared/module-url.ts';
import type { Stamp } from '../../protocol/records.cts';
import { stampFile, TICK_MS } from '../../shared/file-stamp.cts';
import { ContentCache, sameStat } from './content-cache.ts';
import { linkTarget, statOf } from '../util/safe-fs.ts';

/** How the disk differs from a snapshot. `emptied` may be the first half of a save. */
export type Difference = 'same' | 'changed' | 'created' | 'deleted' | 'emptied';

/** The state of one path as the run took it. */
type Snapshot =
  | ContentSnapshot
  /** A symbolic link on the way to a module. */
  | { readonly kind: 'link'; readonly target: string }
  /** The run looked for a file here and found none. */
  | { readonly kind: 'absent' };

interface ContentSnapshot {
  /**
   * - `module`: the run reported the file, with a stamp that it took just before it loaded the file.
   * - `assumed`: a setting or an asset, which the run reads without a report. The supervisor took the stamp, later. The run is
   *   assumed to have read the content that was there when it began.
   */
  readonly kind: 'module' | 'assumed';
  /** Undefined if the run could not read the file. */
  readonly stamp: Stamp | undefined;
  /** Undefined: not computed yet, or no longer computable because the file was saved first. */
  hash: number | undefined;
}

export class Baseline {
  readonly #contents = new ContentCache();
  #current = new Map<string, Snapshot>();
  #previous = new Map<string, Snapshot>();
  /** Snapshots of earlier runs that no longer count, until everything that the run has used is known. */
  #forgotten = new Map<string, Snapshot>();
  /** Paths whose content is to be hashed when there is time. */
  #unhashed = new Set<string>();
  #begunAt = Infinity;
  /** The file time from which on the run may not have seen a save (wall-clock ms). */
  seenUntil: number = Infinity;

  /** A run begins, at a wall-clock time (ms). Snapshots of earlier runs stay until {@link forgetPrevious}. */
  begin(at: number): void {
    // The file-system clock lags by up to a tick. The first run boots for longer than that before it reads any file.
    this.seenUntil = this.#begunAt === Infinity ? at : at - TICK_MS;
    this.#begunAt = at;
    for (const [path, snapshot] of this.#current) {
      // The new run reads the content that is there now.
      if (snapshot.kind === 'assumed') snapshot.hash = this.#contents.hashOf(path);
      this.#previous.set(path, snapshot);
    }
    this.#current = new Map();
    this.#unhashed = new Set();
    this.#forgotten.clear();
  }

  /** The run is ready: it has loaded everything that it loads at start. Files that only earlier runs used no longer count. */
  forgetPrevious(): void {
    this.#forgotten = this.#previous;
    this.#previous = new Map();
    this.#contents.retain(this.#current);
  }

  /** The run crashed before it had loaded everything. Files of earlier runs count too, with their current content. */
  keepPrevious(): void {
    for (const [path, { kind }] of this.#previous)
      if (!this.#current.has(path)) this.#current.set(path, this.#snapshot(path, kind));
    this.#previous.clear();
  }

  /** Lists every path that counts, in this run or an earlier one. */
  *paths(): Generator<string> {
    yield* this.#current.keys();
    for (const path of this.#previous.keys()) if (!this.#current.has(path)) yield path;
  }

  /** Whether the current run has a snapshot of this path. */
  has(path: string): boolean {
    return this.#current.has(path);
  }

  /** The modules of the current run, in the order of their load. */
  modules(): string[] {
    return [...this.#current].flatMap(([path, { kind }]) => (kind === 'module' ? [path] : []));
  }

  /** Whether the run has loaded a module that it could read. */
  isLoaded(path: string): boolean {
    return this.loadedSize(path) !== undefined;
  }

  /** Size of a module when the run loaded it (bytes); undefined if unknown. */
  loadedSize(path: string): number | undefined {
    const snapshot = this.#current.get(path);
    return snapshot?.kind === 'module' ? snapshot.stamp?.size : undefined;
  }

  /**
   * The run has loaded a module. The first load counts: another thread or process of the run may load a later save.
   *
   * @param stamp taken by the run just before; undefined if the file could not be read, or was reported before
   */
  loaded(path: string, stamp: Stamp | undefined): void {
    if (this.#current.get(path)?.kind === 'module') return;
    const known = this.#contents.at(path, stamp);
    this.#setModule(path, { kind: 'module', stamp: known?.stamp ?? stamp, hash: known?.hash });
  }

  /** The run has loaded a module that the previous run loaded too, and that has not changed since. */
  loadedAgain(path: string): void {
    if (this.#current.get(path)?.kind === 'module') return;
    const before = this.#previous.get(path);
    this.#setModule(path, before?.kind === 'module' ? before : this.#snapshot(path));
  }

  /** The run followed a symbolic link to `target`. */
  followed(link: string, target: string): void {
    if (!this.#current.has(link)) this.#current.set(link, { kind: 'link', target });
  }

  /**
   * The run looked for a file and did not find it.
   *
   * @param at wall-clock time of the lookup (ms). A file changed before that existed then: the run missed another one.
   */
  missed(path: string, at: number): void {
    const current = this.#current.get(path);
    // A scan may have found the new file before the report of a worker thread arrives.
    if (current && current.kind !== 'assumed') return;
    const isOlder = (statOf(path)?.ctimeMs ?? Infinity) < at - TICK_MS;
    this.#current.set(path, isOlder ? (current ?? this.#snapshot(path)) : { kind: 'absent' });
  }

  /** The run would have loaded this module next, had it not crashed. */
  expected(path: string): void {
    if (!this.#current.has(path)) this.#current.set(path, this.#snapshot(path));
  }

  /** The run reads a setting or an asset, or looks for it, at an unknown time since it began. */
  used(path: string): void {
    if (this.#current.has(path)) return;
    const snapshot = this.#snapshot(path, 'assumed');
    const before = this.#previous.get(path) ?? this.#forgotten.get(path);
    // A file that was a module is reported by the run itself.
    if (snapshot.kind === 'assumed' && before?.kind !== 'module') {
      const { mtimeMs = Infinity, ctimeMs = Infinity } = snapshot.stamp ?? {};
      const isSavedSince = Math.max(mtimeMs, ctimeMs) >= this.seenUntil;
      // Without an earlier hash, a save since then always counts as a change.
      if (isSavedSince) snapshot.hash = before?.kind === 'assumed' ? before.hash : undefined;
    }
    this.#current.set(path, snapshot);
  }

  /** Takes the current content of a file as the content of the run: its change has been handled. */
  accept(path: string): void {
    this.#current.set(path, this.#snapshot(path, 'assumed'));
  }

  /**
   * Compares the snapshot of a path with the disk. A path without a snapshot is `same`.
   *
   * @param isNew whether the path has just begun to be watched, so that no event suggests a save. Then the stamps of files
   *   in packages, which are many, are enough.
   */
  examine(path: string, isNew = false): Difference {
    const snapshot = this.#current.get(path);
    if (!snapshot) return 'same';
    if (isContent(snapshot))
      return isNew && isSameInPackage(path, snapshot) ? 'same' : this.#examineContent(path, snapshot);
    if (snapshot.kind === 'absent') return statOf(path)?.isFile() ? 'created' : 'same';
    const target = linkTarget(path);
    if (target === undefined) return 'deleted';
    return target === snapshot.target ? 'same' : 'changed';
  }

  /**
   * Hashes files that were loaded or saved, so that a later save of the same bytes is no change.
   *
   * @param isOver whether to stop; the next call goes on
   * @returns whether files are left
   */
  hashPending(isOver: () => boolean): boolean {
    const young: string[] = [];
    for (const path of this.#unhashed) {
      this.#unhashed.delete(path);
      const current = this.#current.get(path);
      const snapshot = isContent(current) ? current : undefined;
      const content = this.#contents.read(path, snapshot?.stamp);
      if (typeof content === 'object' && content.isYoung) young.push(path);
      // A file saved since its stamp was taken has other content than the run: its file event will tell.
      if (snapshot?.kind === 'module') snapshot.hash ??= this.#contents.at(path, snapshot.stamp)?.hash;
      if (isOver()) break;
    }
    for (const path of young) this.#unhashed.add(path);
    if (this.#unhashed.size === 0) this.#forgotten.clear();
    return this.#unhashed.size > 0;
  }

  #setModule(path: string, snapshot: Snapshot): void {
    this.#current.set(path, snapshot);
    if (snapshot.kind === 'module' && snapshot.hash === undefined) this.#unhashed.add(path);
  }

  #examineContent(path: string, snapshot: ContentSnapshot): Difference {
    const { stamp } = snapshot;
    const content = this.#contents.read(path, stamp);
    this.#unhashed.delete(path);
    if (content === 'denied') return 'same';
    if (content === 'gone') {
      if ((stamp?.mtimeMs ?? 0) <= this.#begunAt) return 'deleted';
      // The program itself wrote, loaded and removed the file, and would do so in the next run: some tools load their
      // configuration in this way (nodejs/node#64167).
      this.#current.set(path, { kind: 'absent' });
      return 'same';
    }
    if (content.isYoung) this.#unhashed.add(path);
    if (snapshot.kind === 'module') snapshot.hash ??= this.#contents.at(path, stamp)?.hash;
    if (content.hash === snapshot.hash) return 'same';
    return content.size === 0 ? 'emptied' : 'changed';
  }

  /** Takes a snapshot of a path, of the same kind if possible: a file where a link or nothing was becomes a `module`. */
  #snapshot(path: string, kind: Snapshot['kind'] = 'module'): Snapshot {
    const target = kind === 'link' ? linkTarget(path) : undefined;
    if (target !== undefined) return { kind: 'link', target };
    const content = this.#contents.read(path);
    if (typeof content === 'string') return { kind: 'absent' };
    return {
      kind: kind === 'assumed' ? 'assumed' : 'module',
      stamp: stampFile(path),
      hash: content.hash,
    };
  }
}

function isSameInPackage(path: string, { stamp }: ContentSnapshot): boolean {
  return isInPackage(path) && stamp?.hash === undefined && sameStat(stamp, stampFile(path));
}

function isContent(snapshot: Snapshot | undefined): snapshot is ContentSnapshot {
  return snapshot?.kind === 'module' || snapshot?.kind === 'assumed';
}
