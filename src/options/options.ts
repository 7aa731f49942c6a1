// What the user has set, validated and frozen. One table says everything about each option; the command line, the
// environment and package.json are three ways to the same. The only file that reads the user's AUTORELOAD_* variables.
import { AutoreloadError } from '../shared/errors.ts';
import {
  choice,
  COMMAND,
  DURATION,
  EXTENSIONS,
  LIMIT,
  nearest,
  PATHS,
  POLL,
  SIGNAL,
  SWITCH,
} from './value-types.ts';
import type { Kind } from './value-types.ts';

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

/** Options that belong together in `--help`. */
export type OptionGroup = 'What counts' | 'Stopping and starting' | 'Output';

/** One option, as all that offer it need it. */
export interface Definition<Name extends keyof Options = keyof Options> {
  readonly name: Name;
  readonly group: OptionGroup;
  readonly kind: Kind<NonNullable<Options[Name]>>;
  readonly default: Options[Name];
  /** What stands for its value in `--help`; undefined: it takes none. */
  readonly placeholder: string | undefined;
  /** What it does, in a few words; of a switch that is on by default: what turning it off does. */
  readonly description: string;
}

function option<Name extends keyof Options>(
  name: Name,
  group: OptionGroup,
  kind: Kind<NonNullable<Options[Name]>>,
  value: Options[Name],
  placeholder: string | undefined,
  description: string,
): Definition<Name> {
  return { name, group, kind, default: value, placeholder, description };
}

const FILES = 'What counts';
const LIFE = 'Stopping and starting';
const OUTPUT = 'Output';
const ON_EXIT = choice('wait', 'exit', 'restart');
const ON_CRASH = choice('wait', 'retry', 'exit');
const LOG = choice('info', 'silent', 'debug');

/** Every option, in the order of `--help`. A switch that is on by default is turned off with `--no-`. */
export const OPTIONS: readonly Definition[] = [
  option('watch', FILES, PATHS, [], '<path|glob>', 'more that counts: a file, a folder or a glob'),
  option('ignore', FILES, PATHS, [], '<glob>', 'what never counts'),
  option('ext', FILES, EXTENSIONS, [], '<list>', 'in folders and globs, only names with these endings'),
  option('poll', FILES, POLL, 0, '[ms]', 'look at files, do not wait for events (250 ms)'),
  option('debounce', FILES, DURATION, undefined, '<ms>', 'wait until nothing has changed for so long'),
  option('grace', LIFE, DURATION, 5000, '<duration>', 'between the stop signal and SIGKILL (5s)'),
  option('signal', LIFE, SIGNAL, 'SIGTERM', '<name>', 'the stop signal (SIGTERM)'),
  option('onExit', LIFE, ON_EXIT, 'wait', '<what>', 'when it has completed: wait, exit or restart'),
  option('onCrash', LIFE, ON_CRASH, 'wait', '<what>', 'when it has failed: wait, retry or exit'),
  option('timeout', LIFE, LIMIT, undefined, '<duration>', 'end everything after it'),
  option('standby', LIFE, SWITCH, true, undefined, 'do not keep the next run ready'),
  option('hold', LIFE, SWITCH, true, undefined, 'do not hold listening sockets over a restart'),
  option('crashPage', LIFE, SWITCH, true, undefined, 'do not answer while the program is down'),
  option('exec', LIFE, COMMAND, undefined, '<command>', 'run this instead of node, without a shell'),
  option('clear', OUTPUT, SWITCH, false, undefined, 'clear the terminal before each restart'),
  option('log', OUTPUT, LOG, 'info', '<level>', 'info, silent or debug'),
];

/** Options and their values when nothing is set. */
export const DEFAULTS: Options = Object.freeze(
  Object.fromEntries(OPTIONS.map(({ name, default: value }) => [name, value])),
) as unknown as Options;

/** In front of the name of each variable. */
const PREFIX = 'AUTORELOAD_';

/** Variables with our prefix that are no options: for the program, and what our own processes tell each other. */
const OWN_VARIABLES: ReadonlySet<string> = new Set(
  ['CHANGED', 'DESCENDANT', 'GATE', 'HELD', 'HIDDEN_OPTIONS', 'LANE', 'RELAY'].map((name) => PREFIX + name),
);

/** Values by the name of the option, and how a place of theirs is called. */
export interface Source {
  /** A name that no option has is taken for a slip. */
  readonly values: Readonly<Record<string, unknown>>;
  /** What is wrong with the source as a whole. */
  readonly problems?: readonly AutoreloadError[];
  /** Values have types: `true` is not a text. */
  readonly isJson?: boolean;
  /** Where the user has set an option. */
  readonly where: (name: string) => string;
}

/** Options, and what was wrong with the values that were not taken. */
export interface ParsedOptions {
  readonly options: Options;
  readonly problems: readonly AutoreloadError[];
}

/**
 * Reads the options from several sources. The first that has a value for an option decides; all are checked.
 *
 * @param sources see {@link environment}
 * @example
 * parseOptions(environment({ AUTORELOAD_GRACE: '2s' })).options.grace // 2000
 */
export function parseOptions(...sources: readonly Source[]): ParsedOptions {
  const options: Record<string, unknown> = { ...DEFAULTS };
  const problems = sources.flatMap((source) => [...(source.problems ?? []), ...misspelt(source)]);
  const isSet = new Set<string>();
  for (const source of sources)
    for (const { name, kind } of OPTIONS) {
      const raw = source.values[name];
      if (raw === undefined) continue;
      const value = kind.read(raw);
      if (value === undefined) problems.push(badValue(source, name, kind, raw));
      else if (!isSet.has(name)) options[name] = value;
      isSet.add(name);
    }
  return { options: Object.freeze(options) as unknown as Options, problems };
}

/**
 * The options in an environment. A variable that is almost the name of one is taken for a mistake, others that begin
 * alike for somebody else's. An empty one is not set.
 *
 * @param env as `process.env`
 */
export function environment(env: NodeJS.ProcessEnv): Source {
  const known = new Map(OPTIONS.map((definition) => [variableOf(definition.name), definition]));
  const isSlip = (variable: string): boolean =>
    !known.has(variable) && !OWN_VARIABLES.has(variable) && nearestOption(variable) !== undefined;
  const set = Object.entries(env).filter(
    ([variable, value]) => variable.startsWith(PREFIX) && value && (known.has(variable) || isSlip(variable)),
  );
  return {
    values: Object.fromEntries(
      set.map(([variable, value = '']) => {
        const { name = variable, kind } = known.get(variable) ?? {};
        return [name, kind?.separator === undefined ? value : value.split(kind.separator)];
      }),
    ),
    where: (name) => (name.startsWith(PREFIX) ? name : variableOf(name)),
  };
}

/** `onExit` is `AUTORELOAD_ON_EXIT`. */
export function variableOf(name: string): string {
  return PREFIX + words(name).join('_').toUpperCase();
}

/** `onExit` is `--on-exit`, and `standby` is `--no-standby`. */
export function flagOf({ name, default: value }: Definition): string {
  return `--${value === true ? 'no-' : ''}${words(name).join('-')}`;
}

/**
 * The option whose name is most like what the user has written, as a variable, a key or a flag.
 *
 * @example
 * nearestOption('--no-stanby')?.name // 'standby'
 */
export function nearestOption(written: string): Definition | undefined {
  const meant = nearest(
    plain(written.replace(PREFIX, '').replace(/^-+(no-)?/, '')),
    OPTIONS.map(({ name }) => plain(name)),
  );
  return OPTIONS.find(({ name }) => plain(name) === meant);
}

/** `on-exit`, `ON_EXIT` and `onExit` are alike. */
function plain(name: string): string {
  return name.replaceAll(/[-_]/g, '').toLowerCase();
}

function words(name: string): string[] {
  return name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());
}

/** What is wrong with the names that a source has. */
function misspelt({ values, where }: Source): AutoreloadError[] {
  const names: readonly string[] = OPTIONS.map((known) => known.name);
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  return unknown.map((name) => {
    const meant = nearestOption(name);
    const instead = meant === undefined ? `one of ${names.join(', ')}` : meantName(where(meant.name));
    return problem(`${where(name)} is not an option. Use ${instead}.`);
  });
}

/** Without the file and the line that a place may begin with: the option is not set there. */
function meantName(where: string): string {
  return where.replace(/^[^"]* (?=")/, '');
}

function badValue(
  { where, isJson }: Source,
  name: string,
  kind: Kind<unknown>,
  raw: unknown,
): AutoreloadError {
  const refusal = kind.refusal?.(raw);
  if (refusal !== undefined) return problem(`${where(name)} ${refusal}`);
  const expected = (isJson && kind.expectedInJson) || kind.expected;
  // Of a flag that was given several times, the one that is wrong.
  const wrong: unknown =
    Array.isArray(raw) && !isJson ? raw.find((one) => kind.read([one]) === undefined) : raw;
  return problem(
    `${where(name)} must be ${expected}, got ${JSON.stringify(wrong)}. Use ${suggestion(kind, raw, isJson)}.`,
  );
}

/** What to write instead, as the source wants it. */
function suggestion(kind: Kind<unknown>, raw: unknown, isJson = false): string {
  const text = kind.suggest(raw);
  if (!isJson || /^(\d{2,}|".*")$/.test(text)) return text;
  return /^[01]$/.test(text) ? String(text === '1') : JSON.stringify(text);
}

/** A problem with what the user has set. */
export function problem(message: string): AutoreloadError {
  return new AutoreloadError('ERR_AUTORELOAD_OPTION', message);
}
