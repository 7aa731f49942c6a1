// Reads a path or a glob as the user wrote it. The only file that knows picomatch. Asks the disk whether a path exists; keeps
// no state.
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join, parse, relative, resolve, sep } from 'node:path';
import type Picomatch from 'picomatch';
import { AutoreloadError } from '../../shared/errors.ts';
import { isNeverEdited } from '../contents/self-written.ts';
import { exists } from '../util/safe-fs.ts';

const require = createRequire(import.meta.url);

/** A path or a glob. */
export interface Pattern {
  /** The path, or the folder in which the glob begins; absolute. */
  readonly base: string;
  /** Whether a path below the base matches the glob; undefined: the text is a path, and everything below it counts. */
  readonly matches: ((path: string) => boolean) | undefined;
  /** Maximum number of folders between the base and a match. */
  readonly depth: number;
}

/** The syntax of globs. A bracket that is not closed is part of a name. */
const GLOB = /[*?]|\[[^/]*\]|\{.*\}|[!+@]\(.*\)|\(.*\|.*\)/;
const SPECIAL = /[*?[{(]/;

/** Maximum number of names in a range such as `{1..9}`, which becomes one regular expression. */
const MAX_RANGE = 1000;

/** A leading `!` excludes nothing: `v/!*.js` matches names that begin with `!`. */
const GLOB_OPTIONS: Picomatch.PicomatchOptions = {
  nonegate: true,
  expandRange: (from: string, to: string, step?: unknown) =>
    `(?:${namesInRange(from, to, typeof step === 'string' ? step : '1').join('|')})`,
};

/** Glob syntax that may match slashes. */
const ANY_DEPTH = /\*\*|\(/;

/**
 * Reads a path or a glob. A text is a path if a file of that name exists, whatever its characters (`app/[id]/page.html`).
 *
 * @param text as the user wrote it
 * @param cwd the folder that it is relative to
 */
export function patternOf(text: string, cwd: string): Pattern {
  const written = sep === '/' ? text : text.replaceAll('\\', '/');
  const path = resolve(cwd, written);
  if (!GLOB.test(written) || exists(path))
    return { base: path, matches: undefined, depth: Number.POSITIVE_INFINITY };
  let base = parse(path).root;
  const names = path.slice(base.length).split(sep);
  while (names.length > 1 && (!SPECIAL.test(names[0] ?? '') || exists(join(base, names[0] ?? ''))))
    base = join(base, names.shift() ?? '');
  const glob = names.join('/');
  // Loaded late: most programs have no glob.
  const picomatch = require('picomatch') as typeof Picomatch;
  const isMatch = picomatch(glob, GLOB_OPTIONS);
  return {
    base,
    // A file whose name is the text itself may be created later.
    matches: (below) => {
      const name = relative(base, below).replaceAll('\\', '/');
      return name === glob || isMatch(name);
    },
    depth: ANY_DEPTH.test(glob) ? Number.POSITIVE_INFINITY : names.length - 1,
  };
}

/** Whether a folder below the base may contain files that count. */
export function isInReach({ base, depth }: Pattern, folder: string): boolean {
  return relative(base, folder).split(sep).length <= depth;
}

/**
 * Whether a file below the base counts.
 *
 * @param ext extensions that count, without a dot; empty: all, in a folder except those that nobody edits
 */
export function countsAsFile({ matches }: Pattern, path: string, ext: readonly string[]): boolean {
  if (ext.length > 0 && !ext.some((extension) => path.endsWith(`.${extension}`))) return false;
  if (matches) return matches(path);
  return ext.length > 0 || !isNeverEdited(path);
}

/**
 * Checks a text that is to be watched. It must not be empty, exclude files, or stand for far more than a program.
 *
 * @param where the option or function that the text was given to: `--watch`
 */
export function problemOf(text: string, cwd: string, where: string): AutoreloadError | undefined {
  const tell = (what: string): AutoreloadError =>
    new AutoreloadError('ERR_AUTORELOAD_OPTION', `${where} ${what}`);
  if (text.trim() === '') return tell(`must be a path or a glob, got ${JSON.stringify(text)}. Use src.`);
  if (/^!(?!\()/.test(text))
    return tell(
      `must be what counts, got ${JSON.stringify(text)}. Use --ignore ${JSON.stringify(text.slice(1))}.`,
    );
  const range = /\{(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?\}/.exec(text);
  if (range && namesInRange(range[1] ?? '', range[2] ?? '', range[3] ?? '1').length > MAX_RANGE)
    return tell(`must mean ${MAX_RANGE} names at most by a range, got ${JSON.stringify(text)}. Use *.`);
  const { base, depth } = patternOf(text, cwd);
  const what = tooMuch(base);
  if (what === undefined || depth !== Number.POSITIVE_INFINITY) return undefined;
  return tell(`must be a part of a project, got ${JSON.stringify(text)}, which is ${what}. Use src.`);
}

/**
 * Checks whether a command can be restarted whenever any file in its working directory changes.
 *
 * @param where the command that the user has called
 * @param instead an example of a better call
 */
export function problemOfAll(cwd: string, where: string, instead: string): AutoreloadError | undefined {
  const what = tooMuch(cwd);
  if (what === undefined) return undefined;
  const message = `${where}everything in ${what} would be watched. Name a folder: ${instead}`;
  return new AutoreloadError('ERR_AUTORELOAD_OPTION', message);
}

function tooMuch(base: string): string | undefined {
  if (base === parse(base).root) return 'the whole file system';
  return base === resolve(homedir()) ? 'your home folder' : undefined;
}

/** The names in `{9..11}`, `{01..10}`, `{a..e}` or `{0..10..5}`, as in a shell; at most one more than is allowed. */
function namesInRange(from: string, to: string, step: string): string[] {
  const isNumber = /^-?\d+$/.test(from) && /^-?\d+$/.test(to);
  const valueOf = (text: string): number => (isNumber ? Number(text) : (text.codePointAt(0) ?? 0));
  const by = Math.max(1, Math.abs(Number(step)) || 1);
  const first = valueOf(from);
  const last = valueOf(to);
  const width = [from, to].some((one) => /^-?0\d/.test(one)) ? Math.max(from.length, to.length) : 0;
  const names: string[] = [];
  for (let n = 0; n * by <= Math.abs(last - first) && names.length <= MAX_RANGE; n++) {
    const value = first + n * by * Math.sign(last - first);
    const sign = value < 0 ? '-' : '';
    const number = sign + String(Math.abs(value)).padStart(width - sign.length, '0');
    names.push(isNumber ? number : String.fromCodePoint(value).replace(/\W/, '\\$&'));
  }
  return names;
}
