// Checks the arguments of supervise() that are not options of the user, and what is to be watched. Pure, except that it looks up folders.
import type { AutoreloadError } from '../shared/errors.ts';
import { nearest } from '../options/did-you-mean.ts';
import { OPTIONS } from '../options/options.ts';
import { optionError } from '../options/parse-options.ts';
import type { Program } from './program/program.ts';
import { problemOf, problemOfAll } from './tracked/path-patterns.ts';
import { isFolder } from './util/safe-fs.ts';

/** An argument: check, description of valid values to follow "must be", and a valid value. */
type Row = readonly [isValid: (value: unknown) => boolean, expected: string, example: string];

const ARGUMENTS: Readonly<Record<string, Row>> = {
  script: [isScript, 'the path of the program, or its file: URL', "'app.js'"],
  command: [isCommand, 'an array of strings, the command first', "['python3', 'app.py']"],
  args: [isStrings, 'an array of strings', "['--port', '8080']"],
  execArgv: [isStrings, 'an array of strings', "['--enable-source-maps']"],
  execPath: [isText, 'a path', 'process.execPath'],
  cwd: [(value) => typeof value === 'string' && isFolder(value), 'a folder', 'process.cwd()'],
  env: [isObject, 'an object', "{ ...process.env, NODE_ENV: 'test' }"],
  stdio: [isStdio, "'inherit', 'pipe', 'ignore' or a descriptor, or an array of three of these", "'pipe'"],
  takeOver: [(value) => typeof value === 'boolean', 'true or false', 'true'],
};

/** Names of all arguments and options. `script` names the program, so `exec` is none of them. */
const NAMES: readonly string[] = [
  ...Object.keys(ARGUMENTS),
  ...OPTIONS.map(({ name }) => name).filter((name) => name !== 'exec'),
];

/**
 * Checks the arguments of supervise(), and returns the options of the user among them, by name.
 *
 * @throws {AutoreloadError} `ERR_AUTORELOAD_OPTION` if a name is unknown, or the value of an argument is invalid
 */
export function checkArguments(given: unknown): Record<string, unknown> {
  if (!isObject(given)) throw bad('the options', 'an object', given, "{ script: 'app.js' }");
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    const instead = nearest(unknown, NAMES) ?? `one of ${NAMES.join(', ')}`;
    throw optionError(`supervise(): ${unknown} is not an option. Use ${instead}.`);
  }
  if (given['script'] !== undefined && given['command'] !== undefined)
    throw bad('script', 'left out where there is a command', given['script'], 'one of them');
  for (const [name, [isValid, expected, example]] of Object.entries(ARGUMENTS)) {
    const value = given[name];
    const isNeeded = name === 'script' && given['command'] === undefined;
    if ((isNeeded || value !== undefined) && !isValid(value)) throw bad(name, expected, value, example);
  }
  return Object.fromEntries(Object.entries(given).filter(([name]) => !Object.hasOwn(ARGUMENTS, name)));
}

/**
 * Checks the paths and globs that the user wants to be watched. Without any, a command is restarted by every file in its folder.
 *
 * @param names `option`: where the paths were given; `call`: the start of the call of the user; `better`: a call with a folder
 */
export function watchProblems(
  { kind, cwd }: Program,
  watch: readonly string[],
  { option, call, better }: { option: string; call: string; better: string },
): AutoreloadError[] {
  const isAll = kind === 'command' && watch.length === 0;
  const found = isAll ? [problemOfAll(cwd, call, better)] : watch.map((text) => problemOf(text, cwd, option));
  return found.filter((problem) => problem !== undefined);
}

function bad(name: string, expected: string, value: unknown, example: string): AutoreloadError {
  const got = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? 'nothing');
  return optionError(`supervise(): ${name} must be ${expected}, got ${got}. Use ${example}.`);
}

function isScript(value: unknown): boolean {
  return isText(value) || (value instanceof URL && value.protocol === 'file:');
}

function isCommand(value: unknown): boolean {
  return isStrings(value) && isText(value[0]);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStdio(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 3 && value.every(isStream) : isStream(value);
}

function isStream(value: unknown): boolean {
  return value === 'inherit' || value === 'pipe' || value === 'ignore' || Number.isInteger(value);
}
