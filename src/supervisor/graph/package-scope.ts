// Which package.json files decide about a module. Pure but for what it asks the disk.
import { join } from 'node:path';
import { ancestors } from '../util/paths.ts';

/**
 * The package.json files that decide about a module: the nearest one, and those of the project that would be nearer.
 *
 * @param path absolute path of the module
 * @param cwd folder of the project
 */
export function scopeFiles(path: string, cwd: string, exists: (path: string) => boolean): string[] {
  const files: string[] = [];
  for (const folder of ancestors(path)) {
    const file = join(folder, 'package.json');
    const isThere = exists(file);
    if (isThere || folder === cwd || folder.startsWith(join(cwd, '/'))) files.push(file);
    if (isThere) return files;
  }
  return files;
}
