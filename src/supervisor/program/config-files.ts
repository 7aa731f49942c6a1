// Finds the configuration files that Node options name. Pure.
import { resolve } from 'node:path';
import { optionValues } from './node-options.ts';

const ENV_FILE_OPTIONS = ['--env-file', '--env-file-if-exists'];

/** Options that name a configuration file; without a value, Node reads {@link DEFAULT_CONFIG}. */
const CONFIG_OPTIONS = ['--experimental-config-file', '--config-file'];

/** Options that name a module for a separate thread, where its modules are not recorded. */
const LOADER_OPTIONS = ['--experimental-loader', '--loader'];

/** Options with which Node may read {@link DEFAULT_CONFIG} in the working directory. */
const DEFAULT_OPTIONS = ['--experimental-default-config-file', ...CONFIG_OPTIONS];

const DEFAULT_CONFIG = 'node.config.json';

/**
 * Absolute paths of the files that Node reads because of its options, existing or not.
 *
 * @param options of the command line and of NODE_OPTIONS
 * @param cwd working directory
 */
export function optionFiles(options: readonly string[], cwd: string): string[] {
  const named = [...ENV_FILE_OPTIONS, ...CONFIG_OPTIONS].flatMap((name) => optionValues(options, name));
  const found = DEFAULT_OPTIONS.some((name) => options.includes(name)) ? [DEFAULT_CONFIG] : [];
  const loaders = LOADER_OPTIONS.flatMap((name) => optionValues(options, name)).filter((specifier) =>
    /^\.{0,2}\//.test(specifier),
  );
  return [...new Set([...named, ...found, ...loaders].filter(Boolean).map((path) => resolve(cwd, path)))];
}

/** Absolute paths of the env files in Node options. */
export function envFiles(options: readonly string[], cwd: string): string[] {
  return ENV_FILE_OPTIONS.flatMap((name) => optionValues(options, name)).map((path) => resolve(cwd, path));
}

/** Whether Node may have read options from a configuration file. */
export function mayBeConfigured(execArgv: readonly string[]): boolean {
  return execArgv.some((option) => DEFAULT_OPTIONS.includes(option.split('=', 1)[0] ?? ''));
}
