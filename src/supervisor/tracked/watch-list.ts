// All paths and globs that count besides what the program loads: who wants them and for how long, and what of the disk
// belongs to each. Tells of files that begin to count, and of those to which something may have happened. Knows neither
// what files hold nor what a run is made of.
import { basename, dirname, join } from 'node:path';
import type { AutoreloadError } from '../../shared/errors.ts';
import { entryOf, exists } from '../util/safe-fs.ts';
import { GitIgnore, RULE_FILE } from './gitignore.ts';
import { LinkHops } from './link-hops.ts';
import { patternOf, problemOf } from './path-patterns.ts';
import type { Pattern } from './path-patterns.ts';
import type { Scheduler } from '../util/scheduler.ts';
import type { Found, Origin } from './tracked-files.ts';
import { WatchedTree } from './watched-tree.ts';

/** Folders are listed this many ms at a time, so that nothing else waits for it. */
const SLICE_MS = 10;
const PAUSE_MS = 1;

/** When a run has come up there is time: all that is left is listed, for so many ms at most. */
const FINISH_MS = 200;

/** What watches for us. */
export interface TreeWatch {
  /** Wants one path, whether or not it is there. */
  readonly add: (path: string) => void;
  /** Wants everything that happens in a folder. */
  readonly addFolder: (folder: string) => void;
  readonly deleteFolder: (folder: string) => void;
  /** Wants a file in such a folder. */
  readonly addEntry: (path: string) => void;
  readonly deleteEntry: (path: string) => void;
}

export interface WatchListOptions {
  readonly cwd: string;
  /** Paths and globs that always count. */
  readonly watch: readonly string[];
  readonly ext: readonly string[];
  readonly isIgnored: (path: string, isFolder?: boolean) => boolean;
  readonly scheduler: Scheduler;
  readonly watcher: TreeWatch;
  /** A file counts from now on. */
  readonly onFile: (path: string, origin: Origin, found: Found) => void;
  /** Something may have happened to a file that counts. */
  readonly onTouched: (path: string) => void;
  /** A file counts no longer. */
  readonly onLeft: (path: string) => void;
  readonly onProblem: (error: AutoreloadError) => void;
}

/** Something that somebody wants to count. */
interface Want {
  readonly origin: Origin;
  readonly pattern: Pattern;
  readonly tree: WatchedTree;
  /** Files outside whose rules hold inside. */
  readonly rules: readonly string[];
  /** The run that is there has asked for it, or the user. */
  isCurrent: boolean;
}

export class WatchList {
  readonly #options: WatchListOptions;
  readonly #wants = new Map<string, Want>();
  readonly #byFolder = new Map<string, Set<WatchedTree>>();
  readonly #links = new LinkHops();
  #cancel: (() => void) | undefined;

  constructor(options: WatchListOptions) {
    this.#options = options;
  }

  /** Begins with what always counts. A run must have begun. */
  start(): void {
    const { watch, cwd } = this.#options;
    for (const text of watch) this.#want(text, cwd, 'option');
    this.#work();
  }

  /** A new run begins. */
  begin(): void {
    for (const want of this.#wants.values()) want.isCurrent = want.origin.by === 'option';
  }

  /** The run has come up: what only earlier ones have asked for does not count any more. */
  cameUp(): void {
    this.#work(FINISH_MS);
    for (const [key, { isCurrent }] of this.#wants) if (!isCurrent) this.#drop(key);
  }

  /** The program wants a path or a glob, relative to `cwd`, to count from now on, or no longer. */
  track(text: string, cwd: string, on: boolean): void {
    if (on) this.#want(text, cwd, 'program');
    else this.#drop(keyOf(text, cwd, 'program'));
    this.#work();
  }

  /** Paths that are to be watched one by one. */
  *paths(): Generator<string> {
    for (const { pattern, rules } of this.#wants.values()) {
      yield pattern.base;
      yield* rules;
    }
    yield* this.#links.paths();
  }

  /** Something may have happened to one of {@link paths}. */
  onPath(path: string): void {
    const links = this.#links.over(path);
    for (const { tree, pattern, rules } of this.#wants.values()) {
      const { base } = pattern;
      if (rules.includes(path)) tree.applyRules();
      if (base !== path && !links.includes(base)) continue;
      this.#followAll(base);
      tree.look(base, undefined);
      tree.start('created');
    }
    for (const link of links) {
      this.#touched(link);
      for (const tree of this.#byFolder.get(dirname(link)) ?? []) tree.look(dirname(link), basename(link));
      for (const tree of this.#byFolder.get(link) ?? []) tree.look(link, undefined);
    }
    this.#work();
  }

  /** Something may have happened in a folder, to what has this name; without one, to the folder itself. */
  onFolder(folder: string, name: string | undefined): void {
    const path = join(folder, name ?? '');
    if (name !== undefined && this.#links.has(path)) this.#follow(path);
    for (const tree of this.#byFolder.get(folder) ?? []) tree.look(folder, name);
    this.#work();
  }

  close(): void {
    this.#cancel?.();
  }

  #want(text: string, cwd: string, by: Origin['by']): void {
    const key = keyOf(text, cwd, by);
    const known = this.#wants.get(key);
    if (known) known.isCurrent = true;
    if (known || this.#wants.has(keyOf(text, cwd, 'option'))) return;
    const problem = problemOf(text, cwd, by === 'option' ? '--watch' : 'what is tracked');
    if (problem) {
      this.#options.onProblem(problem);
      return;
    }
    const { ext, isIgnored, watcher, onFile } = this.#options;
    const pattern = patternOf(text, cwd);
    const { base } = pattern;
    const origin: Origin = { text, by };
    const tree: WatchedTree = new WatchedTree({
      pattern,
      cwd,
      ext,
      isIgnored,
      onFolder: (folder) => this.#addFolder(folder, tree),
      onFolderGone: (folder) => this.#deleteFolder(folder, tree),
      onLink: (path) => this.#follow(path),
      onFile: (path, found) => this.#addFile(path, origin, found),
      onTouched: (path) => this.#touched(path),
      onLeft: (path) => this.#left(path),
    });
    const rules = GitIgnore.filesAbove(base, cwd);
    this.#wants.set(key, { origin, pattern, tree, rules, isCurrent: true });
    for (const path of [base, ...rules]) watcher.add(path);
    this.#followAll(base);
    if (pattern.matches === undefined && !isIgnored(base)) {
      onFile(base, { ...origin, names: true }, 'first');
    }
    tree.start('first');
  }

  #drop(key: string): void {
    const want = this.#wants.get(key);
    if (!want) return;
    this.#wants.delete(key);
    const { tree, pattern } = want;
    const files = [...tree.files(), ...(pattern.matches ? [] : [pattern.base])];
    for (const folder of tree.folders()) this.#deleteFolder(folder, tree);
    for (const path of files) this.#left(path);
    this.#forgetLink(pattern.base);
  }

  #addFolder(folder: string, tree: WatchedTree): void {
    const trees = this.#byFolder.get(folder) ?? new Set();
    this.#byFolder.set(folder, trees.add(tree));
    if (trees.size > 1) return;
    this.#options.watcher.addFolder(folder);
    const rules = join(folder, RULE_FILE);
    if (exists(rules)) this.#options.watcher.addEntry(rules);
  }

  #deleteFolder(folder: string, tree: WatchedTree): void {
    const trees = this.#byFolder.get(folder);
    if (!trees?.delete(tree) || trees.size > 0) return;
    this.#byFolder.delete(folder);
    this.#options.watcher.deleteFolder(folder);
    this.#options.watcher.deleteEntry(join(folder, RULE_FILE));
    for (const name of this.#links.in(folder)) this.#forgetLink(join(folder, name));
  }

  #addFile(path: string, origin: Origin, found: Found): void {
    this.#options.watcher.addEntry(path);
    this.#follow(path);
    this.#options.onFile(path, origin, found);
  }

  #touched(path: string): void {
    this.#follow(path);
    // Its folder may have come to be polled.
    if (exists(path)) this.#options.watcher.addEntry(path);
    else this.#options.watcher.deleteEntry(path);
    this.#options.onTouched(path);
  }

  /** A file counts no longer because of one want; there may be another. */
  #left(path: string): void {
    for (const { origin, tree, pattern } of this.#wants.values()) {
      const isNamed = pattern.matches === undefined && pattern.base === path;
      if (!isNamed && !tree.has(path)) continue;
      this.#options.onFile(path, isNamed ? { ...origin, names: true } : origin, 'known');
      return;
    }
    this.#forgetLink(path);
    this.#options.watcher.deleteEntry(path);
    this.#options.onLeft(path);
  }

  #follow(path: string): void {
    if (entryOf(path)?.isSymbolicLink() || (this.#links.has(path) && this.#isBase(path)))
      this.#followAll(path);
    else if (this.#links.has(path)) this.#links.forget(path);
  }

  /** Over links that what it is in is come to by, too. */
  #followAll(path: string): void {
    for (const hop of this.#links.follow(path)) this.#options.watcher.add(hop);
  }

  #forgetLink(path: string): void {
    // Where somebody begins it stays wanted.
    if (this.#links.has(path) && !this.#isBase(path)) this.#links.forget(path);
  }

  #isBase(path: string): boolean {
    for (const { pattern } of this.#wants.values()) if (pattern.base === path) return true;
    return false;
  }

  #work(ms = SLICE_MS): void {
    const { scheduler } = this.#options;
    const end = scheduler.now() + ms;
    const isOver = (): boolean => scheduler.now() >= end;
    let isMore = false;
    for (const { tree } of this.#wants.values()) isMore = tree.work(isOver) || isMore;
    if (!isMore) return;
    this.#cancel?.();
    this.#cancel = scheduler.after(PAUSE_MS, () => this.#work());
  }
}

function keyOf(text: string, cwd: string, by: Origin['by']): string {
  return [by, cwd, text].join('\0');
}
