// Finds the symbolic links along a path, as the system follows them. Keeps no state.
import { dirname, join, parse, resolve, sep } from 'node:path';
import { entryOf, linkTarget } from './safe-fs.ts';

/** A symbolic link. */
export interface Link {
  readonly path: string;
  /** As written in the link: often relative. */
  readonly target: string;
}

/** Maximum number of links in one path, as on Linux. */
const MAX_LINKS = 40;

/** The links along a path, links in the targets of links included, and the path at which they end. */
export function linksOn(path: string): { links: Link[]; end: string } {
  const links: Link[] = [];
  const { root } = parse(path);
  const rest = path.slice(root.length).split(sep);
  let at = root;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    const next = join(at, name);
    const target = entryOf(next)?.isSymbolicLink() ? linkTarget(next) : undefined;
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
