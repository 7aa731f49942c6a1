// Reads Node options. Splits NODE_OPTIONS as Node does (src/node_options.cc, ParseNodeOptionsEnvVar), removes our own option, and finds
// the files that options name. Pure.
import { resolve } from 'node:path';
import { optionName } from '../../shared/process-role.ts';

/** Recognizes the specifier of our own `--import`. */
type IsOurs = (specifier: string) => boolean;

/** In quotes, `\` escapes the next character. */
const QUOTED = /"((?:\\[^]?|[^"\\])*)"?/g;
const WORD = new RegExp(`(?:[^ "]|${QUOTED.source})+`, 'g');
const WORD_WITH_SPACES = new RegExp(`${WORD.source} *`, 'g');

const ENV_FILE_OPTIONS = ['--env-file', '--env-file-if-exists'];

/** Options that name a configuration file; without a value, Node reads {@link DEFAULT_CONFIG}. */
const CONFIG_OPTIONS = ['--experimental-config-file', '--config-file'];

/** Options with which Node may read {@link DEFAULT_CONFIG} in the working directory. */
const DEFAULT_OPTIONS = ['--experimental-default-config-file', ...CONFIG_OPTIONS];

const DEFAULT_CONFIG = 'node.config.json';

/**
 * Removes our own `--import` options from NODE_OPTIONS. The rest stays as it is, byte for byte.
 *
 * @example
 * withoutImport('--import autoreload/register --no-warnings', isOurs) // '--no-warnings'
 */
export function withoutImport(nodeOptions: string, isOurs: IsOurs): string {
  const indexes = importIndexes(split(nodeOptions), isOurs);
  if (indexes.size === 0) return nodeOptions;
  let index = 0;
  return nodeOptions.replaceAll(WORD_WITH_SPACES, (text) => (indexes.has(index++) ? '' : text)).trimEnd();
}

/** Removes our own `--import` options from `process.execArgv`. */
export function withoutImportArgs(execArgv: readonly string[], isOurs: IsOurs): string[] {
  return without(execArgv, importIndexes(execArgv, isOurs));
}

/**
 * Removes options that name env files from `process.execArgv`.
 *
 * @param isRemoved called with absolute paths
 */
export function withoutEnvFiles(
  execArgv: readonly string[],
  cwd: string,
  isRemoved: (path: string) => boolean,
): string[] {
  return without(
    execArgv,
    optionIndexes(execArgv, ENV_FILE_OPTIONS, (path) => isRemoved(resolve(cwd, path))),
  );
}

/** The values of options in order, from both forms: `--name value` and `--name=value`. */
export function optionValues(args: readonly string[], ...names: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    const [name = '', value = args[index + 1]] = arg.split(/=(.*)/s, 2);
    return names.includes(name) ? (value ?? []) : [];
  });
}

/** All Node options: NODE_OPTIONS first, then the command line, which takes precedence. */
export function allOptions(nodeOptions: string | undefined, execArgv: readonly string[]): string[] {
  return [...split(nodeOptions ?? ''), ...execArgv];
}

/** The words of NODE_OPTIONS. */
export function split(nodeOptions: string): string[] {
  return (nodeOptions.match(WORD) ?? []).map((word) =>
    word.replaceAll(QUOTED, (_, inner: string) => inner.replaceAll(/\\([^]?)/g, '$1')),
  );
}

/**
 * Absolute paths of the files that Node reads because of its options, existing or not.
 *
 * @param options of the command line and of NODE_OPTIONS
 * @param cwd working directory
 */
export function optionFiles(options: readonly string[], cwd: string): string[] {
  const named = optionValues(options, ...ENV_FILE_OPTIONS, ...CONFIG_OPTIONS);
  const found = DEFAULT_OPTIONS.some((name) => options.includes(name)) ? [DEFAULT_CONFIG] : [];
  // A loader runs in a separate thread, where its modules are not recorded.
  const loaders = optionValues(options, '--experimental-loader', '--loader').filter((specifier) =>
    /^\.{0,2}\//.test(specifier),
  );
  return [...new Set([...named, ...found, ...loaders].filter(Boolean).map((path) => resolve(cwd, path)))];
}

/** Absolute paths of the env files in Node options. */
export function envFiles(
  options: readonly string[],
  cwd: string,
  names: readonly string[] = ENV_FILE_OPTIONS,
): string[] {
  return optionValues(options, ...names).map((path) => resolve(cwd, path));
}

/** Whether Node may have read options from a configuration file. */
export function mayBeConfigured(execArgv: readonly string[]): boolean {
  return execArgv.some((option) => DEFAULT_OPTIONS.includes(optionName(option)));
}

function importIndexes(args: readonly string[], isOurs: IsOurs): Set<number> {
  return optionIndexes(args, ['--import'], isOurs);
}

/** Positions of options with a matching value, in both forms: `--name value` and `--name=value`. */
function optionIndexes(
  args: readonly string[],
  names: readonly string[],
  isMatch: (value: string) => boolean,
): Set<number> {
  const indexes = new Set<number>();
  args.forEach((arg, index) => {
    const [name = '', value] = arg.split(/=(.*)/s, 2);
    if (!names.includes(name)) return;
    if (value !== undefined && isMatch(value)) indexes.add(index);
    if (value === undefined && isMatch(args[index + 1] ?? '')) indexes.add(index).add(index + 1);
  });
  return indexes;
}

function without(args: readonly string[], indexes: ReadonlySet<number>): string[] {
  return args.filter((_, index) => !indexes.has(index));
}
