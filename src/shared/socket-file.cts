// Identifies, keeps and removes the files of unix sockets. When libuv closes a socket, it removes the file if it has bound the socket
// itself, but not if it has inherited it. Knows nothing of handles.
import fs from 'node:fs';
import { attempt } from './attempt.cts';

/** The app may replace these on the module later. */
const { linkSync, renameSync, statSync, unlinkSync } = fs;

/** The identity of a socket file; undefined if there is none, and empty for an abstract socket, which has no file. */
export function markOf(path: string): string | undefined {
  if (path.startsWith('\0')) return '';
  const stats = attempt(() => statSync(path, { bigint: true }));
  return stats && `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
}

/** Runs a function that removes a file, and restores the file. An abstract socket has none. */
export function keepFile(path: string, run: () => void): void {
  const other = `${path}.${process.pid}`;
  const isSaved =
    attempt(() => (linkSync(path, other), true)) ?? attempt(() => (renameSync(path, other), true));
  run();
  if (isSaved) attempt(() => renameSync(other, path));
  // If the function did not remove the file, both names exist.
  attempt(() => unlinkSync(other));
}

/** Removes a file if it exists. */
export function removeFile(path: string): void {
  attempt(() => unlinkSync(path));
}
