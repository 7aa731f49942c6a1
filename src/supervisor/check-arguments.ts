// Checks the arguments of supervise() that are not options of the user. Pure, except that it looks up the working directory.
import { AutoreloadError } from '../shared/errors.ts';
import { nearest } from '../options/did-you-mean.ts';
import { OPTIONS } from '../options/options.ts';
import { statOf } from './util/safe-fs.ts';

interface Argument {
  /** Description of valid values, to follow "must be". */
  readonly expected: string;
  readonly isValid: (value: unknown) => boolean;
  /** A valid value. */
  readonly example: string;
}

const STRINGS = { expected: 'an array of strings', isValid: isStrings };

const ARGUMENTS: Readonly<Record<string, Argument>> = {
  script: { expected: 'the path of the program, or its file: URL', isValid: isScript, example: "'app.js'" },
  command: {
    expected: 'an array of strings, the command first',
    isValid: (value) => isStrings(value) && isText((value as string[])[0]),
    example: "['python3', 'app.py']",
  },
  args: { ...STRINGS, example: "['--port', '8080']" },
  execArgv: { ...STRINGS, example: "['--enable-source-maps']" },
  execPath: { expected: 'a path', isValid: isText, example: 'process.execPath' },
  cwd: { expected: 'a folder', isValid: isFolder, example: 'process.cwd()' },
  env: { expected: 'an object', isValid: isObject, example: "{ ...process.env, NODE_ENV: 'test' }" },
  stdio: {
    expected: "'inherit', 'pipe', 'ignore' or a descriptor, or an array of three of these",
    isValid: (value) =>
      Array.isArray(value) ? value.length === 3 && value.every((stream) => isStdio(stream)) : isStdio(value),
    example: "'pipe'",
  },
  takeOver: { expected: 'true or false', isValid: (value) => typeof value === 'boolean', example: 'true' },
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
  for (const name of Object.keys(given)) {
    if (NAMES.includes(name)) continue;
    const closest = nearest(name, NAMES);
    const message = `supervise(): ${name} is not an option. Use ${closest ?? `one of ${NAMES.join(', ')}`}.`;
    throw new AutoreloadError('ERR_AUTORELOAD_OPTION', message);
  }
  if (given['script'] !== undefined && given['command'] !== undefined)
    throw bad('script', 'left out where there is a command', given['script'], 'one of them');
  for (const [name, { expected, isValid, example }] of Object.entries(ARGUMENTS)) {
    const value = given[name];
    const isNeeded = name === 'script' && given['command'] === undefined;
    if (value === undefined && !isNeeded) continue;
    if (!isValid(value)) throw bad(name, expected, value, example);
  }
  return Object.fromEntries(Object.entries(given).filter(([name]) => !Object.hasOwn(ARGUMENTS, name)));
}

function bad(name: string, expected: string, value: unknown, example: string): AutoreloadError {
  const got = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? 'nothing');
  const message = `supervise(): ${name} must be ${expected}, got ${got}. Use ${example}.`;
  return new AutoreloadError('ERR_AUTORELOAD_OPTION', message);
}

function isScript(value: unknown): boolean {
  return isText(value) || (value instanceof URL && value.protocol === 'file:');
}

function isFolder(value: unknown): boolean {
  return typeof value === 'string' && statOf(value)?.isDirectory() === true;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStdio(value: unknown): boolean {
  return value === 'inherit' || value === 'pipe' || value === 'ignore' || Number.isInteger(value);
}
