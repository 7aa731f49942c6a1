// What a text of the user's means that names files: a path, of a file or a folder, or a glob. The only file that knows
// picomatch. Asks the disk whether there is something of that name; keeps no state.
import { homedir } from 'node:os';
import { join, parse, relative, resolve, sep } from 'node:path';
import picomatch from 'picomatch';
import { AutoreloadError } from '../../shared/errors.ts';
import { exists } from '../util/safe-fs.ts';

/** What a text means. */
export interface Pattern {
  readonly text: string;
  /** Absolute: the path, or the folder that what a glob matches is in. */
  readonly base: string;
  /** Whether a path below the base is meant; undefined: the text is a path, and all below it is. */
  readonly matches: ((path: string) => boolean) | undefined;
  /** How many folders below the base what it means can be. */
  readonly depth: number;
}

/** Characters in which a glob differs from a path, once they are closed. */
const GLOB = /[*?]|\[[^/]*\]|\{.*\}|[!+@]\(.*\)|\(.*\|.*\)/;
const SPECIAL = /[*?[{(]/;

/** So many names at most may be meant by `{1..9}`: they become one expression. */
const MAX_RANGE = 1000;

/** A `!` in front excludes nothing: `v/!*.js` is what begins with one. */
const GLOB_OPTIONS: picomatch.PicomatchOptions = {
  nonegate: true,
  expandRange: (from: string, to: string, step?: unknown) =>
    `(?:${namesInRange(from, to, typeof step === 'string' ? step : '1').join('|')})`,
};

/** What these can match may have slashes. */
const ANY_DEPTH = /\*\*|\(/;

/**
 * Reads a path or a glob. What exists is a path, whatever characters are in it (`app/[id]/page.html`).
 *
 * @param text as the user wrote it
 * @param cwd what it is relative to
 */
export function patternOf(text: string, cwd: string): Pattern {
  const written = sep === '/' ? text : text.replaceAll('\\', '/');
  const path = resolve(cwd, written);
  if (!GLOB.test(written) || exists(path))
    return { text, base: path, matches: undefined, depth: Number.POSITIVE_INFINITY };
  const { root } = parse(written);
  const names = written
    .slice(root.length)
    .split('/')
    .filter((name) => name !== '' && name !== '.');
  let base = root === '' ? cwd : resolve(root);
  while (names.length > 1 && (!SPECIAL.test(names[0] ?? '') || exists(join(base, names[0] ?? ''))))
    base = join(base, names.shift() ?? '');
  const glob = names.join('/');
  const isMatch = picomatch(glob, GLOB_OPTIONS);
  return {
    text,
    base,
    // The file may be one of that very name, which does not exist yet.
    matches: (below) => {
      const name = relative(base, below).replaceAll('\\', '/');
      return name === glob || isMatch(name);
    },
    depth: ANY_DEPTH.test(glob) ? Number.POSITIVE_INFINITY : names.length - 1,
  };
}

/**
 * What is wrong with a text that is to be watched, if something is: it is empty, says what is not meant, or means far
 * more than a program.
 *
 * @param where what the user has set or called: `--watch`
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
 * Why a command cannot be restarted on whatever changes in its working directory, if it cannot.
 *
 * @param where what the user has called
 * @param instead what to write instead
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

/** What `{9..11}`, `{01..10}`, `{a..e}` and `{0..10..5}` mean, as a shell has it; one more than may be meant at most. */
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
    names.push(isNumber ? padded(value, width) : String.fromCodePoint(value).replace(/\W/, '\\$&'));
  }
  return names;
}

function padded(value: number, width: number): string {
  const sign = value < 0 ? '-' : '';
  return sign + String(Math.abs(value)).padStart(width - sign.length, '0');
}
