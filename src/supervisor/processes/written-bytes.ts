// Tells whether a process has written to a file, as far as the system counts that. Keeps no state.
import fs from 'node:fs';
import { attempt } from '../../shared/attempt.cts';

/**
 * Whether a process has written to any file; undefined if that is unknown: on other systems than Linux, after its exit, and
 * when it has child processes.
 */
export function hasWritten(pid: number | undefined): boolean | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  // Pipes, terminals and sockets do not count.
  const bytes = attempt(() => /^write_bytes: (\d+)$/m.exec(fs.readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
  if (bytes === undefined) return undefined;
  if (bytes !== '0') return true;
  const children = attempt(() => fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  return children === '' ? false : undefined;
}
