// Questions about paths that need no look at the disk. Pure.
import { dirname, sep } from 'node:path';

/** The folders from a file up to the root. */
export function ancestors(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) return folders;
  }
}

/** The deepest folder that all these paths are in. */
export function commonFolder(paths: readonly string[]): string {
  const [first = '', ...others] = paths;
  let folder = dirname(first);
  const isAround = (path: string): boolean => path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  while (!others.every(isAround) && folder !== dirname(folder)) folder = dirname(folder);
  return folder;
}
