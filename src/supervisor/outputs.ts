// Which files the program writes itself when it starts: those would restart it for ever. Owns the count; knows neither
// content nor watches.

/** A change this soon after the start of a run may be the program's own, in ms. Nobody saves by hand so soon. */
const SOON_MS = 500;

/** So many restarts in a row by the same file, each so soon, are no accident. */
const ENOUGH = 4;

/** Names that nobody edits. */
const WRITTEN = /\.(log|pid|lock|sock|tmp|sqlite3?|db)(-journal|-wal|-shm)?$/i;

export class Outputs {
  readonly #streaks = new Map<string, number>();

  /** Whether a file is never watched, because nobody edits such files. */
  isNeverEdited(path: string): boolean {
    return WRITTEN.test(path);
  }

  /**
   * Takes note of a change.
   *
   * @param files what has changed, if that was no source code at all
   * @param age ms since the run began
   * @returns the files that the program has written itself: those that have changed as soon as this after each start
   */
  written(files: readonly string[], age: number): string[] {
    if (age > SOON_MS || files.length === 0) {
      // What was the program's own stays so at the start; at other times it counts.
      for (const [path, streak] of this.#streaks) if (streak < ENOUGH) this.#streaks.delete(path);
      return [];
    }
    for (const path of files) this.#streaks.set(path, (this.#streaks.get(path) ?? 0) + 1);
    return files.filter((path) => (this.#streaks.get(path) ?? 0) >= ENOUGH);
  }
}
