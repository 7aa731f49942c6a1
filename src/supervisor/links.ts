// The symbolic links that lie between what the app wrote and the file that Node loaded: Node gives the real path, so
// a link that is pointed elsewhere would go unseen. Keeps no state.
import { dirname, extname, join, parse, resolve, sep } from 'node:path';
import { ancestors, literalPaths, packageName } from './candidates.ts';
import { entryOf, linkTarget } from './disk.ts';

/** A symbolic link and what it holds. */
export interface Link {
  readonly path: string;
  readonly target: string;
}

/** As many links as Linux follows in one path. */
const MAX_LINKS = 40;

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

/**
 * Every other path on the way to what a path leads to, whether or not something is there: the links that are followed,
 * and the end. None without a link.
 */
export function wayOf(path: string): string[] {
  const { links, end } = walk(path);
  if (links.length === 0) return [];
  return [...new Set([...links.map((link) => link.path), end])].filter((one) => one !== path);
}

/** Every link on the way along a path, those in the targets of links included. */
function linksOn(path: string): Link[] {
  return walk(path).links;
}

function walk(path: string): { links: Link[]; end: string } {
  const links: Link[] = [];
  const { root } = parse(path);
  const rest = path.slice(root.length).split(sep);
  let at = root;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = join(at, name);
    const target = linkTarget(next);
    if (target === undefined) {
      at = next;
      continue;
    }
    links.push({ path: next, target });
    if (links.length >= MAX_LINKS) break;
    const absolute = resolve(dirname(next), target);
    at = parse(absolute).root;
    rest.unshift(...absolute.slice(at.length).split(sep).filter(Boolean));
  }
  return { links, end: at };
}
