// Tells whether a process has written to a file, as far as the system counts that. Keeps no state.
import fs from 'node:fs';
import { attempt } from '../../shared/attempt.cts';

/**
 * Whether a process is known to have written to a file. Linux counts that (proc(5), `write_bytes`), without pipes, terminals and sockets, and
 * not for files in memory (tmpfs). Other systems do not tell.
 */
export function hasWritten(pid: number | undefined): boolean {
  if (process.platform !== 'linux' || pid === undefined) return false;
  const bytes = attempt(() => /^write_bytes: (\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
  return bytes !== undefined && bytes !== '0';
}
