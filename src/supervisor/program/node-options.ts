// Splits NODE_OPTIONS as Node does (src/node_options.cc, ParseNodeOptionsEnvVar), and removes our own option. Pure.

/** A word of NODE_OPTIONS and its position. */
interface Word {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** The two sources of Node options. */
export interface OptionSources {
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Recognizes the specifier of our own `--import`. */
export type IsOurs = (specifier: string) => boolean;

/** In quotes, `\` escapes the next character. */
const QUOTED = /"((?:\\[^]?|[^"\\])*)"?/g;
const WORD = new RegExp(`(?:[^ "]|${QUOTED.source})+`, 'g');

/**
 * Removes our own `--import` options from NODE_OPTIONS. The rest stays as it is, byte for byte.
 *
 * @example
 * withoutImport('--import autoreload/register --no-warnings', isOurs) // '--no-warnings'
 */
export function withoutImport(nodeOptions: string, isOurs: IsOurs): string {
  const words = split(nodeOptions);
  const values = words.map(({ value }) => value);
  const indexes = importIndexes(values, isOurs);
  if (indexes.size === 0) return nodeOptions;
  let rest = nodeOptions;
  for (const { start, end } of words.filter((_, index) => indexes.has(index)).toReversed())
    rest = rest.slice(0, start) + rest.slice(end).replace(/^ +/, '');
  return rest.trimEnd();
}

/** Removes our own `--import` options from `process.execArgv`. */
export function withoutImportArgs(execArgv: readonly string[], isOurs: IsOurs): string[] {
  const indexes = importIndexes(execArgv, isOurs);
  return execArgv.filter((_, index) => !indexes.has(index));
}

/** The values of an option in order, from both forms: `--name value` and `--name=value`. */
export function optionValues(args: readonly string[], name: string): string[] {
  return args.flatMap((arg, index) => {
    if (arg.startsWith(`${name}=`)) return [arg.slice(name.length + 1)];
    const next = args[index + 1];
    return arg === name && next !== undefined ? [next] : [];
  });
}

/** All Node options: NODE_OPTIONS first, then the command line, which takes precedence. */
export function allOptions({ env, execArgv }: OptionSources): string[] {
  return [...split(env['NODE_OPTIONS'] ?? '').map(({ value }) => value), ...execArgv];
}

/** The words of NODE_OPTIONS. */
export function split(nodeOptions: string): Word[] {
  return [...nodeOptions.matchAll(WORD)].map(({ 0: text, index }) => ({
    value: text.replaceAll(QUOTED, (_, inner: string) => inner.replaceAll(/\\([^]?)/g, '$1')),
    start: index,
    end: index + text.length,
  }));
}

function importIndexes(args: readonly string[], isOurs: IsOurs): Set<number> {
  const indexes = new Set<number>();
  args.forEach((arg, index) => {
    if (arg.startsWith('--import=') && isOurs(arg.slice('--import='.length))) indexes.add(index);
    if (arg === '--import' && isOurs(args[index + 1] ?? '')) indexes.add(index).add(index + 1);
  });
  return indexes;
}
