// What one path or glob of the user's means on the disk: the file, or the folders and the files in them that count, new
// ones included. Owns the listing. Knows neither what the files hold nor how folders are watched.
import fs from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { entryOf, markOf, realOf, statOf } from '../util/safe-fs.ts';
import { GitIgnore, isUsuallyIgnored, RULE_FILE } from './gitignore.ts';
import { isNeverEdited } from '../contents/self-written.ts';
import type { Pattern } from './path-patterns.ts';
import type { Found } from './tracked-files.ts';
import { LinkedFolders } from './linked-folders.ts';

/** A folder in which files count. */
interface Folder {
  readonly files: Set<string>;
  readonly folders: Set<string>;
  rules: GitIgnore;
  /** Where it really is. */
  readonly real: string;
  readonly isLink: boolean;
  /** How its own file with rules looked. */
  mark: string;
  /** What is in it and has not been looked at yet: a folder of many files takes its time. */
  readonly rest: Map<string, Kind>;
  readonly found: Found;
}

/** A link may lead nowhere, yet. */
type Kind = 'file' | 'folder' | 'nothing';

/** A folder that has been found and not been listed. */
interface Unlisted {
  readonly path: string;
  readonly rules: GitIgnore;
  readonly found: Found;
}

export interface WatchedTreeOptions {
  readonly pattern: Pattern;
  readonly cwd: string;
  /** Endings of names, without a dot; none: all. */
  readonly ext: readonly string[];
  /** What never counts. */
  readonly isIgnored: (path: string, isFolder?: boolean) => boolean;
  /** A folder is about to be listed: it is to be watched when this returns. */
  readonly onFolder: (folder: string) => void;
  readonly onFolderGone: (folder: string) => void;
  /** There is a link that counts, or would if something were there: it is to be followed. */
  readonly onLink: (path: string) => void;
  /** A file counts from now on. */
  readonly onFile: (path: string, found: Found) => void;
  /** Something may have happened to a file that counts. */
  readonly onTouched: (path: string) => void;
  /** A file counts no longer, though nothing has happened to it. */
  readonly onLeft: (path: string) => void;
}

export class WatchedTree {
  readonly #options: WatchedTreeOptions;
  readonly #folders = new Map<string, Folder>();
  readonly #unlisted: Unlisted[] = [];
  /** Those of them that are links wait for all others: so it is known what is there without them. */
  readonly #unlistedLinks: Unlisted[] = [];
  /** Folders that are being listed. */
  readonly #listing = new Set<string>();
  readonly #links: LinkedFolders;

  constructor(options: WatchedTreeOptions) {
    this.#options = options;
    this.#links = new LinkedFolders(options.pattern.matches === undefined);
  }

  /** Looks at the path, or at the folder that a glob begins in. What is in folders is found with {@link work}. */
  start(found: Found): void {
    const { base } = this.#options.pattern;
    // A link on the way may lead elsewhere now.
    const known = this.#folders.get(base);
    if (known && known.real !== realOf(base)) this.#leave(base, this.#options.onTouched);
    if (this.#folders.has(base) || !statOf(base)?.isDirectory()) return;
    this.#unlisted.push({ path: base, rules: this.#rulesAtBase(), found });
  }

  /**
   * Lists folders that have been found.
   *
   * @returns whether there are more
   */
  work(isOver: () => boolean): boolean {
    while (!this.#listSome(isOver) && !isOver()) {
      const next = this.#unlisted.pop() ?? this.#unlistedLinks.pop();
      if (!next) break;
      this.#enter(next);
    }
    return this.#listing.size + this.#unlisted.length + this.#unlistedLinks.length > 0;
  }

  /** Every folder that is watched for this. */
  folders(): Iterable<string> {
    return this.#folders.keys();
  }

  /** Every file in folders that counts because of this. */
  *files(): Generator<string> {
    for (const [path, { files }] of this.#folders) for (const name of files) yield join(path, name);
  }

  /** Whether a file counts because of this. */
  has(path: string): boolean {
    return this.#folders.get(dirname(path))?.files.has(basename(path)) ?? false;
  }

  /** Something may have happened in a folder of this: to what has this name, or to the folder itself. */
  look(path: string, name: string | undefined): void {
    const folder = this.#folders.get(path);
    if (!folder) return;
    if (name === RULE_FILE || (name === undefined && folder.mark !== markIn(path))) this.applyRules();
    if (name !== undefined) {
      this.#lookAt(path, folder, name);
      return;
    }
    const names = namesIn(path);
    if (!names) {
      this.#leave(path, this.#options.onTouched);
      return;
    }
    for (const one of new Set([...folder.files, ...folder.folders, ...names]))
      this.#lookAt(path, folder, one);
  }

  /** Files with rules have changed: what they leave out now no longer counts, and what they left out until now does. */
  applyRules(): void {
    const { base } = this.#options.pattern;
    if (!this.#folders.has(base)) return;
    this.#applyRules(base, this.#rulesAtBase());
  }

  #rulesAtBase(): GitIgnore {
    return GitIgnore.of(this.#options.pattern.base, this.#options.cwd);
  }

  #enter({ path, rules, found }: Unlisted): void {
    if (this.#folders.has(path)) return;
    const isBase = path === this.#options.pattern.base;
    const around = isBase ? undefined : this.#folders.get(dirname(path));
    // What it was in is gone meanwhile.
    if (!isBase && !around) return;
    const isLink = around !== undefined && isLinkAt(path);
    const real = around && !isLink ? join(around.real, basename(path)) : realOf(path);
    const isThere = real !== undefined && statOf(path)?.isDirectory() === true;
    if (!isThere || (isLink && !this.#links.isFollowed(path, real, around.real))) {
      around?.folders.delete(basename(path));
      return;
    }
    const folder: Folder = {
      files: new Set(),
      folders: new Set(),
      rules,
      real,
      isLink,
      mark: markIn(path),
      rest: new Map(),
      found,
    };
    this.#folders.set(path, folder);
    this.#links.enter(path, real, isLink);
    // Watched first: what comes while it is listed is told.
    this.#options.onFolder(path);
    for (const [name, kind] of entriesIn(path)) folder.rest.set(name, kind);
    this.#listing.add(path);
  }

  /** Looks at what is in folders. Returns whether there is more. */
  #listSome(isOver: () => boolean): boolean {
    for (const path of this.#listing) {
      const folder = this.#folders.get(path);
      for (const [name, kind] of folder?.rest ?? []) {
        if (isOver()) return true;
        folder?.rest.delete(name);
        if (folder) this.#add(path, folder, name, kind, folder.found);
      }
      this.#listing.delete(path);
    }
    return false;
  }

  #add(path: string, folder: Folder, name: string, kind: Kind, found: Found): void {
    const isFolder = kind === 'folder';
    if (isUsuallyIgnored(name) || folder.rules.ignores(name, isFolder)) return;
    const below = join(path, name);
    if (kind === 'nothing') {
      if (!this.#options.isIgnored(below)) this.#options.onLink(below);
      return;
    }
    if (!isFolder) {
      if (!this.#counts(below) || this.#options.isIgnored(below)) return;
      folder.files.add(name);
      this.#options.onFile(below, found);
      return;
    }
    const { base, depth } = this.#options.pattern;
    if (depthOf(relative(base, below)) > depth || this.#options.isIgnored(below, true)) return;
    folder.folders.add(name);
    const isLink = isLinkAt(below);
    if (isLink) this.#options.onLink(below);
    (isLink ? this.#unlistedLinks : this.#unlisted).push({
      path: below,
      rules: folder.rules.in(name),
      found,
    });
  }

  #counts(path: string): boolean {
    const { pattern, ext } = this.#options;
    if (ext.length > 0 && !ext.some((one) => path.endsWith(`.${one}`))) return false;
    if (pattern.matches) return pattern.matches(path);
    return ext.length > 0 || !isNeverEdited(path);
  }

  #lookAt(path: string, folder: Folder, name: string): void {
    const below = join(path, name);
    const stats = statOf(below);
    const isLink = isLinkAt(below);
    this.#links.forget(below);
    if (folder.folders.has(name)) {
      const known = this.#folders.get(below);
      const isSame = !known || (known.isLink === isLink && (!isLink || known.real === realOf(below)));
      const isThere = stats?.isDirectory() === true && isSame;
      if (!isThere && known) this.#leave(below, this.#options.onTouched);
      if (!isThere) folder.folders.delete(name);
    }
    if (folder.files.has(name)) {
      // Gone or not: what it held tells.
      if (!stats?.isFile()) folder.files.delete(name);
      this.#options.onTouched(below);
    }
    if (folder.files.has(name) || folder.folders.has(name)) return;
    const kind = kindOf(stats, isLink);
    // What has not been looked at yet was there.
    const found = folder.rest.delete(name) ? folder.found : 'created';
    if (kind) this.#add(path, folder, name, kind, found);
  }

  /** A folder is gone, or counts no longer: its files have been touched, or left. */
  #leave(path: string, onFile: (path: string) => void): void {
    const folder = this.#folders.get(path);
    if (!folder) return;
    this.#delete(path, folder);
    for (const name of folder.files) onFile(join(path, name));
    for (const name of folder.folders) this.#leave(join(path, name), onFile);
  }

  #delete(path: string, { real }: Folder): void {
    this.#folders.delete(path);
    this.#listing.delete(path);
    this.#folders.get(dirname(path))?.folders.delete(basename(path));
    this.#options.onFolderGone(path);
    for (const link of this.#links.leave(path, real)) {
      const around = this.#folders.get(dirname(link));
      if (around && statOf(link)?.isDirectory())
        this.#add(dirname(link), around, basename(link), 'folder', 'known');
    }
  }

  #applyRules(path: string, rules: GitIgnore): void {
    const folder = this.#folders.get(path);
    if (!folder) return;
    const before = folder.rules;
    folder.rules = rules;
    folder.mark = markIn(path);
    for (const name of folder.files) {
      if (!rules.ignores(name, false)) continue;
      folder.files.delete(name);
      this.#options.onLeft(join(path, name));
    }
    for (const name of folder.folders) {
      if (!rules.ignores(name, true)) {
        this.#applyRules(join(path, name), rules.in(name));
        continue;
      }
      folder.folders.delete(name);
      this.#leave(join(path, name), this.#options.onLeft);
    }
    for (const [name, kind] of entriesIn(path)) {
      if (folder.files.has(name) || folder.folders.has(name) || folder.rest.has(name)) continue;
      // What the rules have left out until now was there; anything else is new, and its event is on the way.
      const isKnown = before.ignores(name, kind === 'folder') || isLinkAt(join(path, name));
      this.#add(path, folder, name, kind, isKnown ? 'known' : 'created');
    }
  }
}

function depthOf(path: string): number {
  return path.split(sep).length;
}

function isLinkAt(path: string): boolean {
  return entryOf(path)?.isSymbolicLink() ?? false;
}

/** What counts of what is there: no sockets and pipes. */
function kindOf(
  stats: Pick<fs.Stats, 'isFile' | 'isDirectory'> | undefined,
  isLink: boolean,
): Kind | undefined {
  if (stats?.isDirectory()) return 'folder';
  if (stats?.isFile()) return 'file';
  return isLink && !stats ? 'nothing' : undefined;
}

/** What tells whether the rules of a folder have changed. */
function markIn(path: string): string {
  return markOf(statOf(join(path, RULE_FILE)));
}

function namesIn(path: string): string[] | undefined {
  try {
    return fs.readdirSync(path);
  } catch {
    return undefined;
  }
}

/** What is in a folder: files and folders, also by links, and links to nothing. */
function entriesIn(path: string): [name: string, kind: Kind][] {
  try {
    return fs.readdirSync(path, { withFileTypes: true }).flatMap((entry): [string, Kind][] => {
      const isLink = entry.isSymbolicLink();
      const kind = kindOf(isLink ? statOf(join(path, entry.name)) : entry, isLink);
      return kind ? [[entry.name, kind]] : [];
    });
  } catch {
    return [];
  }
}
