// What the program is made of, run after run: takes the records of the lane, and knows which paths count, whether
// they are as the run took them, and why each is part of the program. Composes graph, baseline, links, candidates and
// what comes along with modules. Knows neither watches nor the life cycle.
import { join } from 'node:path';
import type { AutoreloadError } from '../../shared/errors.ts';
import { fromPath, isInPackage, pathOf, toModuleUrl, toPath } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';
import type { LaneRecord } from '../../protocol/records.cts';
import { Baseline } from '../contents/baseline.ts';
import type { Verdict } from '../contents/baseline.ts';
import { candidates, literalPaths, packageName } from '../graph/resolve-candidates.ts';
import type { Disk } from '../graph/resolve-candidates.ts';
import { Companions } from '../graph/companions.ts';
import { dependencies } from '../graph/graph-export.ts';
import type { Dependency } from '../graph/graph-export.ts';
import { exists, statOf, textOf } from '../util/safe-fs.ts';
import { ModuleGraph } from '../graph/module-graph.ts';
import type { Edge } from '../graph/module-graph.ts';
import { linksOf } from '../graph/symlinks.ts';
import { HOOKS_IN_THREAD, Unresolved } from '../graph/unresolved.ts';
import { realFile } from '../graph/archive-path.ts';
import { isSource, ScanCache } from '../graph/source-scan.ts';
import type { Scan } from '../graph/source-scan.ts';
import type { Change } from '../lifecycle/state.ts';
import { TrackedFiles } from '../tracked/tracked-files.ts';
import type { Found, Origin } from '../tracked/tracked-files.ts';

const DISK: Disk = { exists, readPackage };

export interface ProgramFilesOptions {
  readonly cwd: string;
  /** Absolute path of the entry, as the user gave it. */
  readonly entry: string;
  /** What never counts. */
  readonly isIgnored: (path: string) => boolean;
  /** A path counts from now on. */
  readonly onPath: (path: string) => void;
  /** Files that Node reads because of its options. */
  readonly settings: readonly string[];
  readonly onProblem: (error: AutoreloadError) => void;
}

export class ProgramFiles {
  readonly #options: ProgramFilesOptions;
  readonly #baseline = new Baseline();
  #graph = new ModuleGraph();
  /** The graph of the last run that came up, for paths that the current one did not get to. */
  #lastGraph = new ModuleGraph();
  readonly #misses = new Unresolved();
  readonly #scans = new ScanCache();
  readonly #companions: Companions;
  readonly #tracked = new TrackedFiles();
  #hasLoaded = false;

  constructor(options: ProgramFilesOptions) {
    this.#options = options;
    const { cwd, settings, onProblem } = options;
    const onFound = (path: string, edge: Omit<Edge, 'to'>): void => this.#companion(path, edge);
    const onScanned = (url: ModuleUrl, found: Scan): void => this.#scanned(url, found);
    this.#companions = new Companions({ cwd, settings, onProblem, onFound, onScanned, scans: this.#scans });
  }

  /** A new run begins, at a wall-clock time in ms. */
  begin(at: number): void {
    this.#graph = new ModuleGraph();
    this.#hasLoaded = false;
    this.#misses.clear();
    this.#baseline.begin(at);
    this.#tracked.begin(at);
    this.#companions.begin();
  }

  /** Takes a record of what the run resolved or did not. */
  record(record: LaneRecord & { kind: 'resolved' | 'missed' }): void {
    const parent = this.#parent(record.parent);
    if (record.kind === 'resolved') this.#resolved(record, parent);
    else this.#missed(record, parent);
  }

  /** The run has loaded all that it loads at start. */
  cameUp(): void {
    this.#lastGraph = this.#graph;
    this.#baseline.forgetPrevious();
    this.#scans.retain((path) => this.#baseline.has(path));
  }

  /** The run broke. What it would have loaded next, and what earlier runs loaded, counts too. */
  broke(): void {
    while (this.#companions.scanNext());
    this.#baseline.keepPrevious();
    const reached = [...this.#baseline.paths()].filter((path) => !isInPackage(path));
    for (const path of reached) {
      for (const { specifier, kind } of this.#scans.of(path).imports) {
        const next = kind === 'static' ? literalPaths(specifier, path)?.[0] : undefined;
        if (next === undefined || this.#baseline.has(next) || this.#options.isIgnored(next)) continue;
        this.#baseline.expected(next);
        this.#graph.add({ from: fromPath(path), to: fromPath(next), reason: 'import', specifier });
        this.#options.onPath(next);
        reached.push(next);
      }
    }
  }

  /** Every path that counts because of what the program has loaded. */
  paths(): Set<string> {
    return new Set(this.#baseline.paths());
  }

  /** See {@link TrackedFiles.add}. Returns whether the run may not have seen the file as it is. */
  track(path: string, origin: Origin, found: Found): boolean {
    this.#tracked.add(path, origin, found);
    return this.#tracked.isTouched(path);
  }

  /** A file that was tracked counts no longer for that. */
  untrack(path: string): void {
    this.#tracked.delete(path);
  }

  /** See {@link Companions.settings}. */
  get settings(): string[] {
    return this.#companions.settings;
  }

  /** How many files count: those that the run has loaded, and those that are tracked. */
  get files(): number {
    const { tracked } = this;
    let loadedToo = 0;
    for (const path of tracked) if (this.#baseline.loadedSize(path) !== undefined) loadedToo++;
    return this.#baseline.files + tracked.length - loadedToo;
  }

  /** Whether the run has loaded anything. */
  get hasLoaded(): boolean {
    return this.#hasLoaded;
  }

  /** Absolute paths of the files that are tracked and there. */
  get tracked(): string[] {
    return this.#tracked.paths();
  }

  /** Absolute paths of the files that the run has loaded, in order. */
  modules(): string[] {
    return this.#baseline.modules();
  }

  /** What the run looked for in vain before it ended; see {@link Unresolved.name}. */
  get missing(): string | undefined {
    return this.#misses.name;
  }

  /** See {@link Baseline.examine}. Of what the run has loaded itself, that is what counts. */
  examine(path: string): Verdict {
    if (!this.#baseline.has(path)) return this.#tracked.examine(path);
    this.#tracked.touch(path);
    return this.#baseline.examine(path);
  }

  /** See {@link Baseline.verify}. */
  verify(path: string): Verdict {
    if (!this.#baseline.has(path)) return this.#tracked.examine(path);
    this.#tracked.touch(path);
    return this.#baseline.verify(path);
  }

  /**
   * Does what can wait until the run has come up: hashes what was loaded, and finds what comes along with it.
   *
   * @param isOver whether to stop here and go on in the next call
   * @returns whether there is more
   */
  digest(isOver: () => boolean): boolean {
    while (!isOver())
      if (!this.#companions.scanNext()) return this.#baseline.digest(isOver) || this.#tracked.digest(isOver);
    return true;
  }

  /** Takes note of a change, `age` ms after the run began or came up. Returns the files that the program has written itself. */
  changed(files: Change['files'], age: number): string[] {
    // A program may well write source code into a folder that is tracked; what it has loaded somebody has edited.
    const isCode = (path: string): boolean =>
      isSource(path) && !(this.#tracked.has(path) && this.#baseline.loadedSize(path) === undefined);
    const written = this.#companions.written(files.some(({ path }) => isCode(path)) ? [] : files, age);
    this.accept(written);
    return written;
  }

  /** See {@link Baseline.accept}. */
  accept(paths: readonly string[]): void {
    for (const path of paths) {
      if (this.#baseline.has(path)) this.#baseline.accept(path);
      this.#tracked.accept(path);
    }
  }

  /** See {@link Baseline.loadedSize}. */
  loadedSize(path: string): number | undefined {
    return this.#baseline.loadedSize(path);
  }

  /** How many bytes a file that is tracked had. */
  trackedSize(path: string): number | undefined {
    return this.#tracked.sizeOf(path);
  }

  /** Who wants a file to count that the program has not loaded. */
  originOf(path: string): Origin | undefined {
    return this.#baseline.loadedSize(path) === undefined ? this.#tracked.originOf(path) : undefined;
  }

  /** The shortest chain of imports from the entry to a path, both included. */
  chain(path: string): string[] {
    const url = fromPath(path);
    const chain = this.#graph.chain(url);
    return (chain.length > 1 ? chain : this.#lastGraph.chain(url)).map(toPath);
  }

  /** Whether the program has loaded the path as a module, or tried to. Settings files and assets are no modules. */
  isImported(path: string): boolean {
    const url = fromPath(path);
    const isInGraph = [this.#graph, this.#lastGraph].some(
      (graph) => graph.has(url, 'import') || graph.has(url, 'miss'),
    );
    // A module that was named as an asset first: the file of a worker.
    return isInGraph || this.#baseline.loadedSize(path) !== undefined;
  }

  /** See {@link dependencies}. What is tracked comes last, and from no module. */
  *dependencies(): Generator<Dependency> {
    yield* dependencies(this.#graph, this.#scans);
    for (const [path, { text }] of this.#tracked.origins())
      yield { from: undefined, to: fromPath(path), reason: 'tracked', specifier: text, line: undefined };
  }

  /** The lines of the imports along a chain: one less than it has files; undefined where that is not known. */
  lines(chain: readonly string[]): (number | undefined)[] {
    const urls = chain.map(fromPath);
    return urls.slice(1).map((to, index) => {
      const from = urls[index];
      if (from === undefined) return undefined;
      return this.#scans.lineOf(from, this.#graph.specifier(from, to) ?? this.#lastGraph.specifier(from, to));
    });
  }

  #resolved(record: LaneRecord & { kind: 'resolved' }, parent: ModuleUrl | undefined): void {
    const url = toModuleUrl(record.url);
    const path = url && pathOf(url);
    if (!url || path === undefined) return;
    this.#misses.onResolved(record);
    this.#hasLoaded = true;
    const file = realFile(path);
    if (file !== path) {
      // The program's stamp is not that of the archive.
      this.#companion(file, { from: parent, reason: 'import', specifier: record.specifier });
      return;
    }
    const { specifier } = record;
    const isNew = !this.#graph.has(url, 'import');
    // Of packages nobody asks for the line, and they are many.
    const said = parent && isInPackage(parent) ? undefined : specifier;
    this.#graph.add({ from: parent, to: url, reason: 'import', specifier: said });
    const counts = !this.#options.isIgnored(path);
    if (counts && record.again) this.#baseline.loadedAgain(path);
    else if (counts) this.#baseline.loaded(path, record.stamp);
    // What is watched already needs no look: a save since would have told.
    if (counts && !record.again) this.#options.onPath(path);
    if (isNew) this.#companions.loaded(url, path);
    // Node resolves the entry from its real path already.
    for (const link of linksOf(parent ? specifier : this.#options.entry, this.#from(parent), path)) {
      this.#graph.add({ from: parent, to: fromPath(link.path), reason: 'import', specifier });
      if (this.#options.isIgnored(link.path)) continue;
      this.#baseline.followed(link.path, link.target);
      this.#options.onPath(link.path);
    }
  }

  #missed(record: LaneRecord & { kind: 'missed' }, parent: ModuleUrl | undefined): void {
    const from = this.#from(parent);
    const literal = literalPaths(record.specifier, from)?.[0];
    const installed = join(this.#options.cwd, 'node_modules', packageName(record.specifier));
    const name = literal ?? (record.specifier.startsWith('#') ? record.specifier : installed);
    this.#misses.add(record, name, isInPackage(from));
    for (const path of candidates(record.specifier, from, DISK)) {
      if (this.#options.isIgnored(path)) continue;
      this.#graph.add({ from: parent, to: fromPath(path), reason: 'miss', specifier: record.specifier });
      this.#baseline.missed(path, record.at);
      this.#options.onPath(path);
    }
    // One that cannot be read makes everything below it a miss.
    this.#companions.scope(literal ?? from, parent);
  }

  /** Before `registerHooks`, no hook sees what an ES module imports that was itself required. */
  #scanned(url: ModuleUrl, { imports }: Scan): void {
    if (HOOKS_IN_THREAD || this.#graph.hasImports(url)) return;
    for (const { specifier, kind } of imports) {
      const path = kind === 'static' ? literalPaths(specifier, toPath(url))?.[0] : undefined;
      if (path === undefined || !statOf(path)?.isFile()) continue;
      this.#companion(path, { from: url, reason: 'import', specifier });
      this.#companions.loaded(fromPath(path), path);
    }
  }

  #companion(path: string, edge: Omit<Edge, 'to'>): void {
    this.#graph.add({ ...edge, to: fromPath(path) });
    if (this.#baseline.has(path) || this.#options.isIgnored(path)) return;
    this.#baseline.used(path);
    this.#options.onPath(path);
  }

  /** Node gives the working directory as parent of the entry and of preloads. */
  #parent(url: string | undefined): ModuleUrl | undefined {
    const parent = url === undefined || url.endsWith('/') ? undefined : toModuleUrl(url);
    const path = parent && pathOf(parent);
    const file = path === undefined ? undefined : realFile(path);
    return file === undefined || file === path ? parent : fromPath(file);
  }

  #from(parent: ModuleUrl | undefined): string {
    return (parent && pathOf(parent)) ?? join(this.#options.cwd, 'noop.js');
  }
}

function readPackage(path: string): object {
  try {
    const content: unknown = JSON.parse(textOf(path) ?? '');
    return typeof content === 'object' && content !== null ? content : {};
  } catch {
    return {};
  }
}

/** A file, and the line on which it imports the next or who wants it to count, where that is known. */
export type Place = readonly [path: string, what: number | Origin | undefined];
