// What the user has set, validated and frozen. One table says everything about each option; the command line, the
// environment and package.json are three ways to the same. The only file that reads the user's AUTORELOAD_* variables.
import { AutoreloadError } from './errors.cts';
import { choice, DURATION, EXTENSIONS, nearest, PATHS, POLL, SIGNAL, SWITCH, TEXT } from './option-values.ts';
import type { Kind } from './option-values.ts';

/** How much is printed. */
export type LogLevel = 'silent' | 'info' | 'debug';

/** Everything that the user can set. */
export interface Options {
  /** Paths and globs that count besides what the program loads. */
  readonly watch: readonly string[];
  /** Globs of what never counts. */
  readonly ignore: readonly string[];
  /** Endings of the names of files that count where a folder or a glob is watched, without a dot; none: all. */
  readonly ext: readonly string[];
  /** ms between two looks at each file; 0: only files that cannot be watched are polled. */
  readonly poll: number;
  /** ms in which nothing must happen before a change counts as complete; undefined: as it depends on the change. */
  readonly debounce: number | undefined;
  /** ms between the stop signal and SIGKILL. */
  readonly grace: number;
  /** The stop signal. */
  readonly signal: NodeJS.Signals;
  /** What follows when the program has completed. */
  readonly onExit: 'wait' | 'exit' | 'restart';
  /** What follows when the program has failed. */
  readonly onCrash: 'wait' | 'retry' | 'exit';
  /** ms after which all is ended; undefined: never. */
  readonly timeout: number | undefined;
  /** Whether the terminal is cleared before each restart. */
  readonly clear: boolean;
  readonly log: LogLevel;
  /** Whether the next child waits ready. */
  readonly standby: boolean;
  /** Whether listening sockets stay open over a restart. */
  readonly hold: boolean;
  /** Whether the sockets of a program that is down answer. */
  readonly crashPage: boolean;
  /** What the command runs instead of Node. */
  readonly exec: string | undefined;
}

/** One option, as all that offer it need it. */
export interface Definition<Name extends keyof Options = keyof Options> {
  readonly name: Name;
  readonly kind: Kind<NonNullable<Options[Name]>>;
  readonly default: Options[Name];
  /** What stands for its value in `--help`; undefined: it takes none. */
  readonly placeholder: string | undefined;
  /** What it does, in a few words. */
  readonly description: string;
}

function option<Name extends keyof Options>(
  name: Name,
  kind: Kind<NonNullable<Options[Name]>>,
  value: Options[Name],
  placeholder: string | undefined,
  description: string,
): Definition<Name> {
  return { name, kind, default: value, placeholder, description };
}

/** Every option, in the order of `--help`. A switch that is on by default is turned off with `--no-`. */
export const OPTIONS: readonly Definition[] = [
  option('watch', PATHS, [], '<path|glob>', 'more that counts: a file, a folder or a glob'),
  option('ignore', PATHS, [], '<glob>', 'what never counts'),
  option('ext', EXTENSIONS, [], '<list>', 'in folders, only names that end so: js,json'),
  option('poll', POLL, 0, '[ms]', 'look at files instead of waiting for events'),
  option('debounce', DURATION, undefined, '<ms>', 'wait until so long nothing has changed'),
  option('grace', DURATION, 5000, '<duration>', 'between the stop signal and SIGKILL'),
  option('signal', SIGNAL, 'SIGTERM', '<name>', 'the stop signal'),
  option(
    'onExit',
    choice('wait', 'exit', 'restart'),
    'wait',
    '<what>',
    'when it has completed: wait, exit, restart',
  ),
  option(
    'onCrash',
    choice('wait', 'retry', 'exit'),
    'wait',
    '<what>',
    'when it has failed: wait, retry, exit',
  ),
  option('timeout', DURATION, undefined, '<duration>', 'end everything after it'),
  option('clear', SWITCH, false, undefined, 'clear the terminal before each restart'),
  option('log', choice('silent', 'info', 'debug'), 'info', '<level>', 'silent, info or debug'),
  option('standby', SWITCH, true, undefined, 'do not keep the next run ready'),
  option('hold', SWITCH, true, undefined, 'do not hold listening sockets'),
  option('crashPage', SWITCH, true, undefined, 'do not answer while the program is down'),
  option('exec', TEXT, undefined, '<command>', 'run this instead of node'),
];

/** Options and their values when nothing is set. */
export const DEFAULTS: Options = Object.freeze(
  Object.fromEntries(OPTIONS.map(({ name, default: value }) => [name, value])),
) as unknown as Options;

/** Variables with our prefix that are no options. */
const OWN_VARIABLES = ['AUTORELOAD_CHANGED', 'AUTORELOAD_DESCENDANT'];

/** Values by the name of the option, and how a place of theirs is called. */
export interface Source {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where the user has set an option. */
  readonly where: (name: string) => string;
}

/** Options, and what was wrong with the values that were not taken. */
export interface ParsedOptions {
  readonly options: Options;
  readonly problems: readonly AutoreloadError[];
}

/**
 * Reads the options from several sources. The first that has a value for an option decides.
 *
 * @param sources see {@link environment}
 * @example
 * parseOptions(environment({ AUTORELOAD_GRACE: '2s' })).options.grace // 2000
 */
export function parseOptions(...sources: readonly Source[]): ParsedOptions {
  const problems: AutoreloadError[] = [];
  const options: Record<string, unknown> = { ...DEFAULTS };
  for (const { name, kind } of OPTIONS) {
    let isSet = false;
    for (const { values, where } of sources) {
      const raw = values[name];
      if (raw === undefined) continue;
      const value = kind.read(raw);
      if (value === undefined) problems.push(badValue(where(name), kind, raw));
      else if (!isSet) options[name] = value;
      isSet = true;
    }
  }
  for (const { values, where } of sources)
    for (const name of Object.keys(values)) {
      if (OPTIONS.some((known) => known.name === name)) continue;
      const meant = nearest(
        name,
        OPTIONS.map((known) => known.name),
      );
      problems.push(
        problem(
          `${where(name)} is not an option. ` +
            (meant === undefined
              ? `Use one of ${OPTIONS.map((known) => known.name).join(', ')}.`
              : `Use ${where(meant)}.`),
        ),
      );
    }
  return { options: Object.freeze(options) as unknown as Options, problems };
}

/**
 * The options in an environment. A variable that is almost the name of one is taken for a mistake, others that begin
 * alike for somebody else's.
 *
 * @param env as `process.env`
 */
export function environment(env: NodeJS.ProcessEnv): Source {
  const values: Record<string, unknown> = {};
  const names = new Map(OPTIONS.map(({ name }) => [variableOf(name), name as string]));
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith('AUTORELOAD_') || !value || OWN_VARIABLES.includes(variable)) continue;
    const name = names.get(variable);
    if (name !== undefined) values[name] = value;
    else if (
      nearest(
        variable.slice('AUTORELOAD_'.length),
        [...names.keys()].map((known) => known.slice('AUTORELOAD_'.length)),
      )
    )
      values[variable] = value;
  }
  return { values, where: (name) => (name.startsWith('AUTORELOAD_') ? name : variableOf(name)) };
}

/** `onExit` is `AUTORELOAD_ON_EXIT`. */
export function variableOf(name: string): string {
  return `AUTORELOAD_${words(name).join('_').toUpperCase()}`;
}

/** `onExit` is `--on-exit`. */
export function flagOf({ name, default: value }: Definition): string {
  return `--${value === true ? 'no-' : ''}${words(name).join('-')}`;
}

function words(name: string): string[] {
  return name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
}

function badValue(where: string, { expected, suggest }: Kind<unknown>, raw: unknown): AutoreloadError {
  return problem(`${where} must be ${expected}, got ${JSON.stringify(raw)}. Use ${suggest(raw)}.`);
}

function problem(message: string): AutoreloadError {
  return new AutoreloadError('ERR_AUTORELOAD_OPTION', message);
}
