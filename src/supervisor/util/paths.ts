// Questions about paths that do not need the disk. Pure.
import { dirname, sep } from 'node:path';

/** The folders from a file up to the root. */
export function ancestors(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) return folders;
  }
}

/** Whether a path lies in a folder, at any depth. A folder does not lie in itself. */
export function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The deepest folder that contains all these paths. */
export function commonFolder(paths: readonly string[]): string {
  const [first = '', ...others] = paths;
  let folder = dirname(first);
  while (folder !== dirname(folder) && !others.every((path) => isInside(path, folder)))
    folder = dirname(folder);
  return folder;
}
