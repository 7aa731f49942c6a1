// NODE_OPTIONS and lists of Node's options, as Node itself splits them (src/node_options.cc,
// ParseNodeOptionsEnvVar). Pure: takes options out of them, and leaves the rest as it was.

/** A word of NODE_OPTIONS and where it stands. */
interface Word {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** Which `--import` is meant. */
export type IsOurs = (specifier: string) => boolean;

/**
 * NODE_OPTIONS without the `--import` options that are ours. The rest stays as it is, byte for byte.
 *
 * @example
 * withoutImport('--import autoreload/register --no-warnings', isOurs) // '--no-warnings'
 */
export function withoutImport(nodeOptions: string, isOurs: IsOurs): string {
  const words = split(nodeOptions);
  const drop = importIndexes(
    words.map(({ value }) => value),
    isOurs,
  );
  let rest = '';
  let from = 0;
  words.forEach((word, index) => {
    if (!drop.has(index)) return;
    rest += nodeOptions.slice(from, word.start);
    from = word.end;
    while (nodeOptions[from] === ' ') from++;
  });
  rest += nodeOptions.slice(from);
  return drop.size > 0 ? rest.trimEnd() : nodeOptions;
}

/** `process.execArgv` without the `--import` options that are ours. */
export function withoutImportArgs(execArgv: readonly string[], isOurs: IsOurs): string[] {
  const drop = importIndexes(execArgv, isOurs);
  return execArgv.filter((_, index) => !drop.has(index));
}

/** The values of an option that takes one, in order: `--name value` and `--name=value`. */
export function optionValues(args: readonly string[], name: string): string[] {
  return args.flatMap((arg, index) => {
    if (arg.startsWith(`${name}=`)) return [arg.slice(name.length + 1)];
    const next = args[index + 1];
    return arg === name && next !== undefined ? [next] : [];
  });
}

/** All of Node's options: those of NODE_OPTIONS, and those of the command line, which go before them and so come last. */
export function allOptions(env: NodeJS.ProcessEnv, execArgv: readonly string[]): string[] {
  return [...split(env['NODE_OPTIONS'] ?? '').map(({ value }) => value), ...execArgv];
}

/** The words of NODE_OPTIONS: split at spaces, `"` quotes, and within quotes `\` takes the next character as it is. */
export function split(nodeOptions: string): Word[] {
  const words: Word[] = [];
  let quoted = false;
  let value: string | undefined;
  let start = 0;
  for (let i = 0; i <= nodeOptions.length; i++) {
    const char = nodeOptions[i];
    if (char === undefined || (char === ' ' && !quoted)) {
      if (value !== undefined) words.push({ value, start, end: i });
      value = undefined;
      continue;
    }
    if (value === undefined) {
      value = '';
      start = i;
    }
    if (char === '"') quoted = !quoted;
    else if (char === '\\' && quoted) value += nodeOptions[++i] ?? '';
    else value += char;
  }
  return words;
}

function importIndexes(args: readonly string[], isOurs: IsOurs): Set<number> {
  const indexes = new Set<number>();
  args.forEach((arg, index) => {
    if (arg.startsWith('--import=') && isOurs(arg.slice('--import='.length))) indexes.add(index);
    if (arg === '--import' && isOurs(args[index + 1] ?? '')) indexes.add(index).add(index + 1);
  });
  return indexes;
}
