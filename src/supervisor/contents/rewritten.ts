// Finds modules and settings that the program itself rewrites at each start (a build stamp, generated routes), and delays the
// restart for them more and more. They are never ignored, because people edit them too. Knows neither content nor watches.

/** Maximum delay of a write after the run was ready (ms). */
const SOON_MS = 500;

/** Number of consecutive runs that have rewritten a file from which on its restart is delayed. */
const ENOUGH = 4;

/** First and longest delay (ms); each is four times the one before. */
const FIRST_MS = 2000;
const MAX_MS = 60_000;

export interface RewrittenOptions {
  /** Whether the run is known to have written a file. Otherwise a save is taken for the user's. */
  readonly hasWritten: () => boolean;
  /** Called when the restart for a file is delayed for the first time in a row of runs. */
  readonly onFound: (path: string) => void;
}

export class Rewritten {
  readonly #options: RewrittenOptions;
  /** Number of consecutive runs that have rewritten a file. */
  readonly #streaks = new Map<string, number>();
  /** Files that the current run has rewritten. */
  readonly #counted = new Set<string>();
  #begunAt = 0;
  #readyAt = Infinity;

  constructor(options: RewrittenOptions) {
    this.#options = options;
  }

  /** A run begins, at a wall-clock time (ms). */
  begin(at: number): void {
    // A run that was stopped sooner may have come to write it.
    if (at - this.#readyAt > SOON_MS)
      for (const path of this.#streaks.keys()) if (!this.#counted.has(path)) this.#streaks.delete(path);
    this.#counted.clear();
    this.#begunAt = at;
    this.#readyAt = Infinity;
  }

  /** The run is ready, or has exited before, at a wall-clock time (ms). What is written after an exit is not its own. */
  onStarted(at: number): void {
    this.#readyAt = Math.min(this.#readyAt, at);
  }

  /**
   * Computes how long the restart for a changed module or setting is delayed (ms).
   *
   * @param savedAt when the file was written (wall clock, ms)
   */
  delayOf(path: string, savedAt: number): number {
    // Not the end of a streak: the file may have been emptied by the program, which is about to write it. For a moment, Linux gives
    // such a file its old time.
    if (!this.#options.hasWritten()) return 0;
    if (savedAt < this.#begunAt || savedAt - this.#readyAt > SOON_MS) {
      this.#streaks.delete(path);
      return 0;
    }
    const isFirst = !this.#counted.has(path);
    const streak = (this.#streaks.get(path) ?? 0) + (isFirst ? 1 : 0);
    this.#streaks.set(path, streak);
    this.#counted.add(path);
    if (streak < ENOUGH) return 0;
    if (isFirst && streak === ENOUGH) this.#options.onFound(path);
    return Math.min(FIRST_MS * 4 ** (streak - ENOUGH), MAX_MS);
  }
}
