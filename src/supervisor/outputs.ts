// Which assets the program writes itself: those would restart it for ever. Owns the count; knows neither content nor
// watches.

/** A change this soon after the start of a run may be the program's own, in ms. */
const SOON_MS = 2000;

/** So many restarts in a row by the same asset are no accident. */
const ENOUGH = 3;

/** Names that nobody edits. */
const WRITTEN = /\.(log|pid|lock|sock|tmp|sqlite3?|db)(-journal|-wal|-shm)?$/i;

export class Outputs {
  readonly #streaks = new Map<string, number>();

  /** Whether the program is taken to write this file itself. */
  has(path: string): boolean {
    return WRITTEN.test(path) || (this.#streaks.get(path) ?? 0) >= ENOUGH;
  }

  /**
   * Counts a change.
   *
   * @param assets what has changed, if that was nothing but assets
   * @param age ms since the run began
   * @returns the files that are now taken to be written by the program
   */
  count(assets: readonly string[], age: number): string[] {
    if (age > SOON_MS || assets.length === 0) {
      for (const [path, streak] of this.#streaks) if (streak < ENOUGH) this.#streaks.delete(path);
      return [];
    }
    for (const path of assets) this.#streaks.set(path, (this.#streaks.get(path) ?? 0) + 1);
    return assets.filter((path) => this.#streaks.get(path) === ENOUGH);
  }
}
