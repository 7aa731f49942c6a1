// Keeps the list of paths and globs that count besides the modules of the program: who asked for each, and for how long.
// Reports files that begin to count and files that may have changed. Does not know file contents.
import { basename, dirname, join } from 'node:path';
import type { AutoreloadError } from '../../shared/errors.ts';
import { entryOf, exists } from '../util/safe-fs.ts';
import type { Scheduler } from '../util/scheduler.ts';
import { wayOf } from '../util/symlinks.ts';
import type { FsWatcher } from '../watch/fs-watcher.ts';
import { GitIgnore, RULE_FILE } from './git-ignore.ts';
import { patternOf, problemOf } from './path-patterns.ts';
import type { Pattern } from './path-patterns.ts';
import type { Discovery, Origin } from './tracked-files.ts';
import { WatchedTree } from './watched-tree.ts';

/** Maximum time of listing before other events are handled, and the pause between (ms). */
const SLICE_MS = 10;
const PAUSE_MS = 1;

/** Maximum time of listing once a run is ready, when nothing else is urgent (ms). */
const FINISH_MS = 200;

export interface WatchListOptions {
  readonly cwd: string;
  /** Paths and globs that always count. */
  readonly watch: readonly string[];
  readonly ext: readonly string[];
  readonly isIgnored: (path: string, isFolder?: boolean) => boolean;
  readonly scheduler: Scheduler;
  readonly watcher: Pick<FsWatcher, 'add' | 'addFolder' | 'deleteFolder' | 'addEntry' | 'deleteEntry'>;
  /** A file counts from now on. */
  readonly onFile: (path: string, origin: Origin, discovery: Discovery) => void;
  /** A file that counts may have changed. */
  readonly onTouched: (path: string) => void;
  /** A file no longer counts. */
  readonly onLeft: (path: string) => void;
  readonly onProblem: (error: AutoreloadError) => void;
}

/** A path or glob on the list. */
interface Item {
  readonly origin: Origin;
  readonly pattern: Pattern;
  readonly tree: WatchedTree;
  /** Files above the folder whose ignore rules apply in it. */
  readonly ruleFiles: readonly string[];
  /** Whether the user or the current run has asked for it. */
  isCurrent: boolean;
}

export class WatchList {
  readonly #options: WatchListOptions;
  readonly #items = new Map<string, Item>();
  /** The other paths on which the target of each link depends: no event of the link shows what happens there. */
  readonly #hops = new Map<string, readonly string[]>();
  #cancelWork: (() => void) | undefined;

  constructor(options: WatchListOptions) {
    this.#options = options;
  }

  /** Adds the paths and globs that always count. A run must have begun. */
  start(): void {
    const { watch, cwd } = this.#options;
    for (const text of watch) this.#add(text, cwd, 'option');
    this.#work();
  }

  /** A run begins. */
  begin(): void {
    for (const item of this.#items.values()) item.isCurrent = item.origin.by === 'option';
  }

  /** The run is ready: items that only earlier runs have asked for no longer count. */
  onReady(): void {
    this.#work(FINISH_MS);
    for (const [key, { isCurrent }] of this.#items) if (!isCurrent) this.#delete(key);
  }

  /** The program asks for a path or a glob, relative to `cwd`, or no longer asks for it. */
  track(text: string, cwd: string, on: boolean): void {
    if (on) this.#add(text, cwd, 'program');
    else this.#delete(keyOf(text, cwd, 'program'));
    this.#work();
  }

  /** Paths that must be watched one by one. */
  *paths(): Generator<string> {
    for (const { pattern, ruleFiles } of this.#items.values()) {
      yield pattern.base;
      yield* ruleFiles;
    }
    for (const [link, hops] of this.#hops) {
      if (this.#isListed(dirname(link)) || this.#isBase(link)) yield* hops;
      else this.#hops.delete(link);
    }
  }

  /** One of {@link paths} may have changed. */
  onPath(path: string): void {
    const links = [...this.#hops].flatMap(([link, hops]) => (hops.includes(path) ? [link] : []));
    for (const { tree, pattern, ruleFiles } of this.#items.values()) {
      const { base } = pattern;
      if (ruleFiles.includes(path)) tree.applyRules();
      if (base !== path && !links.includes(base)) continue;
      this.#follow(base);
      tree.look(base, undefined);
      tree.start('created');
    }
    for (const link of links) {
      this.#onTouched(link);
      this.#look(dirname(link), basename(link));
      this.#look(link, undefined);
    }
    this.#work();
  }

  /** The entry with this name in a folder may have changed; without a name, the folder itself. */
  onFolder(folder: string, name: string | undefined): void {
    const path = join(folder, name ?? '');
    if (name !== undefined && this.#hops.has(path)) this.#follow(path);
    this.#look(folder, name);
    this.#work();
  }

  close(): void {
    this.#cancelWork?.();
  }

  #add(text: string, cwd: string, by: Origin['by']): void {
    const key = keyOf(text, cwd, by);
    const item = this.#items.get(key);
    if (item) item.isCurrent = true;
    if (item || this.#items.has(keyOf(text, cwd, 'option'))) return;
    const problem = problemOf(text, cwd, by === 'option' ? '--watch' : 'what is tracked');
    if (problem) {
      this.#options.onProblem(problem);
      return;
    }
    const { isIgnored, watcher, onFile } = this.#options;
    const pattern = patternOf(text, cwd);
    const { base } = pattern;
    const origin: Origin = { text, by };
    const tree = new WatchedTree({
      ...this.#options,
      pattern,
      cwd,
      onFolder: (folder) => this.#addFolder(folder),
      onFolderLeft: (folder) => this.#onFolderLeft(folder),
      onLink: (path) => this.#follow(path),
      onFile: (path, discovery) => this.#addFile(path, origin, discovery),
      onTouched: (path) => this.#onTouched(path),
      onLeft: (path) => this.#onLeft(path),
    });
    const ruleFiles = GitIgnore.filesAbove(base, cwd);
    this.#items.set(key, { origin, pattern, tree, ruleFiles, isCurrent: true });
    for (const path of [base, ...ruleFiles]) watcher.add(path);
    this.#follow(base);
    if (pattern.matches === undefined && !isIgnored(base)) onFile(base, { ...origin, names: true }, 'first');
    tree.start('first');
  }

  #delete(key: string): void {
    const item = this.#items.get(key);
    if (!item) return;
    this.#items.delete(key);
    item.tree.close();
    if (!item.pattern.matches) this.#onLeft(item.pattern.base);
  }

  #look(folder: string, name: string | undefined): void {
    for (const { tree } of this.#items.values()) tree.look(folder, name);
  }

  #addFolder(folder: string): void {
    this.#options.watcher.addFolder(folder);
    const rules = join(folder, RULE_FILE);
    if (exists(rules)) this.#options.watcher.addEntry(rules);
  }

  /** A folder no longer counts because of one item. Another item may still include it. */
  #onFolderLeft(folder: string): void {
    if (this.#isListed(folder)) return;
    this.#options.watcher.deleteFolder(folder);
    this.#options.watcher.deleteEntry(join(folder, RULE_FILE));
  }

  #isListed(folder: string): boolean {
    for (const { tree } of this.#items.values()) if (tree.hasFolder(folder)) return true;
    return false;
  }

  #addFile(path: string, origin: Origin, discovery: Discovery): void {
    this.#options.watcher.addEntry(path);
    this.#follow(path);
    this.#options.onFile(path, origin, discovery);
  }

  #onTouched(path: string): void {
    this.#follow(path);
    // Its folder may be polled by now.
    if (exists(path)) this.#options.watcher.addEntry(path);
    else this.#options.watcher.deleteEntry(path);
    this.#options.onTouched(path);
  }

  /** A file no longer counts because of one item. Another item may still include it. */
  #onLeft(path: string): void {
    for (const { origin, tree, pattern } of this.#items.values()) {
      const isNamed = pattern.matches === undefined && pattern.base === path;
      if (!isNamed && !tree.has(path)) continue;
      this.#options.onFile(path, isNamed ? { ...origin, names: true } : origin, 'known');
      return;
    }
    if (!this.#isBase(path)) this.#hops.delete(path);
    this.#options.watcher.deleteEntry(path);
    this.#options.onLeft(path);
  }

  /** Watches the target of a link, whether or not it exists. A base may also lie in a linked folder. */
  #follow(path: string): void {
    const hops = entryOf(path)?.isSymbolicLink() || this.#isBase(path) ? wayOf(path) : [];
    if (hops.length > 0) this.#hops.set(path, hops);
    else this.#hops.delete(path);
    for (const hop of hops) this.#options.watcher.add(hop);
  }

  #isBase(path: string): boolean {
    for (const { pattern } of this.#items.values()) if (pattern.base === path) return true;
    return false;
  }

  #work(ms = SLICE_MS): void {
    const { scheduler } = this.#options;
    const end = scheduler.now() + ms;
    const isOver = (): boolean => scheduler.now() >= end;
    let isMore = false;
    for (const { tree } of this.#items.values()) isMore = tree.work(isOver) || isMore;
    if (!isMore) return;
    this.#cancelWork?.();
    this.#cancelWork = scheduler.after(PAUSE_MS, () => this.#work());
  }
}

function keyOf(text: string, cwd: string, by: Origin['by']): string {
  return [by, cwd, text].join('\0');
}
