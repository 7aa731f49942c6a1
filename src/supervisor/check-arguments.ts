// What a tool gives to supervise() besides the options of the user's: which there are, and what they can be. Pure but for a
// look at the working directory.
import { AutoreloadError } from '../shared/errors.ts';
import { nearest } from '../options/did-you-mean.ts';
import { OPTIONS } from '../options/options.ts';
import { statOf } from './util/safe-fs.ts';

interface Argument {
  /** As it follows "must be". */
  readonly expected: string;
  readonly isOne: (value: unknown) => boolean;
  /** What to write instead. */
  readonly instead: string;
}

const PATH = { expected: 'a path', isOne: isText };
const TEXTS = { expected: 'an array of texts', isOne: isTexts };

const ARGUMENTS: Readonly<Record<string, Argument>> = {
  script: { expected: 'the path of the program, or its file: URL', isOne: isScript, instead: "'app.js'" },
  command: {
    expected: 'an array of texts, the command first',
    isOne: (value) => isTexts(value) && isText((value as string[])[0]),
    instead: "['python3', 'app.py']",
  },
  args: { ...TEXTS, instead: "['--port', '8080']" },
  execArgv: { ...TEXTS, instead: "['--enable-source-maps']" },
  execPath: { ...PATH, instead: 'process.execPath' },
  cwd: { expected: 'a folder', isOne: isFolder, instead: 'process.cwd()' },
  env: { expected: 'an object', isOne: isObject, instead: "{ ...process.env, NODE_ENV: 'test' }" },
  stdio: {
    expected: "'inherit', 'pipe', 'ignore' or a descriptor, or an array of three of these",
    isOne: (value) =>
      Array.isArray(value) ? value.length === 3 && value.every((one) => isStdio(one)) : isStdio(value),
    instead: "'pipe'",
  },
  takeOver: { expected: 'true or false', isOne: (value) => typeof value === 'boolean', instead: 'true' },
};

/** Names of all that supervise() takes. Which program it runs is said by `script`, not by `exec`. */
const NAMES: readonly string[] = [
  ...Object.keys(ARGUMENTS),
  ...OPTIONS.map(({ name }) => name).filter((name) => name !== 'exec'),
];

/**
 * Takes what is no option of the user's out of what a tool gives, and gives the rest, by name.
 *
 * @throws {AutoreloadError} `ERR_AUTORELOAD_OPTION` if it cannot be used, or has a name that there is not
 */
export function checkArguments(given: unknown): Record<string, unknown> {
  if (!isObject(given)) throw bad('the options', 'an object', given, "{ script: 'app.js' }");
  for (const name of Object.keys(given)) {
    if (NAMES.includes(name)) continue;
    const meant = nearest(name, NAMES);
    const message = `supervise(): ${name} is not an option. Use ${meant ?? `one of ${NAMES.join(', ')}`}.`;
    throw new AutoreloadError('ERR_AUTORELOAD_OPTION', message);
  }
  if (given['script'] !== undefined && given['command'] !== undefined)
    throw bad('script', 'left out where there is a command', given['script'], 'one of them');
  for (const [name, { expected, isOne, instead }] of Object.entries(ARGUMENTS)) {
    const value = given[name];
    const isNeeded = name === 'script' && given['command'] === undefined;
    if (value === undefined && !isNeeded) continue;
    if (!isOne(value)) throw bad(name, expected, value, instead);
  }
  return Object.fromEntries(Object.entries(given).filter(([name]) => !Object.hasOwn(ARGUMENTS, name)));
}

function bad(name: string, expected: string, value: unknown, instead: string): AutoreloadError {
  const got = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? 'nothing');
  const message = `supervise(): ${name} must be ${expected}, got ${got}. Use ${instead}.`;
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

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isStdio(value: unknown): boolean {
  return value === 'inherit' || value === 'pipe' || value === 'ignore' || Number.isInteger(value);
}
