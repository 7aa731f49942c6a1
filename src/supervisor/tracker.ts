// What the program is made of, run after run: takes the records of the lane, and knows which paths count, whether
// they are as the run took them, and why each is part of the program. Composes graph, baseline, links and candidates.
// Knows neither watches nor the life cycle.
import { join } from 'node:path';
import { fromPath, isInPackage, toModuleUrl, toPath } from '../module-url.ts';
import type { ModuleUrl } from '../module-url.ts';
import type { LaneRecord } from '../protocol.cts';
import { Baseline } from './baseline.ts';
import type { Verdict } from './baseline.ts';
import { candidates, literalPaths, packageName } from './candidates.ts';
import type { Disk } from './candidates.ts';
import { statOf, textOf } from './disk.ts';
import { Graph } from './graph.ts';
import { linksOf } from './links.ts';

const DISK: Disk = { exists: (path) => statOf(path) !== undefined, readPackage };

export interface TrackerOptions {
  readonly cwd: string;
  /** Absolute path of the entry, as the user gave it. */
  readonly entry: string;
  /** A path counts from now on. */
  readonly onPath: (path: string) => void;
  /** The specifiers that a source imports statically. */
  readonly staticImports: (path: string, source: string) => readonly string[];
}

export class Tracker {
  readonly #options: TrackerOptions;
  readonly #baseline = new Baseline();
  #graph = new Graph();
  /** The graph of the last run that came up, for paths that the current one did not get to. */
  #lastGraph = new Graph();
  #lastMiss: string | undefined;

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  /** A new run begins, at a wall-clock time in ms. */
  begin(at: number): void {
    this.#graph = new Graph();
    this.#lastMiss = undefined;
    this.#baseline.begin(at);
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
  }

  /** The run broke. What it would have loaded next, and what earlier runs loaded, counts too. */
  broke(): void {
    this.#baseline.keepPrevious();
    const reached = [...this.#baseline.paths()].filter((path) => !isInPackage(path));
    for (const path of reached) {
      for (const specifier of this.#importsOf(path)) {
        const next = literalPaths(specifier, path)?.[0];
        if (next === undefined || this.#baseline.has(next)) continue;
        this.#baseline.expected(next);
        this.#graph.add(fromPath(next), fromPath(path));
        this.#options.onPath(next);
        reached.push(next);
      }
    }
  }

  /** Every path that counts. */
  paths(): Set<string> {
    return new Set(this.#baseline.paths());
  }

  /** How many files the run has loaded. */
  get files(): number {
    return this.#baseline.files;
  }

  /** What the run looked for last and did not find, if it found nothing after that. */
  get missing(): string | undefined {
    return this.#lastMiss;
  }

  /** See {@link Baseline.examine}. */
  examine(path: string): Verdict {
    return this.#baseline.examine(path);
  }

  /** See {@link Baseline.verify}. */
  verify(path: string): Verdict {
    return this.#baseline.verify(path);
  }

  /** See {@link Baseline.digest}. */
  digest(isOver: () => boolean): boolean {
    return this.#baseline.digest(isOver);
  }

  /** See {@link Baseline.loadedSize}. */
  loadedSize(path: string): number | undefined {
    return this.#baseline.loadedSize(path);
  }

  /** The shortest chain of imports from the entry to a path, both included. */
  chain(path: string): string[] {
    const url = fromPath(path);
    const chain = this.#graph.chain(url);
    return (chain.length > 1 ? chain : this.#lastGraph.chain(url)).map(toPath);
  }

  #resolved(record: LaneRecord & { kind: 'resolved' }, parent: ModuleUrl | undefined): void {
    const url = toModuleUrl(record.url);
    const path = url && pathOrUndefined(url);
    if (!url || path === undefined) return;
    this.#lastMiss = undefined;
    this.#graph.add(url, parent);
    this.#baseline.loaded(path, record.stamp);
    this.#options.onPath(path);
    // Node resolves the entry from its real path already.
    const specifier = parent ? record.specifier : this.#options.entry;
    for (const link of linksOf(specifier, this.#from(parent), path)) {
      this.#graph.add(fromPath(link.path), parent);
      this.#baseline.followed(link.path, link.target);
      this.#options.onPath(link.path);
    }
  }

  #missed(record: LaneRecord & { kind: 'missed' }, parent: ModuleUrl | undefined): void {
    const from = this.#from(parent);
    const literal = literalPaths(record.specifier, from)?.[0];
    const installed = join(this.#options.cwd, 'node_modules', packageName(record.specifier));
    this.#lastMiss = literal ?? (record.specifier.startsWith('#') ? record.specifier : installed);
    for (const path of candidates(record.specifier, from, DISK)) {
      this.#graph.add(fromPath(path), parent);
      this.#baseline.missed(path, record.at);
      this.#options.onPath(path);
    }
  }

  /** Node gives the working directory as parent of the entry and of preloads. */
  #parent(url: string | undefined): ModuleUrl | undefined {
    return url === undefined || url.endsWith('/') ? undefined : toModuleUrl(url);
  }

  #from(parent: ModuleUrl | undefined): string {
    return (parent && pathOrUndefined(parent)) ?? join(this.#options.cwd, 'noop.js');
  }

  #importsOf(path: string): readonly string[] {
    const source = textOf(path);
    return source === undefined ? [] : this.#options.staticImports(path, source);
  }
}

function pathOrUndefined(url: ModuleUrl): string | undefined {
  try {
    return toPath(url);
  } catch {
    return undefined;
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
