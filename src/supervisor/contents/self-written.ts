// Which files the program writes itself when it starts: those would restart it for ever. Owns the count; knows neither
// content nor watches.
import { dirname, extname, join } from 'node:path';
import type { ChangedFile } from '../../protocol/app-bridge.cts';

/**
 * A change this soon after a run has begun, or has come up, may be the program's own, in ms. Nobody saves by hand so soon,
 * run after run.
 */
const SOON_MS = 500;

/** So many restarts in a row by the same file, each so soon, are no accident. */
const ENOUGH = 4;

/** Names that nobody edits. */
const WRITTEN = /\.(log|pid|lock|sock|tmp|sqlite3?|db)(-journal|-wal|-shm)?$/i;

/** Whether a file is one of those that programs write and nobody edits. */
export function isNeverEdited(path: string): boolean {
  return WRITTEN.test(path);
}

export class SelfWritten {
  readonly #streaks = new Map<string, number>();

  /**
   * Takes note of a change.
   *
   * @param files what has changed, if the program has loaded none of it
   * @param age ms since the run began, or since it came up if it has
   * @returns the files that the program has written itself: those that have changed as soon as this after each start
   */
  written(files: readonly ChangedFile[], age: number): string[] {
    // A program that removes what it has written has written it before: somebody else has done this.
    if (age > SOON_MS || files.length === 0 || files.some(({ how }) => how === 'deleted')) {
      // What was the program's own stays so at the start; at other times it counts.
      for (const [path, streak] of this.#streaks) if (streak < ENOUGH) this.#streaks.delete(path);
      return [];
    }
    for (const key of new Set(files.flatMap(keysOf)))
      this.#streaks.set(key, (this.#streaks.get(key) ?? 0) + 1);
    const isWritten = (key: string): boolean => (this.#streaks.get(key) ?? 0) >= ENOUGH;
    return files.filter((file) => keysOf(file).some(isWritten)).map(({ path }) => path);
  }
}

/** What a file is counted as. One that is created may have another name each time: then it is one of its kind there. */
export function keysOf({ path, how }: ChangedFile): string[] {
  return how === 'created' ? [path, join(dirname(path), `*${extname(path)}`)] : [path];
}
