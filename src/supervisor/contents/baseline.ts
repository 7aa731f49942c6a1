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
import { entryOf, exists, linkTarget, statOf } from '../util/safe-fs.ts';
import { linksOn } from '../util/symlinks.ts';
import { ContentCache, isSavedSince, sameStat, UNSEEN } from './content-cache.ts';
import type { Content, Difference } from './content-cache.ts';

/** The state of one path as the run took it. */
type Snapshot =
  | ContentSnapshot
  /** A symbolic link on the way to a module. */
  | { readonly kind: 'link'; readonly target: string; readonly stamp?: undefined }
  /** The run looked for a file here and found none. */
  | { readonly kind: 'absent'; readonly stamp?: undefined };

interface ContentSnapshot extends Content {
  /**
   * - `module`: the run reported the file, with a stamp that it took just before it loaded the file.
   * - `assumed`: a setting or an asset, which the run reads without a report. The supervisor took the stamp, later. The run is
   *   assumed to have read the content that was there when it began.
   */
  readonly kind: 'module' | 'assumed';
  /** A module that the run has not reported, and may still report. */
  isUnreported?: boolean;
}

/** Maximum delay of the event for a file that the program removed while it started, after it was ready (ms). */
const REMOVAL_MS = 200;

export class Baseline {
  readonly #contents = new ContentCache();
  #current = new Map<string, Snapshot>();
  #previous = new Map<string, Snapshot>();
  /** Snapshots of earlier runs that no longer count, until everything that the run has used is known. */
  #forgotten = new Map<string, Snapshot>();
  #begunAt = Infinity;
  #readyAt = Infinity;
  /** The file time from which on the run may not have seen a save (wall-clock ms). */
  unseenFrom: number = Infinity;

  /**
   * A run begins, at a wall-clock time (ms). Snapshots of earlier runs stay until {@link forgetPrevious}.
   *
   * @param changed paths that are known to differ from their snapshots
   */
  begin(at: number, changed: Iterable<string> = []): void {
    // The file-system clock lags by up to a tick. The first run boots for longer than that before it reads any file; a later one may be
    // a standby, which has booted.
    const isFirst = this.#begunAt === Infinity;
    this.unseenFrom = isFirst ? at : at - TICK_MS;
    this.#begunAt = at;
    this.#readyAt = Infinity;
    for (const [path, snapshot] of this.#current) {
      // The new run reads the content that is there now.
      if (snapshot.kind === 'assumed') snapshot.hash = this.#contents.hashOf(path);
      const isGone = snapshot.kind === 'assumed' && snapshot.hash === undefined && !exists(path);
      this.#previous.set(path, isGone ? { kind: 'absent' } : snapshot);
    }
    this.#current = new Map();
    for (const path of changed) {
      const kind = this.#previous.get(path)?.kind ?? 'assumed';
      if (kind !== 'assumed')
        this.#previous.set(path, this.#snapshot(path, kind === 'absent' ? 'assumed' : kind));
    }
    this.#forgotten.clear();
  }

  /**
   * The run is ready: it has loaded everything that it loads at start. Files that only earlier runs used no longer count.
   *
   * @param at wall-clock time (ms)
   */
  forgetPrevious(at: number = Date.now()): void {
    for (const [path, snapshot] of this.#previous) this.#forgotten.set(path, snapshot);
    this.#previous = new Map();
    this.#readyAt = at;
    this.#contents.retain(this.#current);
  }

  /**
   * The run crashed before it had loaded everything. Files of earlier runs count too, with the content that they had when this run
   * began.
   *
   * @returns the paths that were saved since the run began: it may not have seen the save
   */
  keepPrevious(): string[] {
    const stale: string[] = [];
    for (const [path, snapshot] of this.#previous) {
      if (this.#current.has(path)) continue;
      this.#current.set(path, snapshot);
      if (this.examine(path, true) === 'same') continue;
      if (this.#isUnseen(path)) stale.push(path);
      // Saved before the run began, without an event so far.
      else this.accept(path);
    }
    this.#previous.clear();
    return stale;
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
    const current = this.#current.get(path);
    if (current?.kind === 'module' && !current.isUnreported) return;
    const known = this.#contents.at(path, stamp);
    this.#current.set(path, { kind: 'module', stamp: known?.stamp ?? stamp, hash: known?.hash });
    if (!known) this.#contents.hashLater(path, stamp);
  }

  /** The run has loaded a module that the previous run loaded too, and that has not changed since. */
  loadedAgain(path: string): void {
    if (this.#current.get(path)?.kind === 'module') return;
    const before = this.#previous.get(path);
    this.#current.set(path, before?.kind === 'module' ? before : this.#snapshot(path));
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
    if (this.#current.has(path)) return;
    const snapshot = this.#snapshot(path);
    if (snapshot.kind === 'module' && this.#readyAt === Infinity && this.#isUnseen(path))
      snapshot.hash = UNSEEN;
    this.#current.set(path, snapshot);
  }

  /**
   * The run reads a setting or an asset, or looks for it, at an unknown time since it began. So it does with a `module` that it loads
   * without a report.
   */
  used(path: string, kind: ContentSnapshot['kind'] = 'assumed'): void {
    if (this.#current.has(path)) return;
    const snapshot = this.#snapshot(path, kind);
    const before = this.#previous.get(path) ?? this.#forgotten.get(path);
    // A setting or an asset that was a module is reported by the run itself.
    const isReported = kind === 'assumed' && before?.kind === 'module';
    if (snapshot.kind === 'module') snapshot.isUnreported = true;
    if (snapshot.kind === kind && !isReported && this.#isUnseen(path))
      snapshot.hash = (before?.kind === kind ? before.hash : undefined) ?? UNSEEN;
    this.#current.set(path, snapshot);
  }

  /** Takes the current content of a file as the content of the run: its change has been handled. */
  accept(path: string): void {
    this.#current.set(path, this.#snapshot(path, this.#current.get(path)?.kind));
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
    const { stamp } = snapshot;
    if (isNew && isInPackage(path) && stamp?.hash === undefined && sameStat(stamp, stampFile(path)))
      return 'same';
    if (snapshot.kind === 'link') {
      const target = linkTarget(path);
      if (target === undefined) return 'deleted';
      return target === snapshot.target ? 'same' : 'changed';
    }
    const difference = this.#contents.compare(path, snapshot.kind === 'absent' ? undefined : snapshot);
    const isWritten = (stamp?.mtimeMs ?? 0) > this.#begunAt;
    if (difference !== 'deleted' || !isWritten || Date.now() - this.#readyAt > REMOVAL_MS) return difference;
    // The program itself wrote, loaded and removed the file while it started, and would do so in the next run: some tools load
    // their configuration in this way (nodejs/node#64167).
    this.#current.set(path, { kind: 'absent' });
    return 'same';
  }

  /** See {@link ContentCache.hashPending}. */
  hashPending(isOver: () => boolean, onHashed: (path: string) => void = () => {}): boolean {
    const isMore = this.#contents.hashPending(isOver, onHashed);
    if (!isMore) this.#forgotten.clear();
    return isMore;
  }

  /** Whether a path was saved since the run began, or is missing, so that nothing tells when it was deleted. */
  #isUnseen(path: string): boolean {
    const links = linksOn(path).links.map((link) => entryOf(link.path));
    return [statOf(path), ...links].some((stats) => !stats || isSavedSince(stats, this.unseenFrom));
  }

  /** Takes a snapshot of a path, of the same kind if possible: a file where a link or nothing was becomes a `module`. */
  #snapshot(path: string, kind: Snapshot['kind'] = 'module'): Snapshot {
    const target = kind === 'link' ? linkTarget(path) : undefined;
    if (target !== undefined) return { kind: 'link', target };
    const content = this.#contents.read(path);
    return content ? { kind: kind === 'assumed' ? 'assumed' : 'module', ...content } : { kind: 'absent' };
  }
}
