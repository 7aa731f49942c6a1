// Questions to the file system whose answer is undefined, and never an error, when there is nothing or no right to
// look. Keeps no state.
import fs from 'node:fs';

/** A time stamp may be that of the next save too, for so long: see stamp.cts. */
const TICK_MS = 20;
const COARSE_TICK_MS = 2000;

/** What is at a path, links followed. */
export function statOf(path: string): fs.Stats | undefined {
  return answer(() => fs.statSync(path, { throwIfNoEntry: false }));
}

/** Whether there is something at a path, links followed. */
export function exists(path: string): boolean {
  return statOf(path) !== undefined;
}

/** What is at a path, links not followed. */
export function entryOf(path: string): fs.Stats | undefined {
  return answer(() => fs.lstatSync(path, { throwIfNoEntry: false }));
}

/** What a symbolic link holds. */
export function linkTarget(path: string): string | undefined {
  return answer(() => fs.readlinkSync(path));
}

/** The path without symbolic links on the way. */
export function realOf(path: string): string | undefined {
  return answer(() => fs.realpathSync(path));
}

/** The text in a file. */
export function textOf(path: string): string | undefined {
  return answer(() => fs.readFileSync(path, 'utf8'));
}

/** Tells two looks at a path apart, as far as time stamps do. */
export function markOf(stats: fs.Stats | undefined): string {
  return stats ? [stats.size, stats.mtimeMs, stats.ctimeMs].join() : 'missing';
}

/** Whether the next save may leave the same mark. */
export function isYoung(stats: fs.Stats | undefined): boolean {
  if (!stats) return false;
  const tick = stats.mtimeMs % 1000 === 0 ? COARSE_TICK_MS : TICK_MS;
  return Math.abs(Date.now() - stats.mtimeMs) < tick;
}

function answer<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
