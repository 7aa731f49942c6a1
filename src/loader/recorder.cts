// What this thread has told the supervisor about modules, so that each fact is told once. Knows neither hooks nor
// what the records are for. Everything it needs is imported up front: a `require` in a hook would call the hook.
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { realPath } from '../real-path.cts';
import { stampFile } from '../stamp.cts';
import { send } from './lane.cts';

/**
 * How far loading has come, shared by all threads of this process: at {@link RECORDS} the number of records, at
 * {@link ENTRY} 1 when Node has come to the entry.
 */
export type Progress = Int32Array;
export const RECORDS = 0;
export const ENTRY = 1;

/** A progress of nothing yet. */
export function newProgress(): Progress {
  return new Int32Array(new SharedArrayBuffer(8));
}

/** The app may replace it, as a fake clock does. */
const { now } = Date;

/** Where our own files are: no part of the program. */
const OWN = `${pathToFileURL(dirname(__dirname)).href}/`;

/** Tells the supervisor what is resolved and what is not. Its methods never throw. */
export class Recorder {
  readonly #progress: Progress;
  /** How Node names an entry that is not there. */
  readonly #entries: readonly string[];
  /** What the URL of the entry begins with: it may be a folder, or lack an extension. */
  readonly #entryUrl: string;
  readonly #urls = new Set<string>();
  readonly #edges = new Map<string | undefined, Set<string>>();

  /** @param entry `process.argv[1]` of the main thread; another thread may have another */
  constructor(progress: Progress, entry: string) {
    this.#progress = progress;
    this.#entries = [entry, pathToFileURL(entry).href];
    this.#entryUrl = pathToFileURL(realPath(entry)).href;
  }

  /**
   * Records that `specifier` in `parent` resolved to `url`.
   *
   * @param parent URL of the importing module, undefined for the entry and for preloads
   */
  resolved(specifier: string, parent: string | undefined, url: string): void {
    if (!url.startsWith('file:') || url.startsWith(OWN) || !this.#isNewEdge(parent, url)) return;
    try {
      let stamp;
      if (!this.#urls.has(url)) {
        this.#urls.add(url);
        stamp = stampFile(fileURLToPath(url), now());
      }
      send({ kind: 'resolved', specifier, parent, url, stamp });
    } catch {
      // A URL that is no path (a host, an encoded slash) cannot be watched; Node says what is wrong with it.
    }
    this.#count(parent === undefined && url.startsWith(this.#entryUrl));
  }

  /** Records that `specifier` in `parent` did not resolve. */
  missed(specifier: string, parent: string | undefined): void {
    send({ kind: 'missed', specifier, parent, at: now() });
    this.#count(parent === undefined && this.#entries.includes(specifier));
  }

  #count(isEntry: boolean): void {
    if (isEntry) Atomics.store(this.#progress, ENTRY, 1);
    Atomics.add(this.#progress, RECORDS, 1);
  }

  #isNewEdge(parent: string | undefined, url: string): boolean {
    let urls = this.#edges.get(parent);
    if (!urls) this.#edges.set(parent, (urls = new Set()));
    if (urls.has(url)) return false;
    urls.add(url);
    return true;
  }
}
