// Finds files that the program itself writes at each start (statistics, a build stamp, generated routes): restarts for them would
// never end. Decides what follows: no restart, or a later one. Knows neither the content of files nor watches.
import { dirname, extname, join } from 'node:path';
import type { ChangedFile } from '../../protocol/app-bridge.cts';

/** Maximum time between a start and a save that may be a part of it (ms). Nobody saves so soon, run after run. */
const SOON_MS = 500;

/** Number of consecutive runs after which a file that each of them has written is self-written. */
const ENOUGH = 4;

/** First and longest delay of a restart (ms). Each delay is four times the one before. */
const FIRST_MS = 2000;
const MAX_MS = 60_000;

/** Files that programs write and nobody edits. */
const NEVER_EDITED = /\.(log|pid|lock|sock|tmp|sqlite3?|db)(-journal|-wal|-shm)?$/i;

/** Whether a file is one that programs write and nobody edits, by its name. */
export function isNeverEdited(path: string): boolean {
  return NEVER_EDITED.test(path);
}

/** What the system tells about the writes of a run. */
export interface Writes {
  /** Number of bytes that the run has written to anything so far; undefined if the system does not tell. */
  total(): number | undefined;
  /** False if the run certainly has not written the file. */
  mayInclude(path: string): boolean;
  /** Time at which the run exited (wall clock, ms); Infinity while it is running. Somebody else saves a file from then on. */
  exitedAt(): number;
}

export interface SelfWrittenOptions {
  readonly writes: Writes;
  /**
   * A file is self-written: restarts for it are delayed (`isDelayed`), or there are none. Called once for each of the two, until a run
   * does not write the file; for files that are created under new names, once for all.
   */
  readonly onFound: (path: string, isDelayed: boolean) => void;
}

/** Consecutive runs that have written a file. */
interface Streak {
  readonly runs: number;
  /** Number of the last of these runs, and time of its first save. */
  readonly last: number;
  readonly at: number;
  /** The calls of `onFound`, by `isDelayed`. */
  readonly told: Set<boolean>;
}

export class SelfWritten {
  readonly #options: SelfWrittenOptions;
  /** By path, or by kind of file: {@link keysOf}. */
  readonly #streaks = new Map<string, Streak>();
  /** Number of the current run. */
  #run = 0;
  #begunAt = 0;
  #loadingAt = 0;
  #readyAt = Infinity;
  /** {@link Writes.total} when the run was ready; undefined if unknown, and once the run has written more. */
  #totalAtReady: number | undefined;

  constructor(options: SelfWrittenOptions) {
    this.#options = options;
  }

  /** A run begins, at a wall-clock time (ms), as all times here. Files that the run before did not write are no longer self-written. */
  begin(at: number): void {
    // A run that was stopped sooner, or crashed, might have written them.
    const isConclusive = at - this.#readyAt > SOON_MS;
    for (const [key, { last }] of this.#streaks)
      if (isConclusive && last < this.#run) this.#streaks.delete(key);
    this.#run++;
    this.#begunAt = this.#loadingAt = at;
    this.#readyAt = Infinity;
    this.#totalAtReady = undefined;
  }

  /** The run loads its first module: on a busy machine the boot of Node alone takes long. */
  onFirstLoad(at: number): void {
    this.#loadingAt = at;
  }

  /** The run is ready. */
  onReady(at: number): void {
    this.#readyAt = at;
    // Only needed in the middle of a streak.
    if (this.#streaks.size > 0) this.#totalAtReady = this.#options.writes.total();
  }

  /**
   * A file has been saved.
   *
   * @param savedAt time of the save, as the file tells
   * @param isEdited whether people edit such a file. Then a restart is delayed, but never left out
   * @returns delay of the restart (ms); Infinity if there is none, because the file is self-written
   */
  delayOf(file: ChangedFile, savedAt: number, isEdited: boolean): number {
    const keys = keysOf(file);
    // In the middle of a slow start, the save may well be the user's.
    const isDelayed = isEdited || !this.#isNear(savedAt);
    if (!this.#isAtStart(savedAt) || (isDelayed && this.#isRepeated(file.path, savedAt))) {
      for (const key of keys) this.#streaks.delete(key);
      return 0;
    }
    const isNearlyFound = keys.some((key) => (this.#streaks.get(key)?.runs ?? 0) >= ENOUGH - 1);
    // Does not end the streak: the program may have created the file, and is about to write it.
    if (isNearlyFound && !this.#mayHaveWritten(file.path, savedAt)) return 0;
    const runs = this.#count(file.path, keys, savedAt, isDelayed);
    if (runs < ENOUGH) return 0;
    return isDelayed ? Math.min(FIRST_MS * 4 ** (runs - ENOUGH), MAX_MS) : Infinity;
  }

  /**
   * The run has crashed.
   *
   * @param paths files that were saved since the run began and that it has not loaded
   * @returns paths of the self-written files: another run would crash in the same way
   */
  unreached(paths: readonly string[]): string[] {
    return paths.filter((path) => {
      // Only crashed runs in a row count.
      if ((this.#streaks.get(path)?.last ?? 0) < this.#run - 1) this.#streaks.delete(path);
      return this.#count(path, [path], Infinity, false) >= ENOUGH;
    });
  }

  /** Counts the current run, once. Returns the number of consecutive runs. */
  #count(path: string, keys: readonly string[], at: number, isDelayed: boolean): number {
    const streaks = keys.map((key) => {
      const before = this.#streaks.get(key) ?? { runs: 0, last: 0, at, told: new Set() };
      const isCounted = before.last === this.#run;
      const streak = isCounted ? before : { ...before, runs: before.runs + 1, last: this.#run, at };
      this.#streaks.set(key, streak);
      return streak;
    });
    const longest = Math.max(...streaks.map(({ runs }) => runs));
    if (longest < ENOUGH) return longest;
    if (!streaks.some(({ told }) => told.has(isDelayed))) this.#options.onFound(path, isDelayed);
    for (const { told } of streaks) told.add(isDelayed);
    return longest;
  }

  /** Whether a save may be a part of the start of the run. */
  #isAtStart(savedAt: number): boolean {
    const end = Math.min(this.#readyAt + SOON_MS, this.#options.writes.exitedAt());
    return savedAt >= this.#begunAt && savedAt <= end;
  }

  /** Whether a save is near the first load, or the moment when the run was ready. */
  #isNear(savedAt: number): boolean {
    return Math.min(savedAt - this.#loadingAt, Math.abs(savedAt - this.#readyAt)) <= SOON_MS;
  }

  /** Whether a file was saved before in this run. A program writes a module or a setting once, and people save it time and again. */
  #isRepeated(path: string, savedAt: number): boolean {
    const streak = this.#streaks.get(path);
    return streak?.last === this.#run && savedAt - streak.at > SOON_MS;
  }

  #mayHaveWritten(path: string, savedAt: number): boolean {
    const { writes } = this.#options;
    if (savedAt > this.#readyAt && this.#totalAtReady !== undefined) {
      if (writes.total() === this.#totalAtReady) return false;
      this.#totalAtReady = undefined;
    }
    return writes.mayInclude(path);
  }
}

/** The path, and for a created file, which may have a new name in each run, all files of its kind in the folder. */
function keysOf({ path, how }: ChangedFile): string[] {
  return how === 'created' ? [path, join(dirname(path), `*${extname(path)}`)] : [path];
}
