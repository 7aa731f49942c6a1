// What this thread has told the supervisor about modules, so that each fact is told once. Knows neither hooks nor
// what the records are for. Everything it needs is imported up front: a `require` in a hook would call the hook.
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stampFile } from '../stamp.cts';
import { send } from './lane.cts';

/** Counts the records of all threads of this process, so that the main thread sees when loading has come to rest. */
export type Counter = Int32Array;

/** Where our own files are: no part of the program. */
const OWN = `${pathToFileURL(dirname(__dirname)).href}/`;

/** Tells the supervisor what is resolved and what is not. Its methods never throw. */
export class Recorder {
  readonly #counter: Counter;
  readonly #urls = new Set<string>();
  readonly #edges = new Map<string | undefined, Set<string>>();

  constructor(counter: Counter) {
    this.#counter = counter;
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
        stamp = stampFile(fileURLToPath(url), Date.now());
      }
      send({ kind: 'resolved', specifier, parent, url, stamp });
    } catch {
      // A URL that is no path (a host, an encoded slash) cannot be watched; Node says what is wrong with it.
    }
    Atomics.add(this.#counter, 0, 1);
  }

  /** Records that `specifier` in `parent` did not resolve. */
  missed(specifier: string, parent: string | undefined): void {
    send({ kind: 'missed', specifier, parent, at: Date.now() });
    Atomics.add(this.#counter, 0, 1);
  }

  #isNewEdge(parent: string | undefined, url: string): boolean {
    let urls = this.#edges.get(parent);
    if (!urls) this.#edges.set(parent, (urls = new Set()));
    if (urls.has(url)) return false;
    urls.add(url);
    return true;
  }
}
