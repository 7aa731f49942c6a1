// Maps a module path of Yarn Plug'n'Play or Electron, which may lie inside an archive or be virtual, to the file on the disk
// that can change. Keeps no state.
import { join } from 'node:path';
import { statOf } from '../util/safe-fs.ts';

const ARCHIVE = /^(.+?\.(?:zip|asar))[\\/]/;

/** `base/__virtual__/<hash>/<levels up from base>/rest`: one path for each set of peer dependencies of a package. */
const VIRTUAL = /^(.*?)[\\/](?:__virtual__|\$\$virtual)[\\/][^\\/]+[\\/](\d+)[\\/](.*)$/;

/** The file on the disk that contains the module at `path`. */
export function realFile(path: string): string {
  const [, base, levels, rest] = VIRTUAL.exec(path) ?? [];
  const plain =
    base === undefined || rest === undefined ? path : join(base, ...Array(Number(levels)).fill('..'), rest);
  const [, archive] = ARCHIVE.exec(plain) ?? [];
  return archive !== undefined && statOf(archive)?.isFile() ? archive : plain;
}
