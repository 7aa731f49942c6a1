// Finds the folder of the user's project. Files outside of it and in packages belong to other programs. Keeps no state.
import fs from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { attempt } from '../../shared/attempt.cts';
import { isInPackage } from '../../shared/paths.cts';

/** The app may replace it on the module later. */
const { existsSync } = fs;

/** The permission model throws. */
const exists = (path: string): boolean => attempt(() => existsSync(path)) ?? false;

/**
 * The project of a file: the folder under version control, otherwise the outermost folder with a package.json, otherwise the
 * folder of the file.
 *
 * @param file absolute path
 */
export function projectRoot(file: string): string {
  let root = dirname(file);
  for (let folder = root; ; folder = dirname(folder)) {
    if (exists(join(folder, '.git'))) return folder;
    if (exists(join(folder, 'package.json'))) root = folder;
    if (folder === dirname(folder)) return root;
  }
}

/** Whether a file is in a project and not in an installed package. */
export function isInProject(file: string, root: string): boolean {
  const folder = root.endsWith(sep) ? root : root + sep;
  return file.startsWith(folder) && !isInPackage(file.slice(root.length));
}
