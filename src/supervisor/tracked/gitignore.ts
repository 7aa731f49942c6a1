// What does not count: what the user has said with `ignore`, at all; and in folders that are watched as a whole, what
// nobody edits there, and what .gitignore files say. The only file that knows the package `ignore`.
import { dirname, join, relative, resolve, sep } from 'node:path';
import ignore from 'ignore';
import type { Ignore } from 'ignore';
import { exists, statOf, textOf } from '../util/safe-fs.ts';
import { commonFolder } from '../util/paths.ts';

export const RULE_FILE = '.gitignore';

/** As Git, where the file system tells no case from another. */
const CASE = { ignorecase: process.platform === 'win32' || process.platform === 'darwin' };

/** Of version control, of packages, of tools and of editors. */
const USUAL_NAMES: ReadonlySet<string> = new Set(
  [
    '.git .hg .svn .jj node_modules bower_components .cache .parcel-cache .turbo .nyc_output coverage',
    '__pycache__ .venv .tox .mypy_cache .pytest_cache .ruff_cache .idea .vscode .vs .history .direnv',
    '4913 .DS_Store Thumbs.db desktop.ini',
  ].flatMap((names) => names.split(' ')),
);

/** What editors write beside a file while they save it, and what Python compiles. */
const USUAL = /~$|^\.#|^#.*#$|\.sw[a-z]$|\.py[co]$|^\.goutputstream-|___jb_(?:tmp|old)___$/;

/** Whether something with this name is left out of every folder, whether it is a file or a folder. */
export function isUsuallyIgnored(name: string): boolean {
  return USUAL_NAMES.has(name) || USUAL.test(name);
}

/** What the user has said never counts, in the syntax of .gitignore. */
export class IgnoreOption {
  /** The last ones first: those that say anything decide. */
  readonly #groups: RuleGroup[] = [];
  readonly #cwd: string;

  /**
   * @param patterns as in a .gitignore file in `cwd`; `./` and `../` and absolute paths may be used as well
   * @param cwd what they are relative to
   */
  constructor(patterns: readonly string[], cwd: string) {
    this.#cwd = cwd;
    for (const pattern of patterns) {
      const written = sep === '/' ? pattern : pattern.replaceAll('\\', '/');
      const [, not = '', text = ''] = /^(!?)(.*)$/s.exec(written) ?? [];
      const outside = /^(?:\.\.\/)+/.exec(text)?.[0] ?? '';
      const rest = text.slice(outside.length).replace(/^\.\//, '');
      const here = cwd.replaceAll('\\', '/');
      if (outside !== '') this.#add(resolve(cwd, outside), `${not}/${rest}`);
      else if (text === '.' || text === './') this.#add(cwd, `${not}/**`);
      else if (text.startsWith(`${here}/`)) this.#add(cwd, not + text.slice(here.length));
      else if (text.startsWith('./')) this.#add(cwd, `${not}/${rest}`);
      else {
        const isName = !/\/./.test(text.replace(/^(?:\*\*\/)+/, ''));
        this.#add(cwd, not + text, isName);
      }
    }
  }

  /** Whether a path never counts. */
  has(path: string, isFolder = false): boolean {
    const end = isFolder ? '/' : '';
    // What is around both, such as /tmp, is no part of the project.
    const outside =
      this.#groups.length === 0 || isBelow(path, this.#cwd) || isBelow(this.#cwd, path)
        ? undefined
        : nameIn(commonFolder([path, this.#cwd]), path) + end;
    for (const { folder, patterns, names } of this.#groups) {
      const said = isBelow(path, folder)
        ? patterns.test(nameIn(folder, path) + end)
        : outside !== undefined && names.test(outside);
      if (said && (said.ignored || said.unignored)) return said.ignored;
    }
    return false;
  }

  #add(folder: string, pattern: string, isName = false): void {
    let [group] = this.#groups;
    if (group?.folder !== folder) {
      group = { folder, patterns: ignore(CASE), names: ignore(CASE) };
      this.#groups.unshift(group);
    }
    group.patterns.add(pattern);
    if (isName) group.names.add(pattern);
  }
}

/** Patterns that follow each other. */
interface RuleGroup {
  /** What they are relative to. */
  readonly folder: string;
  readonly patterns: Ignore;
  /** Those that are names, which hold outside `cwd` too. */
  readonly names: Ignore;
}

/** Stands for whatever may be in a folder. */
const ANY_NAME = '\u{fffd}';

/** What one .gitignore file says. */
interface RuleFile {
  readonly folder: string;
  readonly lines: readonly string[];
  readonly patterns: Ignore;
}

/** The rules of Git that hold in one folder. */
export class GitIgnore {
  readonly #folder: string;
  /** The nearest one first, which decides. */
  readonly #files: readonly RuleFile[];

  private constructor(folder: string, files: readonly RuleFile[]) {
    this.#folder = folder;
    this.#files = files;
  }

  /** Files that the rules in a folder come from, whether or not they are there, but for the one in the folder itself. */
  static filesAbove(folder: string, cwd: string): string[] {
    const root = rootOf(folder, cwd);
    const files = [excludeFile(root)];
    for (let above = folder; above !== root;) {
      above = dirname(above);
      files.push(join(above, RULE_FILE));
    }
    return files;
  }

  /** Reads the rules that hold in a folder: those of the repository that it is in, or of `cwd` where that has none. */
  static of(folder: string, cwd: string): GitIgnore {
    const root = rootOf(folder, cwd);
    const exclude = readRules(excludeFile(root), root);
    let rules = new GitIgnore(root, exclude ? [exclude] : []).#withOwn();
    const names = relative(root, folder).split(sep).filter(Boolean);
    for (const [index, name] of names.entries()) rules = rules.in(name, index === names.length - 1);
    return rules;
  }

  /**
   * The rules in a folder of this one, which itself counts. Those by which it would not, because a nearer file brings it
   * back or because the user has named it, say nothing about what is in it.
   */
  in(name: string, isNamed = false): GitIgnore {
    const folder = join(this.#folder, name);
    const files = this.#files.map((file) => withoutRulesAgainst(file, folder, isNamed));
    return new GitIgnore(folder, files).#withOwn();
  }

  /** Whether a file or folder in this folder is left out. */
  ignores(name: string, isFolder: boolean): boolean {
    const path = join(this.#folder, name);
    for (const { folder, patterns } of this.#files) {
      const { ignored, unignored } = patterns.test(nameIn(folder, path) + (isFolder ? '/' : ''));
      if (ignored || unignored) return ignored;
    }
    return false;
  }

  #withOwn(): GitIgnore {
    const own = readRules(join(this.#folder, RULE_FILE), this.#folder);
    return own ? new GitIgnore(this.#folder, [own, ...this.#files]) : this;
  }
}

function readRules(file: string, folder: string): RuleFile | undefined {
  const text = statOf(file)?.isFile() ? textOf(file) : undefined;
  return text === undefined ? undefined : ruleFile(folder, text.split(/\r?\n/));
}

function ruleFile(folder: string, lines: readonly string[]): RuleFile {
  return { folder, lines, patterns: ignore(CASE).add(lines) };
}

/** The same rules, but for those that would ignore a folder, or all that is in one that the user has named. */
function withoutRulesAgainst(file: RuleFile, folder: string, isNamed: boolean): RuleFile {
  const name = `${nameIn(file.folder, folder)}/`;
  const isAgainst = (patterns: Ignore): boolean =>
    patterns.ignores(name) || (isNamed && patterns.ignores(name + ANY_NAME));
  if (!isAgainst(file.patterns)) return file;
  return ruleFile(
    file.folder,
    file.lines.filter((line) => !isAgainst(ignore(CASE).add(line))),
  );
}

/** What one clone ignores; a work tree shares it with the others of its repository. */
function excludeFile(root: string): string {
  const git = join(root, '.git');
  const told = /^gitdir: (.+)$/m.exec((statOf(git)?.isFile() && textOf(git)) || '')?.[1];
  const own = told === undefined ? git : resolve(root, told);
  const common = told === undefined ? undefined : textOf(join(own, 'commondir'))?.trim();
  return join(common === undefined ? own : resolve(own, common), 'info', 'exclude');
}

function rootOf(folder: string, cwd: string): string {
  for (let above = folder; ; above = dirname(above)) {
    if (exists(join(above, '.git'))) return above;
    if (above === dirname(above)) return isBelow(folder, cwd) ? cwd : folder;
  }
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** A path below a folder as `ignore` wants it. Not by `relative`, which takes most of the time where files are many. */
function nameIn(folder: string, path: string): string {
  const name = path.slice(folder.endsWith(sep) ? folder.length : folder.length + 1);
  return sep === '/' ? name : name.replaceAll('\\', '/');
}
