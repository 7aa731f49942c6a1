// Finds the symbolic links between a specifier and the file that Node loaded. Node reports the real path, so without the
// links a new symlink target would go unnoticed. Keeps no state.
import { extname, join } from 'node:path';
import { ancestors, isInside } from '../util/paths.ts';
import { entryOf } from '../util/safe-fs.ts';
import { linksOn } from '../util/symlinks.ts';
import type { Link } from '../util/symlinks.ts';
import { literalPaths, packageName } from './resolve-candidates.ts';

/**
 * Lists the links that were followed to resolve `specifier` in `parent` to `real`.
 *
 * @param parent absolute path of the importing module
 * @param real absolute path of the resolved file
 */
export function linksOf(specifier: string, parent: string, real: string): Link[] {
  const literals = literalPaths(specifier, parent);
  if (!literals) return packageLink(specifier, parent);
  if (literals.some((literal) => isPlain(literal, real))) return [];
  return literals.flatMap((literal) => spellings(literal, real).flatMap(linksOn));
}

/** Whether Node added only an extension or the index file of a folder. */
function isPlain(literal: string, real: string): boolean {
  return real === literal || real.startsWith(`${literal}.`) || isInside(real, literal);
}

/** The paths that Node may have found for a literal path. */
function spellings(literal: string, real: string): string[] {
  const extension = extname(real);
  return [literal, literal + extension, join(literal, `index${extension}`)];
}

function packageLink(specifier: string, parent: string): Link[] {
  const name = packageName(specifier);
  for (const folder of ancestors(parent)) {
    const path = join(folder, 'node_modules', name);
    const stats = entryOf(path);
    if (stats) return stats.isSymbolicLink() ? linksOn(path) : [];
  }
  return [];
}
