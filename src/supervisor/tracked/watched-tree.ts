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
  /** Names of its files and folders that count. */
  readonly files: Set<string>;
  readonly folders: Set<string>;
  /** The path without links. */
  readonly real: string;
  readonly isLink: boolean;
  rules: GitIgnore;
}

export interface WatchedTreeOptions extends Pick<WatchListOptions, 'ext' | 'isIgnored'> {
  /** Watches folders and link targets, and receives the files. */
  readonly list: WatchList;
  readonly pattern: Pattern;
  readonly origin: Origin;
  readonly cwd: string;
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
  readonly #pending = new Map<string, { readonly kind: EntryKind; readonly discovery: Discovery }>();
  /** Linked folders come last, when all folders are known that are found without them. */
  readonly #pendingLinks = new Map<string, Discovery>();
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
      this.#enter(base, GitIgnore.of(base, this.#options.cwd), discovery);
  }

  /**
   * Looks at pending entries.
   *
   * @returns whether there are more
   */
  work(isOver: () => boolean): boolean {
    do {
      for (const [path, { kind, discovery }] of this.#pending) {
        if (isOver()) return true;
        this.#pending.delete(path);
        this.#add(path, kind, discovery);
      }
    } while (this.#followNextLink());
    return false;
  }

  /** Why a path counts, if it counts because of this pattern: as its base, or as a file in a folder. */
  originOf(path: string): Origin | undefined {
    const { origin } = this.#options;
    if (path === this.pattern.base && !this.pattern.matches) return { ...origin, names: true };
    return this.#folders.get(dirname(path))?.files.has(basename(path)) ? origin : undefined;
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
    const known = name === undefined ? [...folder.files, ...folder.folders] : [];
    if (!entries) this.#leave(path, 'touch');
    else for (const entry of new Set([...known, ...entries])) this.#lookAt(path, folder, entry);
  }

  /** Applies the .gitignore files anew: entries may count that did not, and the other way round. */
  applyRules(
    path: string = this.pattern.base,
    rules: GitIgnore = GitIgnore.of(path, this.#options.cwd),
  ): void {
    const folder = this.#folders.get(path);
    if (!folder) return;
    const before = folder.rules;
    folder.rules = rules;
    for (const name of folder.files) {
      if (!rules.ignores(name, false)) continue;
      folder.files.delete(name);
      this.#options.list.deleteFile(join(path, name));
    }
    for (const name of folder.folders) {
      if (rules.ignores(name, true)) this.#leave(join(path, name), 'deleteFile');
      else this.applyRules(join(path, name), rules.in(name));
    }
    for (const [name, kind] of entriesOf(path) ?? []) {
      const entry = join(path, name);
      if (folder.files.has(name) || folder.folders.has(name)) continue;
      if (this.#pending.has(entry) || this.#pendingLinks.has(entry)) continue;
      // An entry that the rules left out until now is not new, nor is a link that is not followed. Any other entry is new.
      const isKnown = before.ignores(name, isFolder(kind)) || kind === 'linked folder';
      this.#add(entry, kind, isKnown ? 'known' : 'created');
    }
  }

  #enter(path: string, rules: GitIgnore, discovery: Discovery, isLink = false): void {
    const parent = path === this.pattern.base ? undefined : this.#folders.get(dirname(path));
    const real = parent && !isLink ? join(parent.real, basename(path)) : realOf(path);
    if (real === undefined || (isLink && parent && !this.#isFollowed(path, real, parent.real))) return;
    parent?.folders.add(basename(path));
    this.#folders.set(path, { files: new Set(), folders: new Set(), real, isLink, rules });
    // Before it is listed, so that no entry is missed.
    this.#options.list.addFolder(path);
    for (const [name, kind] of entriesOf(path) ?? [])
      this.#pending.set(join(path, name), { kind, discovery });
  }

  #add(path: string, kind: EntryKind, discovery: Discovery): void {
    const folder = this.#folders.get(dirname(path));
    const name = basename(path);
    // Its folder may have vanished since.
    if (!folder || isUsuallyIgnored(name) || folder.rules.ignores(name, isFolder(kind))) return;
    const { list, pattern, origin, ext, isIgnored } = this.#options;
    const isMatch = isFolder(kind)
      ? isInReach(pattern, path)
      : kind !== 'file' || countsAsFile(pattern, path, ext);
    if (!isMatch || isIgnored(path, isFolder(kind))) return;
    switch (kind) {
      case 'file':
        folder.files.add(name);
        list.addFile(path, origin, discovery);
        break;
      case 'folder':
        this.#enter(path, folder.rules.in(name), discovery);
        break;
      case 'linked folder':
        list.follow(path);
        this.#pendingLinks.set(path, discovery);
        break;
      case 'broken link':
        list.follow(path);
    }
  }

  /** Returns whether there was a pending link. */
  #followNextLink(): boolean {
    for (const [path, discovery] of this.#pendingLinks) {
      this.#pendingLinks.delete(path);
      const rules = this.#folders.get(dirname(path))?.rules.in(basename(path));
      if (rules && statOf(path)?.isDirectory()) this.#enter(path, rules, discovery, true);
      return true;
    }
    return false;
  }

  /** A link is not followed in a circle, and each folder is listed once: or a file could be found by ever more names. */
  #isFollowed(path: string, target: string, home: string): boolean {
    if (home === target || isInside(home, target)) return false;
    // A glob tells files by their names: there, a folder that is found without a link does not replace a linked one.
    const isPath = this.pattern.matches === undefined;
    const isListed = [...this.#folders.values()].some(
      ({ real, isLink }) => real === target && (isLink || isPath),
    );
    if (isListed) this.#duplicates.set(path, target);
    return !isListed;
  }

  #lookAt(parent: string, folder: ListedFolder, name: string): void {
    const path = join(parent, name);
    const kind = entryKindOf(path);
    this.#duplicates.delete(path);
    const listed = this.#folders.get(path);
    if (listed && !isSameFolder(listed, path, kind)) this.#leave(path, 'touch');
    if (folder.files.has(name)) {
      if (kind !== 'file') folder.files.delete(name);
      this.#options.list.touch(path);
    }
    if (!kind || folder.files.has(name) || folder.folders.has(name)) return;
    // A pending entry has been there before.
    const discovery = this.#pending.get(path)?.discovery ?? this.#pendingLinks.get(path) ?? 'created';
    this.#pending.delete(path);
    this.#pendingLinks.delete(path);
    this.#add(path, kind, discovery);
  }

  /** A folder has vanished (`touch`), or no longer counts. */
  #leave(path: string, action: 'touch' | 'deleteFile'): void {
    const folder = this.#folders.get(path);
    if (!folder) return;
    this.#folders.delete(path);
    this.#folders.get(dirname(path))?.folders.delete(basename(path));
    this.#options.list.deleteFolder(path);
    for (const name of folder.files) this.#options.list[action](join(path, name));
    for (const name of folder.folders) this.#leave(join(path, name), action);
    for (const [link, target] of this.#duplicates) {
      if (target !== folder.real) continue;
      this.#duplicates.delete(link);
      this.#pendingLinks.set(link, 'known');
    }
  }
}

function isSameFolder({ isLink, real }: ListedFolder, path: string, kind: EntryKind | undefined): boolean {
  return isLink ? kind === 'linked folder' && real === realOf(path) : kind === 'folder';
}
