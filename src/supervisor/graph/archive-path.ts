// Which file on the disk a module is in, where its path is one of Yarn's Plug'n'Play or of Electron: the program reads
// inside archives, and under several names, but what can change is the archive. Keeps no state.
import { join } from 'node:path';
import { statOf } from '../util/safe-fs.ts';

const ARCHIVE = /^(.+?\.(?:zip|asar))[\\/]/;

/** A package with several sets of peers has a path for each: `base/__virtual__/hash/levels up from base/rest`. */
const VIRTUAL = /^(.*?)[\\/](?:__virtual__|\$\$virtual)[\\/][^\\/]+[\\/](\d+)[\\/](.*)$/;

/** The file on the disk that holds what a program reads at `path`. */
export function realFile(path: string): string {
  const [, base, levels, rest] = VIRTUAL.exec(path) ?? [];
  const plain =
    base === undefined || rest === undefined ? path : join(base, ...Array(Number(levels)).fill('..'), rest);
  const [, archive] = ARCHIVE.exec(plain) ?? [];
  return archive !== undefined && statOf(archive)?.isFile() ? archive : plain;
}
