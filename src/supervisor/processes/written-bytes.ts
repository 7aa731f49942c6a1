// Tells whether a process and its descendants may have written a file. Only Linux counts what each process writes (proc(5),
// `/proc/pid/io`); elsewhere, nothing tells without a native addon or a slow command. Keeps no state.
import fs from 'node:fs';
import { dirname } from 'node:path';
import { attempt } from '../../shared/attempt.cts';
import type { Writes } from '../contents/self-written.ts';

/**
 * Types of the file systems that are known to count (statfs(2)): ext, XFS, Btrfs, F2FS, overlayfs, and NFS, by Linux's source
 * (`folio_account_dirtied`). Files in memory are not counted.
 */
const COUNTED: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x794c7630, 0x6969,
]);

/** Bytes of all writes, also those to pipes and to files in memory; and bytes of files on a disk. */
type Counter = 'wchar' | 'write_bytes';

/**
 * @param pidOf pid of the run; undefined if nothing tells which processes write for it
 * @param exitedAt see {@link Writes.exitedAt}
 * @param isStopped whether the run was stopped, or killed: what it has written nobody knows then, but the next run will do so again
 */
export function writesOf(
  pidOf: () => number | undefined,
  exitedAt: () => number,
  isStopped: () => boolean,
): Writes {
  return {
    exitedAt,
    total: () => sum('wchar', pidOf()),
    mayInclude: (path) => {
      const isCounted = attempt(() => COUNTED.has(fs.statfsSync(dirname(path)).type));
      const written = isCounted === true ? sum('write_bytes', pidOf()) : undefined;
      return written === undefined ? !isStopped() : written !== 0;
    },
  };
}

/** The counters of a process and its descendants; undefined if one cannot be read. */
function sum(counter: Counter, pid: number | undefined): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  return attempt(() => [...family(pid)].reduce((total, member) => total + read(counter, member), 0));
}

/** A process and its descendants, detached ones and zombies too. Those that have been reaped are included in the counters of its parent. */
function* family(pid: number): Generator<number> {
  yield pid;
  for (const thread of fs.readdirSync(`/proc/${pid}/task`))
    for (const child of fs.readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
      if (child !== '') yield* family(Number(child));
}

function read(counter: Counter, pid: number): number {
  return Number(
    new RegExp(`^${counter}: (\\d+)$`, 'm').exec(fs.readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1],
  );
}
