// Finds the package.json files that decide how a module is loaded. Pure except for `exists`.
import { join } from 'node:path';
import { ancestors, isInside } from '../util/paths.ts';

/**
 * Lists the nearest package.json above a module, and the paths in the project where a nearer one would take effect.
 *
 * @param path absolute path of the module
 * @param cwd folder of the project
 */
export function scopeFiles(path: string, cwd: string, exists: (path: string) => boolean): string[] {
  const files: string[] = [];
  for (const folder of ancestors(path)) {
    const file = join(folder, 'package.json');
    const isNearest = exists(file);
    if (isNearest || folder === cwd || isInside(folder, cwd)) files.push(file);
    if (isNearest) return files;
  }
  return files;
}
