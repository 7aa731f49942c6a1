// Records which modules this thread resolves and loads, each fact once. Knows neither the hooks that call it nor what the
// records are for. Imports all that it needs up front: a `require` inside a hook would call the hook.
import { fileURLToPath } from 'node:url';
import { HOOK_FRAMES } from '../../node-internals/process.cts';
import { AHEAD } from '../../protocol/control.cts';
import type { Stamp } from '../../protocol/records.cts';
import { stampFile } from '../../shared/file-stamp.cts';
import { OWN_URL } from '../../shared/paths.cts';
import { complete, flush, send, sendSoon } from '../channel/record-writer.cts';
import type { ImportRecord } from '../channel/record-writer.cts';
import { previousIndex } from './previous-run.cts';

/** What a recorder knows of its thread. Can be cloned into another thread. */
export interface ModuleRecorderOptions {
  /** Shared by all threads of this process: the number of records so far; and 1 as soon as the run has begun, if it is the child. */
  readonly count: Int32Array;
  /** URL of the module that started this process or thread, if it is a descendant of the child. */
  readonly starter?: string | undefined;
}

/** Data for off-thread hooks from the thread that registers them. */
export interface HooksThreadData extends ModuleRecorderOptions {
  /** Descriptor of the lane. */
  readonly lane: number;
  /** Whether no hook of the app is between ours and Node's own, and Node does not verify what it reads. */
  readonly isInnermost: boolean;
  /** Whether this process links modules before its turn. */
  readonly isLinked: boolean;
}

/** Begins the URL of the module that imports what a standby links before its turn. */
export const WRAPPER = 'data:text/javascript;autoreload,';

let builtinListener: ((name: string) => void) | undefined;

/** Calls a function for each built-in module that is used, before it is recorded. */
export function onBuiltin(listener: ((name: string) => void) | undefined): void {
  builtinListener = listener;
}

/** The app may replace it, as a fake clock does. */
const { now } = Date;

const isPosix = process.platform !== 'win32';

/** Sends records of modules to the supervisor. Its methods never throw. */
export class ModuleRecorder {
  readonly #options: ModuleRecorderOptions;
  readonly #resolved = new Set<string>();
  readonly #loaded = new Set<string>();
  readonly #edges = new Map<string | undefined, Set<string>>();
  /** The last record of a module that is not loaded yet. */
  #unloaded: ImportRecord | undefined;
  #unloadedUrl = '';

  constructor(options: ModuleRecorderOptions) {
    this.#options = options;
  }

  /**
   * Records that `specifier` in `parent` resolved to `url`.
   *
   * @param importer URL of the importing module; undefined or the URL of a folder for the entry and for preloads
   * @param isImport whether ES modules are being linked: no code runs before all their imports are resolved
   * @param isLoadReported whether {@link loaded} is called when the module is loaded
   * @param format of the module, if it is known before
   */
  resolved(
    specifier: string,
    importer: string | undefined,
    url: string,
    isImport = false,
    isLoadReported = false,
    format?: string,
  ): void {
    const parent = this.#parent(importer);
    // Our hooks may be called twice: behind those of a transpiler, which knows the format, and in front of them.
    if (!isForeignFile(url) || !this.#isNewEdge(parent, url)) return this.format(url, format);
    const index = previousIndex(parent, url);
    const onlyResolved = (isLoadReported && !this.#loaded.has(url)) || undefined;
    try {
      const record: ImportRecord =
        index === undefined
          ? { kind: 'resolved', specifier, parent, url, stamp: this.#stamp(url), onlyResolved, format }
          : { kind: 'again', index, onlyResolved, format };
      // A file that is about to be loaded is sent by its load hook.
      if (isImport || isLoadReported || index !== undefined) sendSoon(record);
      else send(record);
      if (onlyResolved) {
        this.#unloaded = record;
        this.#unloadedUrl = url;
      }
    } catch {
      // A URL that is no path (a host, an encoded slash) cannot be watched; Node reports the error.
    }
    this.#resolved.add(url);
    if (format !== undefined) this.#loaded.add(url);
    Atomics.add(this.#options.count, 0, 1);
  }

  /**
   * Records that a module is about to be loaded, with what was recorded about it if that has not been sent.
   *
   * @param isImport see {@link resolved}
   */
  loaded(url: string, format: string | undefined, isImport: boolean): void {
    if (this.#loaded.has(url) || !isForeignFile(url)) return;
    if (!this.#resolved.has(url)) this.resolved(url, url, url, isImport, true);
    this.#loaded.add(url);
    const record = this.#unloaded;
    if (record && this.#unloadedUrl === url && complete(record, format)) {
      // What is known from the previous run can wait.
      if (!isImport && record.kind === 'resolved') flush();
    } else if (isImport) sendSoon({ kind: 'loaded', url, format });
    else send({ kind: 'loaded', url, format });
  }

  /** Records the format of a module, unless it is recorded. */
  format(url: string, format: string | undefined): void {
    if (format === undefined || this.#loaded.has(url) || !isForeignFile(url)) return;
    this.#loaded.add(url);
    send({ kind: 'loaded', url, format });
  }

  /**
   * Runs `resolve` and records a miss if it throws. Uses `finally`: an error that is caught and thrown again is printed with our
   * line.
   */
  observe<T>(specifier: string, importer: string | undefined, resolve: () => T): T {
    let isResolved = false;
    try {
      const result = withHookFrames(resolve);
      isResolved = true;
      return result;
    } finally {
      if (!isResolved) this.missed(specifier, importer);
    }
  }

  /** Records that a built-in module is used, given its name with or without `node:`. */
  builtin(url: string, imported: boolean): void {
    const name = url.replace(/^node:/, '');
    builtinListener?.(name);
    const key = `${imported} ${name}`;
    if (this.#resolved.has(key)) return;
    this.#resolved.add(key);
    sendSoon({ kind: 'builtin', name, imported });
  }

  /** Records a module that may have been loaded without being resolved. Its importer may be unknown. */
  found(url: string, importer: string = url): void {
    if (!this.#resolved.has(url)) this.resolved(url, importer, url);
  }

  /** Records that `specifier` in `parent` did not resolve. */
  missed(specifier: string, importer: string | undefined): void {
    const parent = this.#parent(importer);
    if (parent === AHEAD) return;
    send({ kind: 'missed', specifier, parent, at: now() });
    Atomics.add(this.#options.count, 0, 1);
  }

  #parent(importer: string | undefined): string | undefined {
    if (importer?.startsWith(WRAPPER)) return AHEAD;
    return importer === undefined || importer.endsWith('/') ? (this.#options.starter ?? importer) : importer;
  }

  /** The stamp of a file that is not recorded yet. */
  #stamp(url: string): Stamp | undefined {
    return this.#resolved.has(url) ? undefined : stampFile(pathOf(url), now());
  }

  #isNewEdge(parent: string | undefined, url: string): boolean {
    let urls = this.#edges.get(parent);
    if (!urls) this.#edges.set(parent, (urls = new Set()));
    if (urls.has(url)) return false;
    urls.add(url);
    return true;
  }
}

/** Whether a URL is that of a file that is not ours. */
function isForeignFile(url: string): boolean {
  return url.startsWith('file:') && !url.startsWith(OWN_URL);
}

/** Runs `step` with room for the frames of a hook on the stack of an error, so that all frames of the app stay. */
export function withHookFrames<T>(step: () => T): T {
  const limit: unknown = Error.stackTraceLimit;
  // The app may have frozen `Error`.
  const isWritable = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.writable === true;
  if (!isWritable || typeof limit !== 'number' || limit <= 0) return step();
  Error.stackTraceLimit = limit + HOOK_FRAMES;
  try {
    return step();
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** Like `fileURLToPath`, which takes 2 ms for 1,000 modules, where the URL needs no decoding. */
function pathOf(url: string): string {
  const isPlain = isPosix && url.startsWith('file:///') && !/[%?#\\\s]/.test(url);
  return isPlain ? url.slice('file://'.length) : fileURLToPath(url);
}
