// Which files decide how the program runs without being modules: what Node's options name, and the package.json of each
// module. Pure but for what it asks the disk.
import { resolve } from 'node:path';
import { optionValues } from './node-options.ts';

/** Options that name a file of settings. */
const ENV_FILE_OPTIONS = ['--env-file', '--env-file-if-exists'];
const FILE_OPTIONS = [...ENV_FILE_OPTIONS, '--experimental-config-file', '--config-file'];

/** Options that name a module which runs in a thread of its own, where it is not seen. */
const LOADER_OPTIONS = ['--experimental-loader', '--loader'];

/** Options with which Node looks for a file of settings by itself, in the working directory. */
const DEFAULT_FILE_OPTIONS = [
  '--experimental-default-config-file',
  '--experimental-config-file',
  '--config-file',
];

const DEFAULT_CONFIG = 'node.config.json';

/**
 * The files that Node reads because of its options, whether or not they are there.
 *
 * @param options Node's options, of the command line and of NODE_OPTIONS
 * @param cwd working directory
 */
export function optionFiles(options: readonly string[], cwd: string): string[] {
  const named = FILE_OPTIONS.flatMap((name) => optionValues(options, name));
  const found = DEFAULT_FILE_OPTIONS.some((name) => options.includes(name)) ? [DEFAULT_CONFIG] : [];
  const loaders = LOADER_OPTIONS.flatMap((name) => optionValues(options, name)).filter((specifier) =>
    /^\.{0,2}\//.test(specifier),
  );
  return [...new Set([...named, ...found, ...loaders].filter(Boolean).map((path) => resolve(cwd, path)))];
}

/** Absolute paths of the env files that Node's options name. */
export function envFiles(options: readonly string[], cwd: string): string[] {
  return ENV_FILE_OPTIONS.flatMap((name) => optionValues(options, name)).map((path) => resolve(cwd, path));
}

/** Whether Node may have read options from a configuration file. */
export function mayBeConfigured(execArgv: readonly string[]): boolean {
  return execArgv.some((option) => DEFAULT_FILE_OPTIONS.includes(option.split('=', 1)[0] ?? ''));
}
