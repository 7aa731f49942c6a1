// Finds the files on the disk that one path or glob stands for, new files included. Owns the list of folders and files.
// Does not know file contents or how folders are watched.
import { basename, dirname, join } from 'node:path';
import { isInside } from '../util/paths.ts';
import { realOf, statOf } from '../util/safe-fs.ts';
import { entriesOf, entryKindOf, isFolder } from './folder-entries.ts';
import type { EntryKind } from './folder-entries.ts';
import { GitIgnore, isUsuallyIgnored, RULE_FILE } from './git-ignore.ts';
import { countsAsFile, isInReach } from './path-patterns.ts';
import type { Pattern } from './path-patterns.ts';
import type { Discovery, Origin } from './tracked-files.ts';
import type { WatchList, WatchListOptions } from './watch-list.ts';

/** A folder in which files count. */
interface ListedFolder {
  /** The names in it that count, and whether each is a folder. */
  readonly entries: Map<string, boolean>;
  /** The path without links. */
  readonly real: string;
  readonly kind: EntryKind;
  rules: GitIgnore;
}

interface PendingEntry {
  readonly kind: EntryKind;
  readonly discovery: Discovery;
}

export interface WatchedTreeOptions extends Pick<WatchListOptions, 'cwd' | 'ext' | 'isIgnored'> {
  /** Watches folders and link targets, and receives the files. */
  readonly list: WatchList;
  readonly pattern: Pattern;
  readonly origin: Origin;
}

export class WatchedTree {
  readonly pattern: Pattern;
  /** Files above the base whose ignore rules apply in it. */
  readonly ruleFiles: readonly string[];
  /** Whether the user or the current run has asked for it. */
  isCurrent = true;
  readonly #options: WatchedTreeOptions;
  readonly #folders = new Map<string, ListedFolder>();
  /** Entries to be looked at: a large folder is processed in slices. */
  readonly #pending = new Map<string, PendingEntry>();
  /** Linked folders that are not followed because their target is listed already, and that target. */
  readonly #duplicates = new Map<string, string>();

  constructor(options: WatchedTreeOptions) {
    this.#options = options;
    this.pattern = options.pattern;
    this.ruleFiles = GitIgnore.filesAbove(options.pattern.base, options.cwd);
  }

  /** Looks at the path, or at the folder in which a glob begins. Its entries are found by {@link work}. */
  start(discovery: Discovery): void {
    const { base } = this.pattern;
    const listed = this.#folders.get(base);
    // A link on the way may have another target now.
    if (listed && listed.real !== realOf(base)) this.#leave(base, 'touch');
    if (!this.#folders.has(base) && statOf(base)?.isDirectory())
      this.#enter(base, GitIgnore.of(base, this.#options.cwd), { kind: 'folder', discovery });
  }

  /**
   * Looks at pending entries.
   *
   * @returns whether there are more
   */
  work(isOver: () => boolean): boolean {
    for (;;) {
      for (const [path, entry] of this.#pending) {
        if (entry.kind === 'linked folder') continue;
        if (isOver()) return true;
        this.#add(path, entry);
      }
      // Linked folders come last, when all folders are known that are found without them.
      const [link] = this.#pending;
      if (!link) return false;
      this.#add(...link);
    }
  }

  /** Why a path counts, if it counts because of this pattern: as its base, or as a file in a folder. */
  originOf(path: string): Origin | undefined {
    const { origin } = this.#options;
    if (path === this.pattern.base && !this.pattern.matches) return { ...origin, names: true };
    return this.#folders.get(dirname(path))?.entries.get(basename(path)) === false ? origin : undefined;
  }

  hasFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  /** Nothing counts any longer because of this pattern. */
  close(): void {
    this.#leave(this.pattern.base, 'deleteFile');
  }

  /** The entry with this name in a folder may have changed; without a name, the folder itself. */
  look(path: string, name: string | undefined): void {
    const folder = this.#folders.get(path);
    if (!folder) return;
    if (name === RULE_FILE || (name === undefined && folder.rules.isStale)) this.applyRules();
    const entries = name === undefined ? entriesOf(path)?.map(([entry]) => entry) : [name];
    const known = name === undefined ? folder.entries.keys() : [];
    if (!entries) this.#leave(path, 'touch');
    else for (const entry of new Set([...known, ...entries])) this.#lookAt(path, folder, entry);
  }

  /** Applies the .gitignore files anew: entries may count that did not, and the other way round. */
  applyRules(path = this.pattern.base, rules = GitIgnore.of(path, this.#options.cwd)): void {
    const folder = this.#folders.get(path);
    if (!folder) return;
    const before = folder.rules;
    folder.rules = rules;
    for (const [name, isAFolder] of folder.entries) {
      const entry = join(path, name);
      const isIgnored = rules.ignores(name, isAFolder);
      if (isAFolder && !isIgnored) this.applyRules(entry, rules.in(name));
      else if (isAFolder) this.#leave(entry, 'deleteFile');
      else if (isIgnored) {
        folder.entries.delete(name);
        this.#options.list.deleteFile(entry);
      }
    }
    for (const [name, kind] of entriesOf(path) ?? []) {
      const entry = join(path, name);
      if (folder.entries.has(name) || this.#pending.has(entry)) continue;
      // An entry that the rules left out until now is not new, nor is a link that is not followed. Any other entry is new.
      const isKnown = before.ignores(name, isFolder(kind)) || kind === 'linked folder';
      this.#pending.set(entry, { kind, discovery: isKnown ? 'known' : 'created' });
    }
  }

  #enter(path: string, rules: GitIgnore, { kind: ownKind, discovery }: PendingEntry): void {
    const isLink = ownKind === 'linked folder';
    const parent = path === this.pattern.base ? undefined : this.#folders.get(dirname(path));
    const real = parent && !isLink ? join(parent.real, basename(path)) : realOf(path);
    if (real === undefined || (isLink && parent && !this.#isFollowed(path, real, parent.real))) return;
    parent?.entries.set(basename(path), true);
    this.#folders.set(path, { entries: new Map(), real, kind: ownKind, rules });
    // Before it is listed, so that no entry is missed.
    this.#options.list.addFolder(path);
    for (const [name, kind] of entriesOf(path) ?? [])
      this.#pending.set(join(path, name), { kind, discovery });
  }

  #add(path: string, { kind, discovery }: PendingEntry): void {
    this.#pending.delete(path);
    const folder = this.#folders.get(dirname(path));
    const name = basename(path);
    // Its folder may have vanished since.
    if (!folder || isUsuallyIgnored(name) || folder.rules.ignores(name, isFolder(kind))) return;
    const { list, pattern, origin, ext, isIgnored } = this.#options;
    const isMatch = isFolder(kind)
      ? isInReach(pattern, path)
      : kind !== 'file' || countsAsFile(pattern, path, ext);
    if (!isMatch || isIgnored(path, isFolder(kind))) return;
    if (kind === 'file') {
      folder.entries.set(name, false);
      list.addFile(path, origin, discovery);
      return;
    }
    if (kind !== 'folder') list.follow(path);
    if (isFolder(kind)) this.#enter(path, folder.rules.in(name), { kind, discovery });
  }

  /** A link is not followed in a circle, and each folder is listed once: or a file could be found by ever more names. */
  #isFollowed(path: string, target: string, home: string): boolean {
    if (home === target || isInside(home, target)) return false;
    // A glob tells files by their names: there, a folder that is found without a link does not replace a linked one.
    const isPath = this.pattern.matches === undefined;
    const isListed = [...this.#folders.values()].some(
      ({ real, kind }) => real === target && (kind === 'linked folder' || isPath),
    );
    if (isListed) this.#duplicates.set(path, target);
    return !isListed;
  }

  #lookAt(parent: string, folder: ListedFolder, name: string): void {
    const path = join(parent, name);
    const kind = entryKindOf(path);
    this.#duplicates.delete(path);
    const listed = this.#folders.get(path);
    if (listed && (listed.kind !== kind || listed.real !== realOf(path))) this.#leave(path, 'touch');
    if (folder.entries.get(name) === false) {
      if (kind !== 'file') folder.entries.delete(name);
      this.#options.list.touch(path);
    }
    // A pending entry has been there before.
    const { discovery } = this.#pending.get(path) ?? { discovery: 'created' };
    if (kind && !folder.entries.has(name)) this.#pending.set(path, { kind, discovery });
    else this.#pending.delete(path);
  }

  /** A folder has vanished (`touch`), or no longer counts. */
  #leave(path: string, action: 'touch' | 'deleteFile'): void {
    const folder = this.#folders.get(path);
    if (!folder) return;
    this.#folders.delete(path);
    this.#folders.get(dirname(path))?.entries.delete(basename(path));
    this.#options.list.deleteFolder(path);
    for (const [name, isAFolder] of folder.entries)
      if (isAFolder) this.#leave(join(path, name), action);
      else this.#options.list[action](join(path, name));
    for (const [link, target] of this.#duplicates) {
      if (target !== folder.real) continue;
      this.#duplicates.delete(link);
      this.#pending.set(link, { kind: 'linked folder', discovery: 'known' });
    }
  }
}
