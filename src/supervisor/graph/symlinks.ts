// Finds the symbolic links between a specifier and the file that Node loaded. Node reports the real path, so without the
// links a new symlink target would go unnoticed. Keeps no state.
import { extname, join } from 'node:path';
import { ancestors, isInside } from '../util/paths.ts';
import { entryOf } from '../util/safe-fs.ts';
import { linksOn } from '../util/symlinks.ts';
import type { Link } from '../util/symlinks.ts';
import { literalPaths, missingFor, packageName } from './resolve-candidates.ts';

/**
 * Lists the links that were followed to resolve `specifier` in `parent` to `real`.
 *
 * @param parent absolute path of the importing module
 * @param real absolute path of the resolved file
 */
export function linksOf(specifier: string, parent: string, real: string): Link[] {
  const isInternal = specifier.startsWith('#');
  const literals = isInternal ? missingFor(specifier, parent).paths : literalPaths(specifier, parent);
  if (!literals) return packageLinks(specifier, parent, real);
  // Node may have added only an extension or the index file of a folder.
  const isPlain = (path: string): boolean =>
    real === path || real.startsWith(`${path}.`) || isInside(real, path);
  if (literals.some(isPlain)) return [];
  const extension = extname(real);
  const spellings = literals.flatMap((path) => [path, path + extension, join(path, `index${extension}`)]);
  return spellings.flatMap((path) => linksOn(path).links);
}

function packageLinks(specifier: string, parent: string, real: string): Link[] {
  const name = packageName(specifier);
  const paths = ancestors(parent).map((folder) => join(folder, 'node_modules', name));
  const nearest = paths.find((path) => entryOf(path));
  return nearest === undefined || isInside(real, nearest) ? [] : linksOn(nearest).links;
}
