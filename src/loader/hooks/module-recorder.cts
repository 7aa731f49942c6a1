// What this thread has told the supervisor about modules, so that each fact is told once. Knows neither hooks nor
// what the records are for. Everything it needs is imported up front: a `require` in a hook would call the hook.
import { OWN_URL, realPath } from '../../shared/paths.cts';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stampFile } from '../../shared/file-stamp.cts';
import { isFoundAgain } from './previous-run.cts';
import { send, sendSoon } from '../channel/record-writer.cts';

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

/** What a recorder has to know of its thread; it must be possible to send it to another. */
export interface ModuleRecorderOptions {
  readonly progress: Progress;
  /** `process.argv[1]` of the main thread; another thread may have another. */
  readonly entry: string;
  /** URL of the module that started this process or thread, when it is a descendant of the child. */
  readonly starter?: string | undefined;
}

/** The app may replace it, as a fake clock does. */
const { now } = Date;

/** Tells the supervisor what is resolved and what is not. Its methods never throw. */
export class ModuleRecorder {
  readonly #progress: Progress;
  /** How Node names an entry that is not there. */
  readonly #entries: readonly string[];
  /** What the URL of the entry begins with: it may be a folder, or lack an extension. */
  readonly #entryUrl: string;
  readonly #starter: string | undefined;
  readonly #urls = new Set<string>();
  readonly #edges = new Map<string | undefined, Set<string>>();

  constructor({ progress, entry, starter }: ModuleRecorderOptions) {
    this.#progress = progress;
    this.#starter = starter;
    this.#entries = [entry, pathToFileURL(entry).href];
    this.#entryUrl = pathToFileURL(realPath(entry)).href;
  }

  /**
   * Records that `specifier` in `parent` resolved to `url`.
   *
   * @param importer URL of the importing module; for the entry and for preloads undefined, or that of a folder
   * @param isLinked no code runs before all that is imported has been resolved
   */
  resolved(specifier: string, importer: string | undefined, url: string, isLinked = false): void {
    const parent = this.#parent(importer);
    if (!url.startsWith('file:') || url.startsWith(OWN_URL) || !this.#isNewEdge(parent, url)) return;
    if (isFoundAgain(parent, url)) {
      this.#urls.add(url);
      this.#count(false);
      return;
    }
    try {
      let stamp;
      if (!this.#urls.has(url)) {
        this.#urls.add(url);
        stamp = stampFile(fileURLToPath(url), now());
      }
      (isLinked ? sendSoon : send)({ kind: 'resolved', specifier, parent, url, stamp });
    } catch {
      // A URL that is no path (a host, an encoded slash) cannot be watched; Node says what is wrong with it.
    }
    this.#count(importer === undefined && url.startsWith(this.#entryUrl));
  }

  /** Records that a built-in module is used, with or without `node:`. */
  builtin(url: string, imported: boolean): void {
    const name = url.replace(/^node:/, '');
    const key = `${imported} ${name}`;
    if (this.#urls.has(key)) return;
    this.#urls.add(key);
    sendSoon({ kind: 'builtin', name, imported });
  }

  /** Records a module that is about to be loaded, unless it is known already; who imports it may not be known. */
  loaded(url: string, importer: string = url): void {
    if (!this.#urls.has(url)) this.resolved(url, importer, url);
  }

  /** Records that `specifier` in `parent` did not resolve. */
  missed(specifier: string, importer: string | undefined): void {
    send({ kind: 'missed', specifier, parent: this.#parent(importer), at: now() });
    this.#count(importer === undefined && this.#entries.includes(specifier));
  }

  #parent(importer: string | undefined): string | undefined {
    return importer === undefined || importer.endsWith('/') ? (this.#starter ?? importer) : importer;
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
