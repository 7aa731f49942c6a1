// Symbolic links along a path, as the system follows them. Keeps no state.
import { dirname, join, parse, resolve, sep } from 'node:path';
import { linkTarget } from './safe-fs.ts';

/** A symbolic link and what it holds. */
export interface Link {
  readonly path: string;
  readonly target: string;
}

/** As many links as Linux follows in one path. */
const MAX_LINKS = 40;

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
export function linksOn(path: string): Link[] {
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
