// Finds files that the program itself writes at each start: a restart for them would never end. Counts changes shortly after
// starts; knows neither the content of files nor watches.
import { dirname, extname, join } from 'node:path';
import type { ChangedFile } from '../../protocol/app-bridge.cts';

/** Maximum delay of a self-written change after a run began or became ready (ms). Nobody saves so soon, run after run. */
const SOON_MS = 500;

/** Number of consecutive restarts, each soon after a start, that make a file self-written. */
const ENOUGH = 4;

/** Files that programs write and nobody edits. */
const NEVER_EDITED = /\.(log|pid|lock|sock|tmp|sqlite3?|db)(-journal|-wal|-shm)?$/i;

/** Whether a file is one that programs write and nobody edits, by its name. */
export function isNeverEdited(path: string): boolean {
  return NEVER_EDITED.test(path);
}

export class SelfWritten {
  readonly #onFound: (path: string) => void;
  /** Number of consecutive soon changes, by path or by kind of file. */
  readonly #streaks = new Map<string, number>();
  readonly #reported = new Set<string>();
  /** Keys that have been counted in the current run: one save may settle more than once. */
  readonly #counted = new Set<string>();
  /** Number of consecutive runs that crashed before they loaded a file that was saved meanwhile, by path. */
  #unreached = new Map<string, number>();
  #begunAt = 0;
  #readyAt = Infinity;

  /** @param onFound called once for each self-written file; for files that are created under new names, once for all */
  constructor(onFound: (path: string) => void) {
    this.#onFound = onFound;
  }

  /** A run begins, at a wall-clock time (ms). A file that the run before did not write is no longer self-written. */
  begin(at: number): void {
    // A run that was stopped sooner may have come to write it.
    if (at - this.#readyAt > SOON_MS)
      for (const key of this.#streaks.keys()) if (!this.#counted.has(key)) this.#forget(key);
    this.#counted.clear();
    this.#begunAt = at;
    this.#readyAt = Infinity;
  }

  /** The run loads its first module, at a wall-clock time (ms): on a busy machine the boot of Node alone takes long. */
  onFirstLoad(at: number): void {
    this.#begunAt = at;
  }

  /** The run is ready, at a wall-clock time (ms). */
  onReady(at: number): void {
    this.#readyAt = at;
    this.#unreached.clear();
  }

  /**
   * The run crashed.
   *
   * @param paths files that were saved since the run began and that it has not loaded
   * @returns paths of the self-written files
   */
  unreached(paths: readonly string[]): string[] {
    const before = this.#unreached;
    this.#unreached = new Map(paths.map((path) => [path, (before.get(path) ?? 0) + 1]));
    for (const [path, runs] of this.#unreached) if (runs === ENOUGH) this.#onFound(path);
    return paths.filter((path) => this.#unreached.get(path)! >= ENOUGH);
  }

  /**
   * Counts a change.
   *
   * @param files the changed files; none if one of them is source code that the program has loaded, or a setting
   * @param at wall-clock time of the change (ms)
   * @returns paths of the self-written files
   */
  detect(files: readonly ChangedFile[], at: number): string[] {
    const age = at - (at < this.#readyAt ? this.#begunAt : this.#readyAt);
    // A program that removes its own files has written them before: somebody else removed these.
    if (age > SOON_MS || files.length === 0 || files.some(({ how }) => how === 'deleted')) {
      const saved = new Set(files.flatMap(keysOf));
      for (const [key, streak] of this.#streaks) if (streak < ENOUGH || saved.has(key)) this.#forget(key);
      return [];
    }
    for (const key of files.flatMap(keysOf)) {
      if (!this.#counted.has(key)) this.#streaks.set(key, (this.#streaks.get(key) ?? 0) + 1);
      this.#counted.add(key);
    }
    const written = files.filter((file) =>
      keysOf(file).some((key) => (this.#streaks.get(key) ?? 0) >= ENOUGH),
    );
    for (const file of written) {
      const keys = keysOf(file);
      if (keys.some((key) => this.#reported.has(key))) continue;
      for (const key of keys) this.#reported.add(key);
      this.#onFound(file.path);
    }
    return written.map(({ path }) => path);
  }

  #forget(key: string): void {
    this.#streaks.delete(key);
    this.#reported.delete(key);
  }
}

/** The path, and for a created file, which may have a new name in each run, all files of its kind in the folder. */
function keysOf({ path, how }: ChangedFile): string[] {
  return how === 'created' ? [path, join(dirname(path), `*${extname(path)}`)] : [path];
}
