// Takes the records of the child about resolved, loaded and missed modules, and adds the files that count because of them to the
// graph and the baseline: modules, links, candidates of missing files, and companions (settings and assets). Knows neither
// watches nor the life cycle.
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { AutoreloadError } from '../../shared/errors.ts';
import { fromPath, isInPackage, pathOf, toModuleUrl } from '../../shared/module-url.ts';
import type { ModuleUrl } from '../../shared/module-url.ts';
import type { LaneRecord } from '../../protocol/records.cts';
import type { Baseline } from '../contents/baseline.ts';
import { realFile } from '../graph/archive-path.ts';
import { ModuleGraph } from '../graph/module-graph.ts';
import type { Edge } from '../graph/module-graph.ts';
import { literalPaths, missingFor, packageName } from '../graph/resolve-candidates.ts';
import { SettingFiles } from '../graph/setting-files.ts';
import { linksOf } from '../graph/symlinks.ts';
import { exists } from '../util/safe-fs.ts';
import type { ProgramGraph } from './program-graph.ts';
import { HOOKS_IN_THREAD, SourceScanner } from './source-scanner.ts';
import type { SourceScannerOptions } from './source-scanner.ts';
import { addNamed, addNext } from './unreached.ts';
import type { Crash, UnreachedOptions } from './unreached.ts';

export interface RecordIntakeOptions extends Pick<
  SourceScannerOptions,
  'cwd' | 'entry' | 'args' | 'graph' | 'onJiti'
> {
  readonly env: NodeJS.ProcessEnv;
  /** Files that Node reads because of its options. */
  readonly settings: readonly string[];
  /** Whether a path never counts. */
  readonly isIgnored: (path: string) => boolean;
  /** A path counts from now on. `isReal`: it leads through no link. */
  readonly onPath: (path: string, isReal?: boolean) => void;
  readonly onProblem: (error: AutoreloadError) => void;
}

/** An import that did not resolve. */
interface Miss {
  /** Path or specifier, as the user reads it. */
  readonly name: string;
  readonly specifier: string;
  readonly inPackage: boolean;
}

export class RecordIntake {
  readonly #options: RecordIntakeOptions;
  readonly #graph: ProgramGraph;
  readonly #baseline: Baseline;
  readonly settings: SettingFiles;
  readonly sources: SourceScanner;
  /** The folders in NODE_PATH. */
  readonly #nodePath: readonly string[];
  /** Imports that did not resolve, by {@link keyOf}. */
  readonly #misses = new Map<string, Miss>();
  /** Whether the run has loaded anything. */
  hasLoaded = false;

  constructor(options: RecordIntakeOptions) {
    const { cwd, env, graph, onProblem } = options;
    this.#options = options;
    const folders = (env['NODE_PATH'] ?? '').split(delimiter).filter(Boolean);
    this.#nodePath = folders.map((folder) => resolve(cwd, folder));
    this.#graph = graph;
    this.#baseline = graph.files.baseline;
    const onFound = (path: string, from: ModuleUrl | undefined): void =>
      this.#addCompanion(path, { from, reason: 'setting', specifier: undefined });
    this.settings = new SettingFiles({ cwd, onFound, onProblem });
    this.sources = new SourceScanner({
      ...options,
      onAsset: (path, edge) => this.#addCompanion(path, edge),
      onModule: (path, edge) => this.#addUnseen(path, edge),
    });
  }

  /** A run begins. */
  begin(): void {
    this.hasLoaded = false;
    this.#graph.current = new ModuleGraph();
    this.#misses.clear();
    this.sources.begin();
    this.settings.begin(this.#options.settings);
  }

  /** Takes one record. */
  take(record: LaneRecord & { kind: 'resolved' | 'loaded' | 'missed' }): void {
    if (record.kind === 'loaded') {
      const url = toModuleUrl(record.url);
      if (url) this.#graph.current.loaded(url, url === record.url ? record.format : undefined);
      return;
    }
    const parent = parentOf(record.parent);
    if (record.kind === 'resolved') this.#takeResolved(record, parent);
    else this.#takeMissed(record, parent);
  }

  /**
   * Path or specifier of the import because of which the run ended, as far as it is known and still missing: of those that did not
   * resolve the last one. With off-thread hooks, whose order is uncertain, the first one outside packages.
   */
  get missing(): string | undefined {
    const misses = [...this.#misses.values()].filter(({ name }) => !isAbsolute(name) || !exists(name));
    const first = HOOKS_IN_THREAD ? undefined : misses.find(({ inPackage }) => !inPackage);
    return (first ?? misses.at(-1))?.name;
  }

  /** After a crash: adds what the run has not reached. */
  addUnreached(crash: Crash): void {
    while (this.sources.next());
    for (const path of this.#graph.files.keepPrevious()) this.#options.onPath(path);
    const { at } = crash;
    const { entry } = this.#options;
    // Node fails before it calls any hook, and so may a loader. A command that is looked up in PATH is no module.
    if (!this.hasLoaded && isAbsolute(entry))
      this.#takeMissed({ kind: 'missed', specifier: entry, parent: undefined, at }, undefined);
    const add: UnreachedOptions['add'] = (...file) => this.#add(...file);
    const options = { ...this.#options, crash, add };
    addNext(options);
    const missing = addNamed(options);
    for (const [key, miss] of this.#misses)
      if (crash.error !== undefined && !isNamed(miss, crash.error)) this.#misses.delete(key);
    if (this.#misses.size === 0 && missing !== undefined)
      this.#misses.set(missing, { name: missing, specifier: missing, inPackage: false });
  }

  #takeResolved(record: LaneRecord & { kind: 'resolved' }, parent: ModuleUrl | undefined): void {
    const { specifier } = record;
    const url = toModuleUrl(record.url);
    const path = url && pathOf(url);
    if (!url || path === undefined) return;
    this.#misses.delete(keyOf(record));
    // Earlier misses did not crash the run. Packages often try optional dependencies.
    for (const [key, { inPackage }] of this.#misses)
      if (HOOKS_IN_THREAD || inPackage) this.#misses.delete(key);
    this.hasLoaded = true;
    const edge = { from: parent, reason: 'import', specifier } as const;
    const file = realFile(path);
    if (file !== path) {
      // The stamp of the record is not the stamp of the archive.
      this.#addCompanion(file, edge);
      return;
    }
    const { current } = this.#graph;
    const isNew = !current.has(url, 'import') && !current.has(url, 'resolved');
    // Packages have many edges, and lines are never shown for them: no specifier saves memory.
    const kept = parent && isInPackage(parent) ? undefined : specifier;
    const reason = record.onlyResolved ? 'resolved' : 'import';
    current.add({ from: parent, to: url, reason, specifier: kept });
    // Another URL is another module.
    if (!record.onlyResolved) current.loaded(url, url === record.url ? record.format : undefined);
    if (!this.#options.isIgnored(path)) {
      if (record.again) {
        // The path is watched already: a save since then has caused an event.
        this.#baseline.loadedAgain(path);
      } else {
        this.#baseline.loaded(path, record.stamp);
        // Packages have many modules, whose real paths are known.
        this.#options.onPath(path, isInPackage(path));
      }
    }
    if (isNew) this.#addModule(url, path);
    // The record of the entry names its real path: only the user has named the links. So does that of a preload, whose links are not found.
    for (const link of linksOf(parent ? specifier : this.#options.entry, this.#importer(parent), path))
      this.#add(link.path, edge, () => this.#baseline.followed(link.path, link.target));
  }

  #takeMissed(record: LaneRecord & { kind: 'missed' }, parent: ModuleUrl | undefined): void {
    const { specifier, at } = record;
    const importer = this.#importer(parent);
    const { name, paths } = missingFor(specifier, importer, this.#nodePath);
    this.#misses.set(keyOf(record), { name, specifier, inPackage: isInPackage(importer) });
    const edge = { from: parent, reason: 'miss', specifier } as const;
    for (const path of paths)
      if (!this.#options.isIgnored(path)) this.#add(path, edge, () => this.#baseline.missed(path, at));
    // An invalid package.json makes every import below it a miss.
    this.settings.addScope(literalPaths(specifier, importer)?.[0] ?? importer, parent);
  }

  #addModule(url: ModuleUrl, path: string): void {
    this.sources.add(url, path);
    this.settings.addModule(url, path);
  }

  /** Adds a module that the run loads without a report. */
  #addUnseen(path: string, edge: Omit<Edge, 'to'>): void {
    const isKnown = this.#baseline.has(path);
    this.#addCompanion(path, edge, 'module');
    if (!isKnown) this.#addModule(fromPath(path), path);
  }

  #addCompanion(path: string, edge: Omit<Edge, 'to'>, kind?: 'module'): void {
    if (this.#baseline.has(path)) this.#graph.current.add({ ...edge, to: fromPath(path) });
    else this.#add(path, edge, () => this.#baseline.used(path, kind));
  }

  /** Adds an edge, and unless the path is ignored, a snapshot and a watch. */
  #add(path: string, edge: Omit<Edge, 'to'>, takeSnapshot: () => void): void {
    this.#graph.current.add({ ...edge, to: fromPath(path) });
    if (this.#options.isIgnored(path)) return;
    takeSnapshot();
    this.#options.onPath(path);
  }

  /** Absolute path of the importing module; for an entry, a name in the working directory. */
  #importer(parent: ModuleUrl | undefined): string {
    return (parent && pathOf(parent)) ?? join(this.#options.cwd, 'noop.js');
  }
}

/** Whether the message of an error names an import. Its stack names packages that have nothing to do with it. */
function isNamed({ name, specifier }: Miss, error: string): boolean {
  const message = error.replaceAll(/^\s+at .*$/gm, '');
  return [name, specifier, packageName(specifier)].some((text) => text !== '' && message.includes(text));
}

function keyOf({ parent, specifier }: LaneRecord & { kind: 'resolved' | 'missed' }): string {
  return `${parent} ${specifier}`;
}

/** The importing module. Node names the working directory as the parent of entries and preloads: they have none. */
function parentOf(url: string | undefined): ModuleUrl | undefined {
  const parent = url === undefined || url.endsWith('/') ? undefined : toModuleUrl(url);
  const path = parent && pathOf(parent);
  const file = path === undefined ? undefined : realFile(path);
  return file === undefined || file === path ? parent : fromPath(file);
}
