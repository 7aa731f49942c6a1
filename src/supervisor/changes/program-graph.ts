// Explains why each file is part of the program: its import chain, or the path or glob that tracks it. Does not decide
// whether a file has changed.
import { fromPath, toPath } from '../../shared/module-url.ts';
import type { Baseline } from '../contents/baseline.ts';
import { dependencies } from '../graph/graph-export.ts';
import type { Dependency } from '../graph/graph-export.ts';
import { ModuleGraph } from '../graph/module-graph.ts';
import { ScanCache } from '../graph/source-scan.ts';
import type { Origin, TrackedFiles } from '../tracked/tracked-files.ts';

/**
 * A file of an import chain. `detail`: the line that imports the next file, the origin of a tracked file, or `resolved` for a
 * module that is not loaded.
 */
export type ChainLink = readonly [path: string, detail: number | Origin | 'resolved' | undefined];

export class ProgramGraph {
  readonly scans: ScanCache = new ScanCache();
  readonly #baseline: Baseline;
  readonly #tracked: TrackedFiles;
  /** The graph of the current run. */
  current: ModuleGraph = new ModuleGraph();
  /** The graph of the last run that was ready, for files that the current run has not reached. */
  #lastReady = new ModuleGraph();

  constructor(baseline: Baseline, tracked: TrackedFiles) {
    this.#baseline = baseline;
    this.#tracked = tracked;
  }

  /** A run begins. */
  begin(): void {
    this.current = new ModuleGraph();
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
    const origin = this.#baseline.isLoaded(path) ? undefined : this.#tracked.files.get(path)?.origin;
    if (chain.length <= 1 && origin) return [[path, origin]];
    const last = this.#isOnlyResolved(path) ? 'resolved' : undefined;
    return chain.map((file, index) => {
      const next = chain[index + 1];
      return [file, next === undefined ? last : this.#lineOf(file, next)];
    });
  }

  /** Whether the program has loaded a path as a module, or tried to. Setting files and assets are no modules. */
  isImported(path: string): boolean {
    const url = fromPath(path);
    const isInGraph = [this.current, this.#lastReady].some(
      (graph) => graph.has(url, 'import') || graph.has(url, 'miss'),
    );
    // The file of a worker is often named as an asset first, so that it has no import edge from the same module.
    return (isInGraph || this.#baseline.isLoaded(path)) && !this.#isOnlyResolved(path);
  }

  /** Lists the dependencies of the current run. Tracked files come last. */
  dependencies(): Dependency[] {
    const all = [...dependencies(this.current, this.scans)];
    const none = { from: undefined, line: undefined, format: undefined };
    for (const [path, { origin }] of this.#tracked.files)
      all.push({ ...none, to: fromPath(path), reason: 'tracked', specifier: origin.text });
    return all;
  }

  /** Whether modules have asked for the path of a module, and none has loaded it. */
  #isOnlyResolved(path: string): boolean {
    const url = fromPath(path);
    return (this.current.chain(url).length > 1 ? this.current : this.#lastReady).has(url, 'resolved');
  }

  #lineOf(importer: string, imported: string): number | undefined {
    const from = fromPath(importer);
    const to = fromPath(imported);
    const specifier = this.current.specifier(from, to) ?? this.#lastReady.specifier(from, to);
    return this.scans.lineOf(from, specifier);
  }
}
