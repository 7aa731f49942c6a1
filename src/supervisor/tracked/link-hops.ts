// Links that count, and every path on the way to what each leads to: what happens there happens to the link, though no
// event says so. Owns the ways. Knows neither what the links are nor how paths are watched.
import { basename, dirname } from 'node:path';
import { wayOf } from '../util/symlinks.ts';

export class LinkHops {
  /** By the folder that a link is in, and its name. */
  readonly #ways = new Map<string, Map<string, readonly string[]>>();
  readonly #links = new Map<string, Set<string>>();

  /**
   * Looks where a link leads to, whether or not something is there; what is no link is forgotten.
   *
   * @returns the paths on the way
   */
  follow(link: string): readonly string[] {
    const way = wayOf(link);
    this.forget(link);
    if (way.length === 0) return way;
    const folder = dirname(link);
    this.#ways.set(folder, (this.#ways.get(folder) ?? new Map()).set(basename(link), way));
    for (const path of way) this.#links.set(path, (this.#links.get(path) ?? new Set()).add(link));
    return way;
  }

  has(link: string): boolean {
    return this.#ways.get(dirname(link))?.has(basename(link)) ?? false;
  }

  forget(link: string): void {
    const folder = dirname(link);
    const inFolder = this.#ways.get(folder);
    for (const path of inFolder?.get(basename(link)) ?? []) {
      const links = this.#links.get(path);
      links?.delete(link);
      if (links?.size === 0) this.#links.delete(path);
    }
    inFolder?.delete(basename(link));
    if (inFolder?.size === 0) this.#ways.delete(folder);
  }

  /** Names of the links in a folder. */
  in(folder: string): string[] {
    return [...(this.#ways.get(folder)?.keys() ?? [])];
  }

  /** The links that lead over a path. */
  over(path: string): string[] {
    return [...(this.#links.get(path) ?? [])];
  }

  /** Every path on a way. */
  paths(): Iterable<string> {
    return this.#links.keys();
  }
}
