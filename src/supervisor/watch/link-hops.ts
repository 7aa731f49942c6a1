// Knows on which other paths each path depends that leads through symbolic links: the links, and where they end. No event of the path
// itself shows what happens there. Does not know who watches these paths.
import { dirname } from 'node:path';
import { entryOf } from '../util/safe-fs.ts';
import { linksOn } from '../util/symlinks.ts';

export class LinkHops {
  /** The paths that lead through links, each with the other paths on which it depends. */
  readonly #hops = new Map<string, readonly string[]>();
  /** Folders without a link on their way, which most paths are in. */
  readonly #plain = new Set<string>();

  /** Finds the links on the way to a path as they are now. Returns the other paths on which the path depends. */
  follow(path: string): readonly string[] {
    const hops = this.#isPlain(path) ? [] : hopsOf(path);
    if (hops.length > 0) this.#hops.set(path, hops);
    else this.#hops.delete(path);
    return hops;
  }

  /** The followed paths that depend on another path. */
  dependents(hop: string): string[] {
    return [...this.#hops].flatMap(([path, hops]) => (hops.includes(hop) ? [path] : []));
  }

  /** Forgets all other followed paths. Returns the paths on which those depend that are left. */
  retain(isKept: (path: string) => boolean): string[] {
    for (const path of this.#hops.keys()) if (!isKept(path)) this.#hops.delete(path);
    return [...this.#hops.values()].flat();
  }

  /** A folder may be a link by now. */
  lookAgain(): void {
    this.#plain.clear();
  }

  #isPlain(path: string): boolean {
    return !entryOf(path)?.isSymbolicLink() && this.#isPlainFolder(dirname(path));
  }

  #isPlainFolder(folder: string): boolean {
    if (this.#plain.has(folder)) return true;
    const above = dirname(folder);
    const isPlain = folder === above || (!entryOf(folder)?.isSymbolicLink() && this.#isPlainFolder(above));
    if (isPlain) this.#plain.add(folder);
    return isPlain;
  }
}

function hopsOf(path: string): string[] {
  const { links, end } = linksOn(path);
  return [...new Set([...links.map((link) => link.path), end])].filter((hop) => hop !== path);
}
