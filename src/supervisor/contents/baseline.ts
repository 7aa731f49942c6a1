// What the current run took from the disk: the content of its files, where links pointed, what was not there. Compares
// that with what is there now, so that a change is a change of content, and a save is never lost whenever it lands.
// Knows neither watches nor settling.
import { isInPackage } from '../../shared/module-url.ts';
import type { Stamp } from '../../protocol/records.cts';
import { stampFile } from '../../shared/file-stamp.cts';
import { CLOCK_SLACK_MS, seenUntil } from './fs-clock.ts';
import { ContentCache, sameStat } from './content-cache.ts';
import { linkTarget, statOf } from '../util/safe-fs.ts';

/** How the disk differs from what the run took from it. `emptied` may be the first half of a save. */
export type Verdict = 'same' | 'changed' | 'created' | 'deleted' | 'emptied';

/** What a run took from one path. */
type Fact =
  | {
      readonly kind: 'content';
      readonly stamp: Stamp | undefined;
      hash: number | undefined;
      /** A setting or an asset, not a module. */
      readonly aside?: boolean;
    }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'absent' };

export class Baseline {
  readonly #contents = new ContentCache();
  #current = new Map<string, Fact>();
  #previous = new Map<string, Fact>();
  #undigested = new Set<string>();
  #begunAt = Infinity;
  /** The run may not have seen what has been saved since. */
  #seenUntil = Infinity;

  /** A new run begins, at a wall-clock time in ms. What the runs before it took stays known until {@link forgetPrevious}. */
  begin(at: number): void {
    this.#seenUntil = seenUntil(at, this.#begunAt === Infinity);
    this.#begunAt = at;
    for (const [path, fact] of this.#current) {
      // What is there when the run begins is what it takes, or what was saved since has come before it.
      if (fact.kind === 'content' && fact.aside) fact.hash = this.#hashNow(path);
      this.#previous.set(path, fact);
    }
    this.#current = new Map();
    this.#undigested = new Set();
  }

  /** The run has loaded all that it loads at start: what earlier runs used does not count any more. */
  forgetPrevious(): void {
    this.#previous.clear();
    this.#contents.keepOnly(this.#current);
  }

  /** The run broke before it could load all: what earlier runs used counts as well, as it is now. */
  keepPrevious(): void {
    for (const [path, fact] of this.#previous) {
      if (!this.#current.has(path)) this.#current.set(path, this.#asItIsNow(path, fact));
    }
    this.#previous.clear();
  }

  /** Every path that counts. */
  *paths(): Generator<string> {
    yield* this.#current.keys();
    for (const path of this.#previous.keys()) if (!this.#current.has(path)) yield path;
  }

  /** How many modules were loaded. */
  get files(): number {
    let files = 0;
    for (const fact of this.#current.values()) if (isModule(fact)) files++;
    return files;
  }

  /** The modules that were loaded, in order. */
  modules(): string[] {
    return [...this.#current].flatMap(([path, fact]) => (isModule(fact) ? [path] : []));
  }

  /**
   * The run has loaded a file.
   *
   * What the run took first counts: another thread or process of it may load the file when it has been saved anew.
   *
   * @param stamp what the file looked like just before; undefined when it could not be read, or has been told before
   */
  loaded(path: string, stamp: Stamp | undefined): void {
    const before = this.#current.get(path);
    // What is aside was a guess.
    if (before?.kind === 'content' && !before.aside) return;
    const known = this.#contents.at(path, stamp);
    this.#current.set(path, { kind: 'content', stamp: known?.stamp ?? stamp, hash: known?.hash });
    if (!known) this.#undigested.add(path);
  }

  /** The run has loaded a file that the run before it has loaded, and of which no change has been seen since. */
  loadedAgain(path: string): void {
    const before = this.#previous.get(path);
    const now = this.#current.get(path);
    if (now?.kind === 'content' && !now.aside) return;
    const fact = before?.kind === 'content' && !before.aside ? before : this.#asItIsNow(path, undefined);
    this.#current.set(path, fact);
    if (fact.kind === 'content' && fact.hash === undefined) this.#undigested.add(path);
  }

  /** The run went through a symbolic link that pointed to `target`. */
  followed(link: string, target: string): void {
    if (!this.#current.has(link)) this.#current.set(link, { kind: 'link', target });
  }

  /**
   * The run looked for a file and did not find it.
   *
   * @param at when it looked, wall-clock ms. A file that was there already is not what it looked for.
   */
  missed(path: string, at: number): void {
    if (this.#current.has(path)) return;
    const stats = statOf(path);
    const old = stats !== undefined && stats.ctimeMs < at - CLOCK_SLACK_MS;
    this.#current.set(path, old ? this.#asItIsNow(path, undefined) : { kind: 'absent' });
  }

  /** The run would have come to this path next: it counts as it is now. */
  expected(path: string): void {
    if (!this.#current.has(path)) this.#current.set(path, this.#asItIsNow(path, undefined));
  }

  /**
   * The run has read a file that is no module, or found that it is not there, at some time since it began: what has
   * been saved since then it may not have seen.
   */
  used(path: string): void {
    if (this.#current.has(path)) return;
    const fact = this.#asItIsNow(path, undefined);
    if (fact.kind !== 'content') {
      this.#current.set(path, fact);
      return;
    }
    const { mtimeMs = Infinity, ctimeMs = Infinity } = fact.stamp ?? {};
    const saved = Math.max(mtimeMs, ctimeMs) >= this.#seenUntil;
    this.#current.set(path, {
      ...fact,
      hash: saved ? this.#previousHash(path, fact.hash) : fact.hash,
      aside: true,
    });
  }

  /** A path is as it should be now. */
  accept(path: string): void {
    const fact = this.#asItIsNow(path, undefined);
    this.#current.set(path, fact.kind === 'content' ? { ...fact, aside: true } : fact);
  }

  /** Whether this path counts in the current run. */
  has(path: string): boolean {
    return this.#current.has(path);
  }

  /**
   * Like {@link examine}, for a path that has just begun to be watched. Of packages, which are many and seldom change,
   * time stamps are believed, and the content is read later.
   */
  verify(path: string): Verdict {
    const fact = this.#current.get(path);
    const believed =
      isInPackage(path) &&
      fact?.kind === 'content' &&
      fact.stamp?.hash === undefined &&
      sameStat(fact.stamp, stampFile(path));
    if (believed) return 'same';
    this.#undigested.delete(path);
    return this.examine(path);
  }

  /** Compares what the current run took from a path with what is there now. */
  examine(path: string): Verdict {
    const fact = this.#current.get(path);
    switch (fact?.kind) {
      case undefined:
        return 'same';
      case 'content':
        return this.#examineContent(path, fact);
      case 'link': {
        const target = linkTarget(path);
        if (target === undefined) return 'deleted';
        return target === fact.target ? 'same' : 'changed';
      }
      case 'absent':
        return statOf(path)?.isFile() ? 'created' : 'same';
    }
  }

  /** A module had this many bytes when the run loaded it; undefined when that is not known. */
  loadedSize(path: string): number | undefined {
    const fact = this.#current.get(path);
    return fact?.kind === 'content' && !fact.aside ? fact.stamp?.size : undefined;
  }

  /**
   * Hashes files that were loaded or saved, so that a later save of the same bytes is known for what it is.
   *
   * @param isOver whether to stop here and go on in the next call
   * @returns whether there are more
   */
  digest(isOver: () => boolean): boolean {
    const young: string[] = [];
    for (const path of this.#undigested) {
      this.#undigested.delete(path);
      const fact = this.#current.get(path);
      const loaded = fact?.kind === 'content' ? fact : undefined;
      const content = this.#contents.read(path, loaded?.stamp);
      if (typeof content === 'object' && content.young) young.push(path);
      // Content that was saved anew in the meantime is not what was loaded; its event will tell.
      if (loaded && !loaded.aside) loaded.hash ??= this.#contents.at(path, loaded.stamp)?.hash;
      if (isOver()) break;
    }
    for (const path of young) this.#undigested.add(path);
    return this.#undigested.size > 0;
  }

  #hashNow(path: string): number | undefined {
    const known = this.#contents.at(path, stampFile(path));
    if (known) return known.hash;
    const content = this.#contents.read(path);
    return typeof content === 'object' ? content.hash : undefined;
  }

  /** What a file held that was aside in the last run as well. Of a module, the run itself tells what it has loaded. */
  #previousHash(path: string, now: number | undefined): number | undefined {
    const before = this.#previous.get(path);
    if (before?.kind !== 'content') return undefined;
    return before.aside ? before.hash : now;
  }

  #examineContent(path: string, fact: Fact & { kind: 'content' }): Verdict {
    const content = this.#contents.read(path, fact.stamp);
    if (content === 'gone') {
      // The program has written it, loaded it and removed it, and would do so again: some tools load their
      // configuration in this way (nodejs/node#64167).
      if ((fact.stamp?.mtimeMs ?? 0) <= this.#begunAt) return 'deleted';
      this.#current.set(path, { kind: 'absent' });
      return 'same';
    }
    if (content === 'denied') return 'same';
    if (content.young) this.#undigested.add(path);
    // What is aside was not stamped by the run.
    if (!fact.aside) fact.hash ??= this.#contents.at(path, fact.stamp)?.hash;
    if (content.hash === fact.hash) return 'same';
    return content.size === 0 ? 'emptied' : 'changed';
  }

  #asItIsNow(path: string, before: Fact | undefined): Fact {
    if (before?.kind === 'link') {
      const target = linkTarget(path);
      if (target !== undefined) return { kind: 'link', target };
    }
    const content = this.#contents.read(path);
    if (typeof content === 'string') return { kind: 'absent' };
    const aside = before?.kind === 'content' && before.aside === true;
    return { kind: 'content', stamp: stampFile(path), hash: content.hash, aside };
  }
}

function isModule(fact: Fact): boolean {
  return fact.kind === 'content' && fact.aside !== true;
}
