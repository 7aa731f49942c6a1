// The linked folders of one tree: which are followed, and which not because they lead in a circle or to where the tree is
// already; those are offered again when that is left. Owns what is known of where folders really are. Does not ask the disk.
import { sep } from 'node:path';

export class LinkedFolders {
  /** Folders that are listed, by where they really are: a file must not be found by ever more names. */
  readonly #listed = new Map<string, Set<string>>();
  /** Links that are not followed, by where they lead to. */
  readonly #refused = new Map<string, Set<string>>();
  readonly #targets = new Map<string, string>();
  readonly #countsPlain: boolean;

  /**
   * @param countsPlain whether a file counts by whatever name it is come to: where a glob tells by the name, a folder that
   *   is found without a link does not stand for one that is
   */
  constructor(countsPlain: boolean) {
    this.#countsPlain = countsPlain;
  }

  /**
   * Whether a link is to be followed. If it is not, it is remembered.
   *
   * @param path the link
   * @param target where it really leads to
   * @param home where the folder that it is in really is
   */
  isFollowed(path: string, target: string, home: string): boolean {
    if (isIn(home, target)) return false;
    if (!this.#listed.has(target)) return true;
    add(this.#refused, target, path);
    this.#targets.set(path, target);
    return false;
  }

  /** A folder is listed. */
  enter(path: string, real: string, isLink: boolean): void {
    if (isLink || this.#countsPlain) add(this.#listed, real, path);
  }

  /**
   * A folder is listed no longer.
   *
   * @returns links to it that may be followed now
   */
  leave(path: string, real: string): string[] {
    const listed = this.#listed.get(real);
    if (!listed?.delete(path) || listed.size > 0) return [];
    this.#listed.delete(real);
    const links = [...(this.#refused.get(real) ?? [])];
    for (const link of links) this.forget(link);
    return links;
  }

  /** A link that was not followed is to be looked at anew. */
  forget(path: string): void {
    const target = this.#targets.get(path);
    if (target === undefined) return;
    this.#targets.delete(path);
    const links = this.#refused.get(target);
    links?.delete(path);
    if (links?.size === 0) this.#refused.delete(target);
  }
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value));
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
