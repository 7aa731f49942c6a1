// Which files decide how the program runs without being modules: what Node's options name, and the package.json of each
// module. Pure but for what it asks the disk.
import { join, resolve } from 'node:path';
import { ancestors } from './candidates.ts';
import { optionValues } from './node-options.ts';

/** Options that name a file of settings. */
const FILE_OPTIONS = ['--env-file', '--env-file-if-exists', '--experimental-config-file', '--config-file'];

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
  return [...new Set([...named, ...found].filter(Boolean).map((path) => resolve(cwd, path)))];
}

/**
 * The package.json files that decide about a module: the nearest one, and those of the project that would be nearer.
 *
 * @param path absolute path of the module
 * @param cwd folder of the project
 */
export function scopeFiles(path: string, cwd: string, exists: (path: string) => boolean): string[] {
  const files: string[] = [];
  for (const folder of ancestors(path)) {
    const file = join(folder, 'package.json');
    const isThere = exists(file);
    if (isThere || folder === cwd || folder.startsWith(join(cwd, '/'))) files.push(file);
    if (isThere) return files;
  }
  return files;
}
