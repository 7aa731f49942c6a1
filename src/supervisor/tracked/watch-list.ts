// Keeps the list of paths and globs that count besides the modules of the program: who asked for each, and for how long.
// Reports files that begin to count and files that may have changed. Does not know file contents.
import { basename, dirname, join } from 'node:path';
import type { AutoreloadError } from '../../shared/errors.ts';
import { entryOf, exists } from '../util/safe-fs.ts';
import type { FsWatcher } from '../watch/fs-watcher.ts';
import { RULE_FILE } from './git-ignore.ts';
import { patternOf, problemOf } from './path-patterns.ts';
import type { Discovery, Origin } from './tracked-files.ts';
import { WatchedTree } from './watched-tree.ts';

/** Maximum time of listing before other events are handled, and the pause between (ms). */
const SLICE_MS = 10;
const PAUSE_MS = 1;

/** Maximum time of listing once a run is ready, when nothing else is urgent (ms). */
const FINISH_MS = 200;

export interface WatchListOptions {
  readonly cwd: string;
  /** Paths and globs that always count; see docs/what-is-watched.md. */
  readonly watch: readonly string[];
  /** Extensions that count in folders and globs, without a dot; empty: all. */
  readonly ext: readonly string[];
  /** Whether a path never counts. */
  readonly isIgnored: (path: string, isFolder?: boolean) => boolean;
  readonly watcher: Pick<FsWatcher, 'add' | 'addFolder' | 'deleteFolder' | 'addEntry' | 'deleteEntry'>;
  /** A file counts from now on. */
  readonly onFile: (path: string, origin: Origin, discovery: Discovery) => void;
  /** A file that counts may have changed. */
  readonly onTouched: (path: string) => void;
  /** A file no longer counts. */
  readonly onLeft: (path: string) => void;
  readonly onProblem: (error: AutoreloadError) => void;
}

export class WatchList {
  readonly #options: WatchListOptions;
  /** The paths and globs on the list. */
  readonly #trees = new Map<string, WatchedTree>();
  #workTimer: NodeJS.Timeout | undefined;

  constructor(options: WatchListOptions) {
    this.#options = options;
  }

  /** A run has begun: so far, only what the user has asked for is current. */
  begin(): void {
    const { watch, cwd } = this.#options;
    for (const tree of this.#trees.values()) tree.isCurrent = false;
    for (const text of watch) this.#add(text, cwd, 'option');
    this.#work();
  }

  /** The run is ready: paths and globs that only earlier runs have asked for no longer count. */
  onReady(): void {
    this.#work(FINISH_MS);
    for (const [key, { isCurrent }] of this.#trees) if (!isCurrent) this.#delete(key);
  }

  /** The program asks for a path or a glob, relative to `cwd`, or no longer asks for it. */
  track(text: string, cwd: string, on: boolean): void {
    if (on) this.#add(text, cwd, 'program');
    else this.#delete(keyOf(text, cwd, 'program'));
    this.#work();
  }

  /** Paths that must be watched one by one. */
  *paths(): Generator<string> {
    for (const { pattern, ruleFiles } of this.#trees.values()) {
      yield pattern.base;
      yield* ruleFiles;
    }
  }

  /** One of {@link paths}, or a link in a folder, may have changed, or something on the way to it. */
  onPath(path: string): void {
    for (const tree of this.#trees.values()) {
      if (tree.ruleFiles.includes(path)) tree.applyRules();
      if (path === tree.pattern.base) tree.start('created');
    }
    this.#look(dirname(path), basename(path));
    this.#look(path, undefined);
    this.#work();
  }

  /** The entry with this name in a folder may have changed; without a name, the folder itself. */
  onFolder(folder: string, name: string | undefined): void {
    this.#look(folder, name);
    this.#work();
  }

  close(): void {
    clearTimeout(this.#workTimer);
  }

  /** A tree lists a folder from now on. */
  addFolder(folder: string): void {
    const { watcher } = this.#options;
    watcher.addFolder(folder);
    const rules = join(folder, RULE_FILE);
    if (exists(rules)) watcher.addEntry(rules);
  }

  /** A tree no longer lists a folder. Another one may. */
  deleteFolder(folder: string): void {
    if (this.#isListed(folder)) return;
    const { watcher } = this.#options;
    watcher.deleteFolder(folder);
    watcher.deleteEntry(folder);
    watcher.deleteEntry(join(folder, RULE_FILE));
  }

  /** A file in a tree counts from now on. */
  addFile(path: string, origin: Origin, discovery: Discovery): void {
    const { watcher, onFile } = this.#options;
    watcher.addEntry(path);
    onFile(path, origin, discovery);
  }

  /** A file in a tree may have changed. */
  touch(path: string): void {
    const { watcher, onTouched } = this.#options;
    // Its folder may be polled by now.
    if (entryOf(path)) watcher.addEntry(path);
    else watcher.deleteEntry(path);
    onTouched(path);
  }

  /** A file no longer counts because of one tree, although it has not changed. Another tree may still include it. */
  deleteFile(path: string): void {
    const { watcher, onFile, onLeft } = this.#options;
    for (const tree of this.#trees.values()) {
      const origin = tree.originOf(path);
      if (origin) return onFile(path, origin, 'known');
    }
    watcher.deleteEntry(path);
    onLeft(path);
  }

  /** A tree depends on where a link leads, which may be a folder, or nothing yet. */
  follow(path: string): void {
    this.#options.watcher.addEntry(path);
  }

  #add(text: string, cwd: string, by: Origin['by']): void {
    const key = keyOf(text, cwd, by);
    const known = this.#trees.get(key);
    if (known) known.isCurrent = true;
    if (known || this.#trees.has(keyOf(text, cwd, 'option'))) return;
    const { watcher, onFile, onProblem } = this.#options;
    const problem = problemOf(text, cwd, by === 'option' ? '--watch' : 'what is tracked');
    if (problem) return onProblem(problem);
    const tree = new WatchedTree({
      ...this.#options,
      list: this,
      pattern: patternOf(text, cwd),
      cwd,
      origin: { text, by },
    });
    this.#trees.set(key, tree);
    const { base } = tree.pattern;
    for (const path of [base, ...tree.ruleFiles]) watcher.add(path);
    const origin = tree.originOf(base);
    if (origin && !this.#options.isIgnored(base)) onFile(base, origin, 'first');
    tree.start('first');
  }

  #delete(key: string): void {
    const tree = this.#trees.get(key);
    if (!tree) return;
    this.#trees.delete(key);
    tree.close();
    if (!tree.pattern.matches) this.deleteFile(tree.pattern.base);
  }

  #look(folder: string, name: string | undefined): void {
    for (const tree of this.#trees.values()) tree.look(folder, name);
  }

  #isListed(folder: string): boolean {
    return [...this.#trees.values()].some((tree) => tree.hasFolder(folder));
  }

  #work(ms = SLICE_MS): void {
    const end = Date.now() + ms;
    const isOver = (): boolean => Date.now() >= end;
    let isMore = false;
    for (const tree of this.#trees.values()) isMore = tree.work(isOver) || isMore;
    if (!isMore) return;
    clearTimeout(this.#workTimer);
    this.#workTimer = setTimeout(() => this.#work(), PAUSE_MS);
  }
}

function keyOf(text: string, cwd: string, by: Origin['by']): string {
  return [by, cwd, text].join('\0');
}
