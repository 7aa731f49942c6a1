// Identifies, keeps and removes the files of unix sockets. When libuv closes a socket, it removes the file if it has bound the socket
// itself, but not if it has inherited it. Knows nothing of handles.
import fs from 'node:fs';

/** The app may replace these on the module later. */
const { linkSync, renameSync, statSync, unlinkSync } = fs;

/** The identity of a socket file; undefined if there is none, and empty for an abstract socket, which has no file. */
export function markOf(path: string): string | undefined {
  if (path.startsWith('\0')) return '';
  try {
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
    return `${dev}:${ino}:${birthtimeNs}`;
  } catch {
    return undefined;
  }
}

/** Runs a function that removes a file, and restores the file. */
export function keepFile(path: string, run: () => void): void {
  if (markOf(path) === '') {
    run();
    return;
  }
  const other = `${path}.${process.pid}`;
  const isLinked = attempt(() => linkSync(path, other)) || attempt(() => renameSync(path, other));
  run();
  if (isLinked) attempt(() => renameSync(other, path));
  // If the function did not remove the file, both names exist.
  attempt(() => unlinkSync(other));
}

/** Removes a file if it exists. */
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
