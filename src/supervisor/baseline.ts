// What the current run took from the disk: the content of its files, where links pointed, what was not there. Compares
// that with what is there now, so that a change is a change of content, and a save is never lost whenever it lands.
// Knows neither watches nor time.
import fs from 'node:fs';
import type { Stamp } from '../protocol.cts';
import { hashBytes, stampFile } from '../stamp.cts';

/** How the disk differs from what the run took from it. `emptied` may be the first half of a save. */
export type Verdict = 'same' | 'changed' | 'created' | 'deleted' | 'emptied';

/** What a run took from one path. */
type Fact =
  | { readonly kind: 'content'; readonly stamp: Stamp | undefined; hash: string | undefined }
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'absent' };

/** A missing file may have been created this many ms before the clock of the file system says so. */
const CLOCK_SLACK_MS = 20;

export class Baseline {
  #current = new Map<string, Fact>();
  #previous = new Map<string, Fact>();
  #undigested = new Set<string>();

  /** A new run begins. What the runs before it took stays known until {@link forgetPrevious}. */
  begin(): void {
    this.#previous = new Map([...this.#previous, ...this.#current]);
    this.#current = new Map();
    this.#undigested = new Set();
  }

  /** The run has loaded all that it loads at start: what earlier runs used does not count any more. */
  forgetPrevious(): void {
    this.#previous.clear();
  }

  /** The run broke before it could load all: what earlier runs used counts as well, as it is now. */
  keepPrevious(): void {
    for (const [path, fact] of this.#previous) {
      if (!this.#current.has(path)) this.#current.set(path, asItIsNow(path, fact));
    }
    this.#previous.clear();
  }

  /** Every path that counts. */
  *paths(): Generator<string> {
    yield* this.#current.keys();
    for (const path of this.#previous.keys()) if (!this.#current.has(path)) yield path;
  }

  /** How many files were loaded. */
  get files(): number {
    let files = 0;
    for (const fact of this.#current.values()) if (fact.kind === 'content') files++;
    return files;
  }

  /**
   * The run has loaded a file.
   *
   * @param stamp what the file looked like just before; undefined when it could not be read, or has been told before
   */
  loaded(path: string, stamp: Stamp | undefined): void {
    if (!stamp && this.#current.get(path)?.kind === 'content') return;
    this.#current.set(path, { kind: 'content', stamp, hash: stamp?.hash });
    if (stamp && stamp.hash === undefined) this.#undigested.add(path);
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
    const stats = statOrUndefined(path);
    const old = stats !== undefined && stats.ctimeMs < at - CLOCK_SLACK_MS;
    this.#current.set(path, old ? asItIsNow(path, undefined) : { kind: 'absent' });
  }

  /** The run would have come to this path next: it counts as it is now. */
  expected(path: string): void {
    if (!this.#current.has(path)) this.#current.set(path, asItIsNow(path, undefined));
  }

  /** Whether this path counts in the current run. */
  has(path: string): boolean {
    return this.#current.has(path);
  }

  /** Like {@link examine}, but believes time stamps: for a path that has just begun to be watched. */
  verify(path: string): Verdict {
    const fact = this.#current.get(path);
    const trusted =
      fact?.kind === 'content' && fact.hash === undefined && sameStat(fact.stamp, stampFile(path, 0));
    return trusted ? 'same' : this.examine(path);
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
        const target = readLink(path);
        if (target === undefined) return 'deleted';
        return target === fact.target ? 'same' : 'changed';
      }
      case 'absent':
        return statOrUndefined(path)?.isFile() ? 'created' : 'same';
    }
  }

  /** The content of a file as the run loaded it had this many bytes; undefined when that is not known. */
  loadedSize(path: string): number | undefined {
    const fact = this.#current.get(path);
    return fact?.kind === 'content' ? fact.stamp?.size : undefined;
  }

  /**
   * Hashes files that were loaded, so that a later save of the same bytes is known for what it is.
   *
   * @param isOver whether to stop here and go on in the next call
   * @returns whether there are more
   */
  digest(isOver: () => boolean): boolean {
    for (const path of this.#undigested) {
      this.#undigested.delete(path);
      const fact = this.#current.get(path);
      if (fact?.kind !== 'content' || fact.hash !== undefined) continue;
      // Content that was saved anew in the meantime is not what was loaded; its event will tell.
      const bytes = readOrUndefined(path);
      if (bytes && sameStat(fact.stamp, stampFile(path, 0))) fact.hash = hashBytes(bytes);
      if (isOver()) break;
    }
    return this.#undigested.size > 0;
  }

  #examineContent(path: string, fact: Fact & { kind: 'content' }): Verdict {
    const stamp = stampFile(path, 0);
    let bytes: Buffer;
    try {
      bytes = fs.readFileSync(path);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'EACCES' || code === 'EPERM' ? 'same' : 'deleted';
    }
    const hash = hashBytes(bytes);
    if (fact.hash === undefined && sameStat(fact.stamp, stamp)) fact.hash = hash;
    if (hash === fact.hash) return 'same';
    return bytes.length === 0 ? 'emptied' : 'changed';
  }
}

/** Whether two stamps without hashes are of the same content, as far as time stamps tell. */
function sameStat(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return (
    a !== undefined && b !== undefined && a.mtimeMs === b.mtimeMs && a.size === b.size && a.ino === b.ino
  );
}

function asItIsNow(path: string, before: Fact | undefined): Fact {
  if (before?.kind === 'link') {
    const target = readLink(path);
    if (target !== undefined) return { kind: 'link', target };
  }
  const bytes = readOrUndefined(path);
  return bytes ? { kind: 'content', stamp: stampFile(path, 0), hash: hashBytes(bytes) } : { kind: 'absent' };
}

function readLink(path: string): string | undefined {
  try {
    return fs.readlinkSync(path);
  } catch {
    return undefined;
  }
}

function readOrUndefined(path: string): Buffer | undefined {
  try {
    return fs.readFileSync(path);
  } catch {
    return undefined;
  }
}

function statOrUndefined(path: string): fs.Stats | undefined {
  return fs.statSync(path, { throwIfNoEntry: false });
}
