// Tells which file systems do not report every change: those in which another computer, or the host of a virtual machine,
// changes files. Asks once for each device. Does not know watches or polling.
import fs from 'node:fs';
import { attempt } from '../../shared/attempt.cts';
import { ancestors } from '../util/paths.ts';
import { entryOf, exists, statOf } from '../util/safe-fs.ts';

/**
 * Numbers of file-system types from statfs(2), as in linux/magic.h; those of vboxsf, vmhgfs, prl_fs, GPFS, Lustre and BeeGFS
 * are from stat.c of GNU coreutils, which needs them for `tail -f`. WSL 2 mounts the drives of Windows as 9p
 * (microsoft/WSL#4739). The file system of WSL 1, 0x53464846, reports changes, and so does overlayfs for changes made
 * through it.
 */
const TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x01021997, '9p'],
  // sshfs, virtiofs, most mounts of Docker Desktop.
  [0x65735546, 'FUSE'],
  [0x786f4256, 'vboxsf'],
  [0xbacbacbc, 'vmhgfs'],
  [0x7c7c6673, 'prl_fs'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x73757245, 'Coda'],
  [0x564c, 'NCP'],
  [0x7461636f, 'OCFS2'],
  [0x47504653, 'GPFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x19830326, 'BeeGFS'],
]);

/** A file system whose files are polled. */
export interface Unreported {
  readonly fileSystem: string;
  /** The deepest folder that contains all its polled paths. */
  readonly folder: string;
  /** Shortest interval at which one of them is polled (ms). */
  readonly interval: number;
}

/** Questions to the operating system. */
const SYSTEM = {
  platform: process.platform,
  /** Number of the device of a path, or of the nearest existing folder above it, and which of them that is. */
  device: (path: string): { readonly id: number; readonly at: string } | undefined => {
    const stats = entryOf(path);
    if (stats) return { id: stats.dev, at: path };
    const at = ancestors(path).find(exists) ?? path;
    const folder = statOf(at);
    return folder && { id: folder.dev, at };
  },
  /** Type of the file system of an existing path. A type that is negative in C would lose its last digits in a number. */
  type: (path: string): bigint => fs.statfsSync(path, { bigint: true }).type,
};

export type System = Readonly<typeof SYSTEM>;

/** Returns a function that names the file system of a path, if it does not report every change. */
export function networkFs(system: System = SYSTEM): (path: string) => string | undefined {
  const { platform, device: deviceOf, type } = system;
  const devices = new Map<number, string | undefined>();
  return (path) => {
    if (platform === 'win32') return isShare(path) ? 'a network share' : undefined;
    // The numbers of macOS change with its versions.
    const device = platform === 'linux' ? deviceOf(path) : undefined;
    if (!device) return undefined;
    const { id, at } = device;
    const ask = (): string | undefined => nameOfType(type(at));
    if (!devices.has(id)) devices.set(id, attempt(ask));
    return devices.get(id);
  };
}

/** The name of a file-system type that does not report every change. The number may be signed or unsigned. */
export function nameOfType(type: number | bigint): string | undefined {
  return TYPES.get(Number(BigInt.asUintN(32, BigInt(type))));
}

/** Whether a Windows path is on another computer: `\\server\share`, and not `\\?\C:\` or `\\.\`. */
export function isShare(path: string): boolean {
  return /^[\\/]{2}(?:[^\\/?.]|\.[^\\/]|\?[\\/]UNC[\\/])/i.test(path);
}
