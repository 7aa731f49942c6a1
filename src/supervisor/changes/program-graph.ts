// Explains why each file is part of the program: its import chain, or the path or glob that tracks it. Does not decide
// whether a file has changed.
import type { ChangedFile } from '../../protocol/app-bridge.cts';
import type { Stamp } from '../../protocol/records.cts';
import { fromPath, isInPackage, pathOf, toPath } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';
import { stampFile } from '../../shared/file-stamp.cts';
import { realPath } from '../../shared/paths.cts';
import { sameStat } from '../contents/content-cache.ts';
import { firstPackages } from '../graph/evaluation-order.ts';
import { ModuleGraph } from '../graph/module-graph.ts';
import type { Edge } from '../graph/module-graph.ts';
import { isTypeScript, ScanCache } from '../graph/source-scan.ts';
import type { Origin } from '../tracked/tracked-files.ts';
import { exists, statOf } from '../util/safe-fs.ts';
import type { ProgramFiles } from './program-files.ts';

/**
 * An edge of the graph with its line and the format of the module that it leads to (`module`, `commonjs`, `json` ..., as far
 * as Node reports it), or a dynamic import with a literal specifier that the run has not reached.
 */
export type Dependency =
  | (Edge & { readonly line: number | undefined; readonly format: string | undefined })
  | {
      readonly from: ModuleUrl;
      readonly reason: 'untaken';
      readonly specifier: string;
      readonly line: number;
    };

/**
 * A file of an import chain. `detail`: the line that imports the next file, the origin of a tracked file, or `resolved` for a
 * module that is not loaded.
 */
export type ChainLink = readonly [path: string, detail: number | Origin | 'resolved' | undefined];

/** Number of the modules saved last that are likely to be saved next, though nobody has saved them in this session. */
const LIKELY = 5;

export class ProgramGraph {
  readonly scans: ScanCache = new ScanCache();
  readonly files: ProgramFiles;
  /** The graph of the current run. */
  current: ModuleGraph = new ModuleGraph();
  /** The graph of the last run that was ready, for files that the current run has not reached. */
  #lastReady = new ModuleGraph();

  constructor(files: ProgramFiles) {
    this.files = files;
  }

  /** The run is ready. */
  onReady(): void {
    this.#lastReady = this.current;
  }

  /** The shortest import chain from the entry to a file, both included. */
  chain(path: string): string[] {
    const url = fromPath(path);
    const chain = this.current.chain(url);
    return (chain.length > 1 ? chain : this.#lastReady.chain(url)).map(toPath);
  }

  /** Like {@link chain}, with the line of each import; for a file that nothing imports, why it is tracked. */
  explain(path: string): ChainLink[] {
    const chain = this.chain(path);
    const { baseline, tracked } = this.files;
    const origin = baseline.isLoaded(path) ? undefined : tracked.files.get(path)?.origin;
    if (chain.length <= 1 && origin) return [[path, origin]];
    const last = this.#isOnlyResolved(path) ? 'resolved' : undefined;
    return chain.map((file, index) => {
      const next = chain[index + 1];
      if (next === undefined) return [file, last];
      const edge = [fromPath(file), fromPath(next)] as const;
      const specifier = this.current.specifier(...edge) ?? this.#lastReady.specifier(...edge);
      return [file, this.scans.lineOf(edge[0], specifier)];
    });
  }

  /** Whether the change of a file may lead an import to another file. A new content of a module or an asset does not. */
  mayRedirect({ path, how }: ChangedFile): boolean {
    const { baseline, tracked } = this.files;
    if (how !== 'changed') return true;
    const isContent = baseline.isLoaded(path) || this.current.has(fromPath(path), 'asset');
    return !isContent && (baseline.has(path) || !tracked.files.has(path));
  }

  /**
   * The modules that a standby can link: those that depend on no file that has been edited, or is likely to be edited next. None if the
   * entry is no ES module.
   *
   * @param entry absolute path of the entry
   * @param edited absolute paths
   */
  linkable(entry: string, edited: Iterable<string>): ModuleUrl[] {
    const main = fromPath(realPath(entry));
    if (!this.current.isEsModule(main)) return [];
    const { baseline } = this.files;
    const next = [...edited, ...this.#newest()];
    // Node itself reads all static imports before the program begins. The program may write a module that it imports later.
    const atStart = this.current.staticImports(main, (from) =>
      isInPackage(from) ? undefined : new Set(this.#staticSpecifiers(from)),
    );
    // `import.meta.main` is true only in a module that Node loads as the entry. A module that is not watched may differ without an event.
    const isThere = (path: string): boolean => baseline.isLoaded(path) && exists(path);
    return this.current
      .independent(next.map(fromPath))
      .filter((url) => url !== main && atStart.has(url) && isThere(toPath(url)));
  }

  /**
   * The packages that the program evaluates before the first module of the user; none if the entry is no ES module. And a function
   * that reads the sources later, and tells whether these packages still come first.
   *
   * @param entry absolute path of the entry
   */
  firstPackages(entry: string): readonly [ModuleUrl[], (packages: readonly string[]) => boolean] {
    const graph = this.current;
    const main = fromPath(realPath(entry));
    if (!graph.isEsModule(main)) return [[], () => true];
    const compiled = new Map<string, Stamp | undefined>();
    const known = {
      importsOf: (url: ModuleUrl) => {
        const path = toPath(url);
        if (isTypeScript(path) && !compiled.has(path)) compiled.set(path, stampFile(path));
        return this.#staticSpecifiers(url);
      },
      targetOf: graph.targets(),
      formatOf: (url: ModuleUrl) => graph.format(url),
    };
    const areFirst = (packages: readonly string[]): boolean => {
      // A compiler removes imports that are used only as types.
      const isUnchanged = [...compiled].every(([path, stamp]) => sameStat(stamp, stampFile(path)));
      const now = isUnchanged ? firstPackages(main, known) : [];
      return packages.every((url, index) => now[index] === url);
    };
    return [firstPackages(main, known), areFirst];
  }

  /** The modules outside packages that were saved last. */
  #newest(): string[] {
    const paths = this.files.baseline.modules().filter((path) => !isInPackage(path));
    const times = paths.map((path) => ({ path, at: statOf(path)?.mtimeMs ?? 0 }));
    const newest = times.toSorted((a, b) => b.at - a.at).slice(0, LIKELY);
    return newest.map(({ path }) => path);
  }

  /** What a module outside packages imports statically, in the order of its source. */
  #staticSpecifiers(from: ModuleUrl): string[] {
    return this.scans.of(toPath(from)).flatMap(({ kind, specifier }) => (kind === 'static' ? specifier : []));
  }

  /** Whether the program has loaded a path as a module, or tried to. Setting files and assets are no modules. */
  isImported(path: string): boolean {
    const url = fromPath(path);
    const isInGraph = [this.current, this.#lastReady].some(
      (graph) => graph.has(url, 'import') || graph.has(url, 'miss'),
    );
    // The file of a worker is often named as an asset first, so that it has no import edge from the same module.
    return (isInGraph || this.files.baseline.isLoaded(path)) && !this.#isOnlyResolved(path);
  }

  /** Lists the dependencies of the current run. Tracked files come last. Reads source text only here. */
  dependencies(): Dependency[] {
    const found: Dependency[] = [];
    /** For each module, the specifiers that the run has resolved. */
    const resolved = new Map<ModuleUrl, Set<string | undefined>>();
    for (const edge of this.current.edges()) {
      const { from, to, reason, specifier } = edge;
      found.push({ ...edge, line: this.scans.lineOf(from, specifier) });
      if (from !== undefined) resolved.set(from, (resolved.get(from) ?? new Set()).add(specifier));
      if (reason === 'import' && !resolved.has(to)) resolved.set(to, new Set());
    }
    for (const [from, specifiers] of resolved) {
      const path = pathOf(from);
      if (path === undefined || isInPackage(path)) continue;
      for (const { specifier, line, kind } of this.scans.of(path))
        if (kind === 'dynamic' && !specifiers.has(specifier))
          found.push({ from, reason: 'untaken', specifier, line });
    }
    const none = { from: undefined, line: undefined, format: undefined };
    for (const [path, { origin }] of this.files.tracked.files)
      found.push({ ...none, to: fromPath(path), reason: 'tracked', specifier: origin.text });
    return found;
  }

  /** Whether modules have asked for the path of a module, and none has loaded it. */
  #isOnlyResolved(path: string): boolean {
    const url = fromPath(path);
    return (this.current.chain(url).length > 1 ? this.current : this.#lastReady).has(url, 'resolved');
  }
}
