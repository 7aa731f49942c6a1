// What one path or glob of the user's means on the disk: the file, or the folders and the files in them that count, new
// ones included. Owns the listing. Knows neither what the files hold nor how folders are watched.
import fs from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { entryOf, markOf, realOf, statOf } from './disk.ts';
import { GitRules, isUsuallyIgnored, RULE_FILE } from './ignored.ts';
import { isNeverEdited } from './outputs.ts';
import type { Pattern } from './patterns.ts';
import type { Found } from './tracked-files.ts';

/** A folder in which files count. */
interface Folder {
  readonly files: Set<string>;
  readonly folders: Set<string>;
  rules: GitRules;
  /** Where it is, if it was come to by a link. */
  readonly target: string | undefined;
  /** How its own file with rules looked. */
  mark: string;
}

export interface TreeOptions {
  readonly pattern: Pattern;
  readonly cwd: string;
  /** Endings of names, without a dot; none: all. */
  readonly ext: readonly string[];
  /** What never counts. */
  readonly isIgnored: (path: string, isFolder?: boolean) => boolean;
  /** A folder is about to be listed: it is to be watched when this returns. */
  readonly onFolder: (folder: string) => void;
  readonly onFolderGone: (folder: string) => void;
  /** A file counts from now on. */
  readonly onFile: (path: string, found: Found) => void;
  /** Something may have happened to a file that counts. */
  readonly onTouched: (path: string) => void;
  /** A file counts no longer, though nothing has happened to it. */
  readonly onLeft: (path: string) => void;
}

export class Tree {
  readonly #options: TreeOptions;
  readonly #folders = new Map<string, Folder>();
  /** Folders that have been found and not been listed. */
  readonly #unlisted: { readonly path: string; readonly rules: GitRules; readonly found: Found }[] = [];

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  /** Looks at the path, or at the folder that a glob begins in. What is in folders is found with {@link work}. */
  start(found: Found): void {
    const { base } = this.#options.pattern;
    if (this.#folders.has(base) || !statOf(base)?.isDirectory()) return;
    this.#unlisted.push({ path: base, rules: this.#rulesAtBase(), found });
  }

  /**
   * Lists folders that have been found.
   *
   * @returns whether there are more
   */
  work(isOver: () => boolean): boolean {
    for (let next = this.#unlisted.pop(); next; next = this.#unlisted.pop()) {
      if (statOf(next.path)?.isDirectory()) this.#enter(next.path, next.rules, next.found);
      if (isOver()) break;
    }
    return this.#unlisted.length > 0;
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
      this.#leave(path);
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

  #rulesAtBase(): GitRules {
    return GitRules.of(this.#options.pattern.base, this.#options.cwd);
  }

  #enter(path: string, rules: GitRules, found: Found): void {
    if (this.#folders.has(path)) return;
    const target = entryOf(path)?.isSymbolicLink() ? realOf(path) : undefined;
    const folder: Folder = { files: new Set(), folders: new Set(), rules, target, mark: markIn(path) };
    this.#folders.set(path, folder);
    // Watched first: what comes while it is listed is told.
    this.#options.onFolder(path);
    for (const [name, isFolder] of entriesIn(path)) this.#add(path, folder, name, isFolder, found);
  }

  #add(path: string, folder: Folder, name: string, isFolder: boolean, found: Found): void {
    if (isUsuallyIgnored(name) || folder.rules.ignores(name, isFolder)) return;
    const below = join(path, name);
    if (!isFolder) {
      if (!this.#counts(below) || this.#options.isIgnored(below)) return;
      folder.files.add(name);
      this.#options.onFile(below, found);
      return;
    }
    const { base, depth } = this.#options.pattern;
    if (depthOf(relative(base, below)) > depth || this.#options.isIgnored(below, true) || this.#isLoop(below))
      return;
    folder.folders.add(name);
    this.#unlisted.push({ path: below, rules: folder.rules.in(name), found });
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
    if (folder.folders.has(name)) {
      const known = this.#folders.get(below);
      const isThere = stats?.isDirectory() === true && known?.target === targetOf(below);
      if (!isThere && known) this.#leave(below);
      if (!isThere) folder.folders.delete(name);
    }
    if (folder.files.has(name)) {
      // Gone or not: what it held tells.
      if (!stats?.isFile()) folder.files.delete(name);
      this.#options.onTouched(below);
    }
    const isNew = stats && !folder.files.has(name) && !folder.folders.has(name);
    if (isNew && (stats.isFile() || stats.isDirectory()))
      this.#add(path, folder, name, stats.isDirectory(), 'created');
  }

  /** A folder is gone. */
  #leave(path: string): void {
    const folder = this.#folders.get(path);
    if (!folder) return;
    this.#folders.delete(path);
    this.#options.onFolderGone(path);
    for (const name of folder.files) this.#options.onTouched(join(path, name));
    for (const name of folder.folders) this.#leave(join(path, name));
  }

  #applyRules(path: string, rules: GitRules): void {
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
      this.#forget(join(path, name));
    }
    for (const [name, isFolder] of entriesIn(path)) {
      if (folder.files.has(name) || folder.folders.has(name)) continue;
      // What the rules have left out until now was there; anything else is new, and its event is on the way.
      this.#add(path, folder, name, isFolder, before.ignores(name, isFolder) ? 'known' : 'created');
    }
  }

  #forget(path: string): void {
    const folder = this.#folders.get(path);
    if (!folder) return;
    this.#folders.delete(path);
    this.#options.onFolderGone(path);
    for (const name of folder.files) this.#options.onLeft(join(path, name));
    for (const name of folder.folders) this.#forget(join(path, name));
  }

  /** Whether a folder is a link to one that is looked through already, or to one around it. */
  #isLoop(path: string): boolean {
    const target = targetOf(path);
    if (target === undefined) return false;
    const linked = [...this.#folders.values()].flatMap((folder) => folder.target ?? []);
    const unlisted = this.#unlisted.flatMap((folder) => targetOf(folder.path) ?? []);
    return [realOf(this.#options.pattern.base), ...linked, ...unlisted].some(
      (real) => real !== undefined && (isIn(real, target) || isIn(target, real)),
    );
  }
}

function depthOf(path: string): number {
  return path.split(sep).length;
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Where a link points to. */
function targetOf(path: string): string | undefined {
  return entryOf(path)?.isSymbolicLink() ? realOf(path) : undefined;
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

/** What is in a folder: files and folders, also by links, and no sockets or pipes. */
function entriesIn(path: string): [name: string, isFolder: boolean][] {
  try {
    return fs.readdirSync(path, { withFileTypes: true }).flatMap((entry): [string, boolean][] => {
      const kind = entry.isSymbolicLink() ? statOf(join(path, entry.name)) : entry;
      if (kind?.isDirectory()) return [[entry.name, true]];
      return kind?.isFile() ? [[entry.name, false]] : [];
    });
  } catch {
    return [];
  }
}
