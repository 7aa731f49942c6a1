// Which file systems do not report every change that is made in them: those whose files somebody else changes, on a
// server or on the host of a virtual machine. Asks once for each device. Knows neither watches nor polling.
import fs from 'node:fs';
import { dirname } from 'node:path';
import { entryOf, statOf } from '../util/safe-fs.ts';

/**
 * Types as statfs(2) gives them, from linux/magic.h; vboxsf, vmhgfs, prl_fs, GPFS, Lustre and BeeGFS from stat.c of GNU
 * coreutils, whose `tail -f` has the same question. WSL 2 has Windows' drives on 9p (microsoft/WSL#4739); the file
 * system of WSL 1, 0x53464846, does report changes. overlayfs does too, for what is changed through it.
 */
const TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x01021997, '9p'],
  // sshfs, virtiofs, most of what Docker Desktop mounts.
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

/** A file system that does not report every change, so that its files are polled. */
export interface Unreported {
  readonly fileSystem: string;
  /** The folder that all its wanted paths are in. */
  readonly folder: string;
  /** How often they are looked at, in ms. */
  readonly interval: number;
}

/** What has to be known of the system. */
export interface System {
  readonly platform: NodeJS.Platform;
  /** Number of the device that a path is on, also when there is nothing at the path yet. */
  readonly device: (path: string) => { readonly id: number; readonly at: string } | undefined;
  /** Type of the file system at a path. */
  readonly type: (path: string) => number | bigint;
}

const SYSTEM: System = {
  platform: process.platform,
  device: (path) => {
    const stats = entryOf(path);
    if (stats) return { id: stats.dev, at: path };
    for (let at = dirname(path); ; at = dirname(at)) {
      const folder = statOf(at);
      if (folder) return { id: folder.dev, at };
      if (at === dirname(at)) return undefined;
    }
  },
  // As a number, a type that C has as a negative one would lose its last digits.
  type: (path) => fs.statfsSync(path, { bigint: true }).type,
};

export class NetworkFs {
  readonly #system: System;
  readonly #devices = new Map<number, string | undefined>();

  constructor(system: System = SYSTEM) {
    this.#system = system;
  }

  /** The name of the file system that a path is on, if that does not report every change. */
  nameOf(path: string): string | undefined {
    const { platform } = this.#system;
    if (platform === 'win32') return isShare(path) ? 'a network share' : undefined;
    // macOS gives out its numbers anew with each version.
    if (platform !== 'linux') return undefined;
    const device = this.#system.device(path);
    if (!device) return undefined;
    if (!this.#devices.has(device.id)) this.#devices.set(device.id, this.#ask(device.at));
    return this.#devices.get(device.id);
  }

  #ask(path: string): string | undefined {
    try {
      return nameOfType(this.#system.type(path));
    } catch {
      return undefined;
    }
  }
}

/** The name of a type of file system that does not report every change. The type may come signed or unsigned. */
export function nameOfType(type: number | bigint): string | undefined {
  return TYPES.get(Number(BigInt.asUintN(32, BigInt(type))));
}

/** Whether a path of Windows is one of another computer: `\\server\share`, and not `\\?\C:\` or `\\.\`. */
export function isShare(path: string): boolean {
  return /^[\\/]{2}(?:[^\\/?.]|\.[^\\/]|\?[\\/]UNC[\\/])/i.test(path);
}
