// Tells whether a process and its descendants may have written a file, as far as the system counts what they write. Linux does, for
// each process (proc(5), `/proc/pid/io`). Elsewhere, nothing tells without a native addon or a slow command. Keeps no state.
import fs from 'node:fs';
import { dirname } from 'node:path';
import { attempt } from '../../shared/attempt.cts';
import type { Writes } from '../contents/self-written.ts';
import { textOf } from '../util/safe-fs.ts';
import { descendants } from './process-table.ts';

/**
 * Types of the file systems whose writes are known to be counted (statfs(2)): ext, XFS, Btrfs, F2FS, overlayfs. Files in memory
 * (tmpfs) are not.
 */
const COUNTED: ReadonlySet<number> = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x794c7630]);

/**
 * - `wchar`: bytes of all write calls, also those to pipes and to files in memory.
 * - `write_bytes`: bytes of files on a disk.
 */
type Counter = 'wchar' | 'write_bytes';

/** @param pidOf pid of the run; undefined if processes that are not its descendants may write for it */
export function writesOf(pidOf: () => number | undefined): Writes {
  return {
    total: () => sum('wchar', pidOf()),
    mayInclude: (path) =>
      !COUNTED.has(attempt(() => fs.statfsSync(dirname(path)).type) ?? 0) ||
      sum('write_bytes', pidOf()) !== 0,
  };
}

/** A process that has exited is included in its parent. */
function sum(counter: Counter, pid: number | undefined): number | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  let bytes = 0;
  for (const member of [{ pid }, ...descendants(pid)]) {
    const line = new RegExp(`^${counter}: (\\d+)$`, 'm').exec(textOf(`/proc/${member.pid}/io`) ?? '');
    if (!line) return undefined;
    bytes += Number(line[1]);
  }
  return bytes;
}
