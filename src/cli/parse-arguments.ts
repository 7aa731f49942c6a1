// What has been typed behind `autoreload`: our options, Node's options, and the program. Reads words, and decides nothing.
// Knows commander, as the help and the completion do.
import { Command, Option } from 'commander';
import { isNodeOption, takesNext } from './node-flags.ts';
import { flagOf, nearestOption, OPTIONS, problem } from '../options/options.ts';
import type { Definition, Source } from '../options/options.ts';
import type { AutoreloadError } from '../shared/errors.ts';

/** What has been typed, taken apart. */
export interface Arguments {
  /** Our options, and what is wrong with how they are written. */
  readonly flags: Source;
  /** Node's options, as they were written. */
  readonly nodeOptions: readonly string[];
  /** Those of them that may be none. */
  readonly doubtful: readonly Doubtful[];
  /** The script and its arguments; behind `--` the command and its arguments. */
  readonly program: readonly string[];
  /** Whether there was a `--`. */
  readonly isCommand: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** For which shell a script is wanted. */
  readonly completion: string | undefined;
}

/** A word that looks like an option. */
export interface Doubtful {
  readonly word: string;
  /** What may have been meant. */
  readonly meant: string | undefined;
}

/** Options of the command alone. */
export const COMMAND_OPTIONS: readonly Option[] = [
  new Option('--completion <shell>', 'print completion for bash, zsh or fish'),
  new Option('-v, --version', 'print the version'),
  new Option('-h, --help', 'print this'),
];

/** The next word is the value of `--poll` only if it is a length of time: it may be the script. */
const LENGTH_OF_TIME = /^\d+(\.\d+)?(ms|s|m|min|h)?$/;

/** What other tools call what is one of our options. */
const ELSEWHERE: Readonly<Record<string, string>> = {
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
 * Takes apart what has been typed. Our options and Node's may be mixed; behind the script everything is the script's.
 *
 * @param words as `process.argv.slice(2)`
 * @param hasExec whether another source of options names a command to run instead of Node
 * @example
 * readArguments(['--inspect', '--clear', 'app.js', '-x'], false).program // ['app.js', '-x']
 */
export function readArguments(words: readonly string[], hasExec: boolean): Arguments {
  const command = commandOf();
  const problems: AutoreloadError[] = [];
  const nodeOptions: string[] = [];
  const doubtful: Doubtful[] = [];
  const rest = [...words];
  let isCommand = false;
  for (;;) {
    const [word, next] = rest;
    if (word === undefined || word === '-' || !word.startsWith('-')) break;
    if (word === '--') {
      isCommand = true;
      rest.shift();
      break;
    }
    const [name = ''] = word.split('=', 1);
    const option = command.options.find(({ long, short }) => long === name || short === name);
    if (option !== undefined) {
      const own = rest.splice(0, isValue(option, word, next) ? 2 : 1);
      const wrong = misuse(option, word, own.length);
      if (wrong !== undefined) problems.push(problem(wrong));
      else command.parseOptions(own.length > 1 ? [`${word}=${own[1]}`] : own);
      continue;
    }
    const slip = isNodeOption(word) ? undefined : meantBy(name);
    // What runs no Node takes the rest, unless it looks like a slip of ours.
    if ((hasExec || command.opts()['exec'] !== undefined) && slip === undefined) break;
    const meant = isNodeOption(word) || !Object.hasOwn(ELSEWHERE, name) ? slip : ELSEWHERE[name];
    const takesValue = takesNext(word) && next !== undefined && !next.startsWith('-');
    if (!isNodeOption(word) || (takesNext(word) && !takesValue)) doubtful.push({ word, meant });
    nodeOptions.push(...rest.splice(0, takesValue ? 2 : 1));
  }
  const { help = false, version = false, completion, ...values } = command.opts();
  const flags = { values, problems, where };
  return { flags, nodeOptions, doubtful, program: rest, isCommand, help, version, completion };
}

/** How a flag is called. */
function where(name: string): string {
  const definition = OPTIONS.find((known) => known.name === name);
  return definition === undefined ? name : flagOf(definition);
}

/** All options as commander knows them. */
export function commandOf(): Command {
  const command = new Command('autoreload').helpOption(false);
  for (const definition of OPTIONS) for (const option of optionsOf(definition)) command.addOption(option);
  for (const option of COMMAND_OPTIONS) command.addOption(option);
  return command;
}

/** An option, and where it can be turned off or on again its counterpart, which is not in the help. */
function optionsOf(definition: Definition): Option[] {
  const flag = flagOf(definition);
  const { placeholder, description, group, default: value } = definition;
  const option = new Option(placeholder === undefined ? flag : `${flag} ${placeholder}`, description);
  option.helpGroup(group);
  if (Array.isArray(value))
    option.argParser<readonly string[] | undefined>((text, earlier) => [...(earlier ?? []), text]);
  const other = new Option(
    flag.startsWith('--no-') ? flag.replace('--no-', '--') : flag.replace('--', '--no-'),
  );
  other.hideHelp();
  if (placeholder !== undefined && !option.optional) return [option];
  // The negative one last: commander takes the other for a default.
  return option.negate ? [other, option] : [option, other];
}

/** Whether the next word is the value of an option. One that begins with `-` is none: it has been forgotten. */
function isValue(option: Option, word: string, next: string | undefined): boolean {
  if (word.includes('=') || next === undefined || next.startsWith('-')) return false;
  return option.required || (option.optional && LENGTH_OF_TIME.test(next));
}

/** What is wrong with how an option is written. */
function misuse(option: Option, word: string, length: number): string | undefined {
  const [name = ''] = word.split('=', 1);
  const hasValue = length > 1 || word.includes('=');
  if (option.required && !hasValue) {
    const kind = OPTIONS.find((known) => flagOf(known) === name)?.kind;
    const expected = kind?.expected ?? 'bash, zsh or fish';
    return `${name} needs a value: ${expected}. Use ${name} ${kind?.suggest('') ?? 'bash'}.`;
  }
  if (hasValue && !option.required && !option.optional)
    return `${name} takes no value, got ${JSON.stringify(word.slice(name.length + 1))}. Use ${name}.`;
  return undefined;
}

/** Which of our options a word may stand for. */
function meantBy(name: string): string | undefined {
  if (!name.startsWith('--')) return undefined;
  const definition = nearestOption(name);
  if (definition === undefined) return undefined;
  const flag = flagOf(definition).replace('--no-', '--');
  return name.startsWith('--no-') && definition.placeholder === undefined
    ? flag.replace('--', '--no-')
    : flag;
}
