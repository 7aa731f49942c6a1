// Decides which entries of a watched folder are left out: those that nobody edits, and those that .gitignore files name.
import { join, relative, resolve, sep } from 'node:path';
import { ancestors, isInside } from '../util/paths.ts';
import { exists, markOf, statOf, textOf } from '../util/safe-fs.ts';
import { IgnoreRules } from './ignore-rules.ts';

export const RULE_FILE = '.gitignore';

/** Names that belong to version control, packages, tools and editors. */
const USUAL_NAMES: ReadonlySet<string> = new Set(
  [
    '.git .hg .svn .jj node_modules bower_components .cache .parcel-cache .turbo .nx .nyc_output coverage .eslintcache',
    '.next .nuxt .svelte-kit .astro .angular target .gradle .terraform',
    '__pycache__ .venv .tox .mypy_cache .pytest_cache .ruff_cache .idea .vscode .vs .history .direnv',
    '4913 .DS_Store Thumbs.db desktop.ini',
  ].flatMap((names) => names.split(' ')),
);

/**
 * Files that an editor or its checkers write beside the saved one (Emacs, Vim, Kate, GNOME, JetBrains, flycheck), leftovers of merges and
 * patches, of macOS and of NFS, compiled Python, and build information of TypeScript.
 */
const USUAL =
  /~$|^\.#|^#.*#$|\.sw[a-z]$|\.kate-swp$|^\.goutputstream-|___jb_(?:tmp|old)___$|^flycheck_|\.(?:orig|rej|bak|py[co]|tsbuildinfo)$|^\._|^\.nfs[0-9a-f]/;

/** Whether a file or folder with this name is left out of every folder. */
export function isUsuallyIgnored(name: string): boolean {
  return USUAL_NAMES.has(name) || USUAL.test(name);
}

/** Stands for any name in a folder. */
const ANY_NAME = '\u{fffd}';

/** The Git rules that apply in one folder. */
export class GitIgnore {
  readonly #folder: string;
  /** The rules of each .gitignore file. The nearest one comes first, and decides. */
  readonly #files: readonly IgnoreRules[];
  /** How the .gitignore file in this folder looked. */
  readonly #mark: string;

  private constructor(folder: string, above: readonly IgnoreRules[]) {
    this.#folder = folder;
    this.#mark = markOf(statOf(join(folder, RULE_FILE)));
    const own = readRules(join(folder, RULE_FILE), folder);
    this.#files = own ? [own, ...above] : above;
  }

  /** Files whose rules apply in a folder, whether or not they exist, except the file in the folder itself. */
  static filesAbove(folder: string, cwd: string): string[] {
    const root = rootOf(folder, cwd);
    const above = ancestors(folder).filter((path) => path === root || isInside(path, root));
    return [excludeFile(root), ...above.map((path) => join(path, RULE_FILE))];
  }

  /** Reads the rules that apply in a folder: those of its repository, or those from `cwd` down if there is none. */
  static of(folder: string, cwd: string): GitIgnore {
    const root = rootOf(folder, cwd);
    const exclude = readRules(excludeFile(root), root);
    let rules = new GitIgnore(root, exclude ? [exclude] : []);
    const names = relative(root, folder).split(sep).filter(Boolean);
    for (const [index, name] of names.entries()) rules = rules.in(name, index === names.length - 1);
    return rules;
  }

  /**
   * The rules in a folder of this one that counts. A rule against that folder is left out, since a nearer file has
   * overridden it, or the user has named the folder.
   */
  in(name: string, isNamed = false): GitIgnore {
    const folder = join(this.#folder, name);
    const files = this.#files.map((rules) => withoutRulesAgainst(rules, folder, isNamed));
    return new GitIgnore(folder, files);
  }

  /** Whether a file or folder in this folder is left out. */
  ignores(name: string, isFolder: boolean): boolean {
    const path = join(this.#folder, name);
    for (const rules of this.#files) {
      const isIgnored = rules.test(path, isFolder);
      if (isIgnored !== undefined) return isIgnored;
    }
    return false;
  }

  /** Whether the .gitignore file in this folder has changed since it was read. */
  get isStale(): boolean {
    return this.#mark !== markOf(statOf(join(this.#folder, RULE_FILE)));
  }
}

function readRules(file: string, folder: string): IgnoreRules | undefined {
  const lines = statOf(file)?.isFile() ? textOf(file)?.split(/\r?\n/) : undefined;
  return lines && new IgnoreRules(folder, lines);
}

/** Leaves out the rules against a folder; if the user has named the folder, those against everything in it too. */
function withoutRulesAgainst(all: IgnoreRules, folder: string, isNamed: boolean): IgnoreRules {
  const isAgainst = (rules: IgnoreRules): boolean =>
    rules.test(folder, true) === true || (isNamed && rules.test(join(folder, ANY_NAME), false) === true);
  if (!isAgainst(all)) return all;
  const others = all.patterns.filter((pattern) => !isAgainst(new IgnoreRules(all.folder, [pattern])));
  return new IgnoreRules(all.folder, others);
}

/** The file with the rules of one clone. A work tree shares it with the other work trees of its repository. */
function excludeFile(root: string): string {
  const git = join(root, '.git');
  const linked = /^gitdir: (.+)$/m.exec((statOf(git)?.isFile() && textOf(git)) || '')?.[1];
  const own = linked === undefined ? git : resolve(root, linked);
  const common = linked === undefined ? undefined : textOf(join(own, 'commondir'))?.trim();
  return join(common === undefined ? own : resolve(own, common), 'info', 'exclude');
}

function rootOf(folder: string, cwd: string): string {
  const repository = [folder, ...ancestors(folder)].find((path) => exists(join(path, '.git')));
  return repository ?? (isInside(folder, cwd) ? cwd : folder);
}
