// Splits the words behind `autoreload` into our flags, Node options and the program. Decides nothing, and reads no values.
import { badValue, optionError } from '../options/parse-options.ts';
import type { OptionSource } from '../options/parse-options.ts';
import { nearestOption } from '../options/options.ts';
import { DURATION_TEXT } from '../options/value-types.ts';
import type { AutoreloadError } from '../shared/errors.ts';
import { FLAGS, needsValue } from './flags.ts';
import type { Flag, Shell } from './flags.ts';
import { isNodeOption, takesNext } from './node-flags.ts';

/** The parts of a command line. */
export interface ParsedArguments {
  /** Our options, and mistakes in how they are written. */
  readonly flags: OptionSource;
  /** Node options, as they were written. */
  readonly nodeOptions: readonly string[];
  /** Node options that this version of Node may not know. */
  readonly doubtful: readonly DoubtfulOption[];
  /** The script with its arguments; behind `--` the command with its arguments. */
  readonly program: readonly string[];
  /** Whether there was a `--`. */
  readonly isCommand: boolean;
  /** What is to be printed instead of running a program. */
  readonly asked: { readonly help?: boolean; readonly version?: boolean; readonly completion?: Shell };
}

/** A word that may be a misspelled flag. */
export interface DoubtfulOption {
  readonly word: string;
  /** The flag that the user may have meant. */
  readonly meant: string | undefined;
}

/** Flags of other tools, and ours with the same effect. */
const OTHER_TOOLS: Readonly<Record<string, string>> = {
  '-w': '--watch',
  '-x': '--exec',
  '-d': '--debounce',
  '--delay': '--debounce',
  '-L': '--poll',
  '--legacy-watch': '--poll',
  '-q': '--log silent',
  '--quiet': '--log silent',
  '-V': '--log debug',
  '--verbose': '--log debug',
  '--stop-signal': '--signal',
  '--stop-timeout': '--grace',
  '--exts': '--ext',
  '--exclude': '--ignore',
  '--include': '--watch',
  '--clear-screen': '--clear',
  '--respawn': '--on-exit restart',
};

/**
 * Splits a command line. Our flags and Node options may be mixed; everything behind the script belongs to the script.
 *
 * @param words as `process.argv.slice(2)`
 * @param hasExec whether another source sets `exec`, so that a command runs instead of Node
 * @example
 * parseArguments(['--inspect', '--clear', 'app.js', '-x'], false).program // ['app.js', '-x']
 */
export function parseArguments(words: readonly string[], hasExec: boolean): ParsedArguments {
  const parsed: Record<string, unknown> = {};
  const problems: AutoreloadError[] = [];
  const nodeOptions: string[] = [];
  const doubtful: DoubtfulOption[] = [];
  const rest = [...words];
  for (;;) {
    const [word, next] = rest;
    if (word === undefined || word === '-' || word === '--' || !word.startsWith('-')) break;
    const [name = '', text] = word.split(/=(.*)/s, 2);
    // A word that begins with `-` is no value: the value has been forgotten.
    const isValue = next !== undefined && !next.startsWith('-');
    const flag = FLAGS.find(({ flag: long, short }) => long === name || short === name);
    if (flag !== undefined) {
      const isNext = text === undefined && isValue && takesWord(flag, next);
      const [, value = text] = rest.splice(0, isNext ? 2 : 1);
      const wrong = misuse(flag, name, value);
      const before = Array.isArray(flag.default) ? [parsed[flag.name] ?? []].flat() : undefined;
      if (wrong !== undefined) problems.push(wrong);
      else parsed[flag.name] = before ? [...before, value] : (value ?? flag.isOn);
      continue;
    }
    const isKnown = isNodeOption(word);
    const misspelled = isKnown ? undefined : meantFlag(name);
    // A command takes the rest, unless the word looks like a misspelled flag of ours.
    if ((hasExec || parsed['exec'] !== undefined) && misspelled === undefined) break;
    const meant = isKnown ? undefined : (OTHER_TOOLS[name] ?? misspelled);
    const isPair = takesNext(word) && isValue;
    if (!isKnown || (takesNext(word) && !isPair)) doubtful.push({ word, meant });
    nodeOptions.push(...rest.splice(0, isPair ? 2 : 1));
  }
  const isCommand = rest[0] === '--';
  const { help, version, completion, ...values } = parsed;
  return {
    flags: { values, problems, where: (name) => FLAGS.find((flag) => flag.name === name)?.flag ?? name },
    nodeOptions,
    doubtful,
    program: isCommand ? rest.slice(1) : rest,
    isCommand,
    asked: { help, version, completion } as ParsedArguments['asked'],
  };
}

/** Whether the next word is the value. In `--poll app.js` it is the script. */
function takesWord(flag: Flag, next: string): boolean {
  return needsValue(flag) || (flag.placeholder !== undefined && DURATION_TEXT.test(next));
}

/** Reports a flag that is written wrongly. Values of options are checked with those of other sources. */
function misuse(flag: Flag, written: string, value?: string): AutoreloadError | undefined {
  const { name, placeholder, type } = flag;
  if (placeholder === undefined && value !== undefined)
    return optionError(`${written} takes no value, got ${JSON.stringify(value)}. Use ${written}.`);
  if (!needsValue(flag) || type === undefined) return undefined;
  if (value === undefined)
    return optionError(`${written} needs a value: ${type.expected}. Use ${written} ${type.suggest('')}.`);
  return name === 'completion' && type.read(value) === undefined ? badValue(written, type, value) : undefined;
}

/** Returns the flag that is most similar to a misspelled one. */
function meantFlag(name: string): string | undefined {
  const meant = name.startsWith('--') ? nearestOption(name)?.name : undefined;
  const flags = FLAGS.filter((flag) => flag.name === meant);
  const isOn = !name.startsWith('--no-');
  return (flags.find((flag) => flag.isOn === isOn) ?? flags[0])?.flag;
}
