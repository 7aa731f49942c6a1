// The file of a unix socket. libuv removes the file of a socket that it has bound when it closes it, but not that of one
// that it was handed. Knows nothing of handles.
import fs from 'node:fs';

/** The app may replace these on the module later. */
const { linkSync, renameSync, statSync, unlinkSync } = fs;

/** Tells a file from another of the same name; undefined when there is none. A socket that has no file has an empty one. */
export function markOf(path: string): string | undefined {
  if (path.startsWith('\0')) return '';
  try {
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
    return `${dev}:${ino}:${birthtimeNs}`;
  } catch {
    return undefined;
  }
}

/** Runs what removes a file, and keeps it. */
export function keepFile(path: string, run: () => void): void {
  if (markOf(path) === '') {
    run();
    return;
  }
  const other = `${path}.${process.pid}`;
  const isLinked = attempt(() => linkSync(path, other)) || attempt(() => renameSync(path, other));
  run();
  if (isLinked) attempt(() => renameSync(other, path));
  // Where nothing was removed, both names are still there.
  attempt(() => unlinkSync(other));
}

export function removeFile(path: string): void {
  attempt(() => unlinkSync(path));
}

function attempt(run: () => void): boolean {
  try {
    run();
    return true;
  } catch {
    return false;
  }
}
