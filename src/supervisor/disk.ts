// Questions to the file system whose answer is undefined, and never an error, when there is nothing or no right to
// look. Keeps no state.
import fs from 'node:fs';

/** What is at a path, links followed. */
export function statOf(path: string): fs.Stats | undefined {
  return answer(() => fs.statSync(path));
}

/** What is at a path, links not followed. */
export function entryOf(path: string): fs.Stats | undefined {
  return answer(() => fs.lstatSync(path));
}

/** What a symbolic link holds. */
export function linkTarget(path: string): string | undefined {
  return answer(() => fs.readlinkSync(path));
}

/** The text in a file. */
export function textOf(path: string): string | undefined {
  return answer(() => fs.readFileSync(path, 'utf8'));
}

function answer<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
