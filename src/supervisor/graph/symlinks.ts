// The symbolic links that lie between what the app wrote and the file that Node loaded: Node gives the real path, so
// a link that is pointed elsewhere would go unseen. Keeps no state.
import { extname, join, sep } from 'node:path';
import { linksOn } from '../util/symlinks.ts';
import type { Link } from '../util/symlinks.ts';
import { ancestors } from '../util/paths.ts';
import { literalPaths, packageName } from './resolve-candidates.ts';
import { entryOf } from '../util/safe-fs.ts';

/**
 * The links that were followed to resolve `specifier` in `parent` to `real`.
 *
 * @param parent absolute path of the importing module
 * @param real absolute path that it resolved to
 */
export function linksOf(specifier: string, parent: string, real: string): Link[] {
  const literals = literalPaths(specifier, parent);
  if (!literals) return packageLink(specifier, parent);
  if (literals.some((literal) => isPlain(literal, real))) return [];
  return literals.flatMap((literal) => spellings(literal, real).flatMap(linksOn));
}

/** Whether Node added no more than an extension or the file of a folder. */
function isPlain(literal: string, real: string): boolean {
  return real === literal || real.startsWith(`${literal}.`) || real.startsWith(literal + sep);
}

/** The paths that Node may have found under a literal one. */
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
