// Finds the files that the modules of a run name in their sources: assets, and modules that the run loads without a report of the
// hooks. Does not know what counts because of them.
import module from 'node:module';
import { resolve } from 'node:path';
import { isInPackage, toPath } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';
import { realPath } from '../../shared/paths.cts';
import { isNeverEdited } from '../contents/self-written.ts';
import type { Edge } from '../graph/module-graph.ts';
import { ownPaths } from '../graph/resolve-candidates.ts';
import { assetPath, requires } from '../graph/source-scan.ts';
import { statOf, textOf } from '../util/safe-fs.ts';
import type { ProgramGraph } from './program-graph.ts';

/**
 * Whether module hooks run in the thread of the app (Node 22.15, 23.5 and later), in the supervisor as in the child, which
 * runs on the same Node. In-thread hooks see every import, in order. Off-thread hooks see concurrent imports interleaved,
 * and do not see the imports of an ES module that was loaded with `require`.
 */
export const HOOKS_IN_THREAD: boolean = 'registerHooks' in module;

/** The preload and the command of jiti. Its other modules may have been loaded only for a configuration file. */
const JITI = /[\\/]node_modules[\\/]jiti[\\/]lib[\\/]jiti-(register|cli)\.mjs$/;

export interface SourceScannerOptions {
  readonly cwd: string;
  /** Absolute path of the entry, as the user gave it. */
  readonly entry: string;
  /** Arguments of Node. */
  readonly args: readonly string[];
  readonly graph: ProgramGraph;
  readonly onAsset: (path: string, edge: Omit<Edge, 'to'>) => void;
  /** The run loads a module without a report. */
  readonly onModule: (path: string, edge: Omit<Edge, 'to'>) => void;
  /** Jiti runs the program, and reads modules itself. Called once. */
  readonly onJiti: () => void;
}

export class SourceScanner {
  readonly #options: SourceScannerOptions;
  /** Modules of this run outside packages that have not been scanned. */
  #pending: ModuleUrl[] = [];
  #isRunByJiti = false;
  #isJitiKnown = false;

  constructor(options: SourceScannerOptions) {
    this.#options = options;
  }

  /** A run begins. */
  begin(): void {
    this.#pending = [];
    this.#isRunByJiti = false;
  }

  /** The run has loaded a module. */
  add(url: ModuleUrl, path: string): void {
    if (!isInPackage(path)) this.#pending.push(url);
    else if (JITI.test(path)) this.#addJiti(path);
  }

  /** Whether no module is left to be scanned. */
  get isDone(): boolean {
    return this.#pending.length === 0;
  }

  /** Scans one more module. Returns false if none was left. */
  next(): boolean {
    const url = this.#pending.pop();
    if (url === undefined) return false;
    const { graph, onAsset } = this.#options;
    const path = toPath(url);
    const isUnseen = this.#isRunByJiti || (!HOOKS_IN_THREAD && !graph.current.hasImports(url));
    for (const { specifier, kind } of graph.scans.of(path)) {
      const asset = kind === 'asset' ? assetPath(specifier, url) : undefined;
      if (asset !== undefined && !isNeverEdited(asset))
        onAsset(asset, { from: url, reason: 'asset', specifier });
      if (kind === 'static' ? isUnseen : kind === 'dynamic' && this.#isRunByJiti)
        this.#addUnseen(specifier, path, url);
    }
    if (this.#isRunByJiti)
      for (const specifier of requires(textOf(path) ?? '')) this.#addUnseen(specifier, path, url);
    return true;
  }

  /** The run is ready. With jiti, only the sources tell which files count. */
  onReady(): void {
    while (this.#isRunByJiti && this.next());
  }

  #addJiti(path: string): void {
    const { cwd, entry, args, onJiti } = this.#options;
    if (!this.#isJitiKnown) onJiti();
    this.#isJitiKnown = true;
    this.#isRunByJiti = true;
    if (realPath(entry) !== path) return;
    // The argument behind its command.
    const script = args[args.findIndex((arg) => resolve(cwd, arg) === entry) + 1];
    if (script !== undefined) this.#addUnseen(resolve(cwd, script), entry, undefined);
  }

  #addUnseen(specifier: string, parent: string, from: ModuleUrl | undefined): void {
    const path = ownPaths(specifier, parent).find((candidate) => statOf(candidate)?.isFile());
    if (path !== undefined) this.#options.onModule(path, { from, reason: 'import', specifier });
  }
}
