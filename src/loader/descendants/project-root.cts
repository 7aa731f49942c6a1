// Which folder is the user's project: what is outside of it, or in a package, is somebody else's program. Keeps no state.
import fs from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** The app may replace it on the module later. */
const { existsSync } = fs;

/** Whether a file is there; one that may not be looked for is not. */
function exists(path: string): boolean {
  try {
    return existsSync(path);
  } catch {
    // The permission model throws.
    return false;
  }
}

/**
 * The project of a file: the folder under version control, or else the outermost one with a package.json, or else the
 * file's own.
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

/** Whether a file is in a project, and not in one of its packages. */
export function isInProject(file: string, root: string): boolean {
  const folder = root.endsWith(sep) ? root : root + sep;
  return file.startsWith(folder) && !/[\\/]node_modules[\\/]/.test(file.slice(root.length));
}
