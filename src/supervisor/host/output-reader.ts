// Tells whether anybody still reads the output of this process.
import fs from 'node:fs';
import { attempt } from '../../shared/attempt.cts';

/**
 * Whether stdout or stderr leads to nobody any more, as after `| head -2`.
 *
 * @param isBroken whether the run has failed to write to a pipe; it may have been another pipe
 */
export function isOutputClosed(isBroken: boolean): boolean {
  return [1, 2].some((fd) => {
    const stats = attempt(() => fs.fstatSync(fd));
    // Node gives its children sockets, shells give pipes. An empty write to a pipe never fails.
    if (stats?.isSocket()) return isWriteRefused(fd);
    return isBroken && stats?.isFIFO() === true && !hasReader(stats.ino);
  });
}

function isWriteRefused(fd: number): boolean {
  try {
    fs.writeSync(fd, '');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPIPE';
  }
}

/** Whether a process of this user has the end of a pipe from which is read. Only Linux tells. */
function hasReader(inode: number): boolean {
  return list('/proc').some((pid) =>
    list(`/proc/${pid}/fd`).some(
      (fd) =>
        attempt(() => fs.readlinkSync(`/proc/${pid}/fd/${fd}`)) === `pipe:[${inode}]` &&
        // The access mode O_RDONLY.
        /^flags:\s+0*\d*[04]$/m.test(
          attempt(() => fs.readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8')) ?? '',
        ),
    ),
  );
}

function list(folder: string): string[] {
  return attempt(() => fs.readdirSync(folder)) ?? [];
}
