// Defines every option, in one table: the command line, the environment, package.json, the help, the completion and the JSON
// schema are derived from it. Reads no value.
import { COMMAND } from './command-text.ts';
import { nearest } from './did-you-mean.ts';
import { choice, DURATION, EXTENSIONS, HOSTS, PATHS, POLL, SIGNAL, SWITCH, TIMEOUT } from './value-types.ts';
import type { ValueType } from './value-types.ts';

/** Amount of output. */
export type LogLevel = 'silent' | 'info' | 'debug';

/** The value of every option. */
export interface Options {
  /** Paths and globs to watch besides the files that the program loads. */
  readonly watch: readonly string[];
  /** Globs of files whose changes are ignored. */
  readonly ignore: readonly string[];
  /** Extensions of the files that count in watched folders and globs, without a dot; none: all. */
  readonly ext: readonly string[];
  /** Interval between two looks at each file (ms); 0: only files that cannot be watched are polled. */
  readonly poll: number;
  /** Quiet time after which a change is complete (ms); undefined: depends on the change. */
  readonly debounce: number | undefined;
  /** Grace period: time from the beginning of a stop, draining included, to SIGKILL (ms). */
  readonly grace: number;
  /** Stop signal. */
  readonly signal: NodeJS.Signals;
  /** Reaction to exit code 0. */
  readonly onExit: 'wait' | 'exit' | 'restart';
  /** Reaction to a crash. */
  readonly onCrash: 'wait' | 'retry' | 'exit';
  /** Time after which program and supervisor stop (ms); undefined: never. */
  readonly timeout: number | undefined;
  /** Whether the terminal is cleared before each restart. */
  readonly clear: boolean;
  readonly log: LogLevel;
  /** Whether a standby process is kept ready for the next run. */
  readonly standby: boolean;
  /** What a standby does ahead of its turn. */
  readonly ahead: 'packages' | 'link' | 'off';
  /** Whether a run that is up serves on until the next one takes over. */
  readonly overlap: boolean;
  /** Whether listening sockets stay open during a restart. */
  readonly hold: boolean;
  /** Whether HTTP ports answer with the error after a crash. */
  readonly crashPage: boolean;
  /** Host names under which other machines see the error on that page too. */
  readonly crashPageHosts: readonly string[];
  /** Command to run instead of Node. */
  readonly exec: string | undefined;
}

/** Heading in `--help`, which only names the options that are rarely needed. */
export type OptionGroup = 'Files' | 'Program' | 'Rare';

/** A row of the table of options. */
export interface OptionDefinition {
  readonly name: string;
  readonly group: OptionGroup;
  readonly type: ValueType<unknown>;
  readonly default: unknown;
  /** Placeholder of the value in `--help`: `<required>` or `[optional]`; undefined: a flag without a value. */
  readonly placeholder: string | undefined;
  /** Effect in a few words; for a switch that is on by default, the effect of turning it off. */
  readonly description: string;
}

/** The properties of an {@link OptionDefinition} behind its name. */
type Row<Value> = readonly [OptionGroup, ValueType<NonNullable<Value>>, Value, string | undefined, string];

const FILES = 'Files';
const PROGRAM = 'Program';
const RARE = 'Rare';
const ON_EXIT = choice('wait', 'exit', 'restart');
const ON_CRASH = choice('wait', 'retry', 'exit');

/** Every option, in the order of `--help`. */
const TABLE: { readonly [Name in keyof Options]: Row<Options[Name]> } = {
  watch: [FILES, PATHS, [], '<path|glob>', 'also watch a file, a folder or a glob'],
  ignore: [FILES, PATHS, [], '<glob>', 'ignore changes of these files'],
  ext: [FILES, EXTENSIONS, [], '<list>', 'limit folders and globs to these file extensions'],
  poll: [FILES, POLL, 0, '[ms]', 'poll all files, every 250 ms unless given'],
  debounce: [FILES, DURATION, undefined, '<duration>', 'wait until no file has changed for so long'],
  grace: [PROGRAM, DURATION, 5000, '<duration>', 'time from the beginning of a stop to SIGKILL (5s)'],
  signal: [PROGRAM, SIGNAL, 'SIGTERM', '<name>', 'stop signal (SIGTERM)'],
  onExit: [PROGRAM, ON_EXIT, 'wait', '<action>', 'after exit code 0: wait, exit or restart'],
  onCrash: [PROGRAM, ON_CRASH, 'wait', '<action>', 'after a crash: wait, retry or exit'],
  timeout: [PROGRAM, TIMEOUT, undefined, '<duration>', 'stop the program and autoreload after this time'],
  standby: [PROGRAM, SWITCH, true, undefined, 'do not keep the next run ready'],
  ahead: [
    RARE,
    choice('link', 'packages', 'off'),
    'link',
    '<what>',
    'before the next run, link modules, run packages too, or neither: link, packages or off',
  ],
  overlap: [RARE, SWITCH, false, undefined, 'let the old run serve until the new one listens'],
  hold: [PROGRAM, SWITCH, true, undefined, 'do not keep listening sockets open during a restart'],
  crashPage: [PROGRAM, SWITCH, true, undefined, 'do not answer HTTP requests after a crash'],
  crashPageHosts: [PROGRAM, HOSTS, [], '<list>', 'show errors to other machines under these names'],
  exec: [PROGRAM, COMMAND, undefined, '<command>', 'run this instead of node, without a shell'],
  clear: [PROGRAM, SWITCH, false, undefined, 'clear the terminal before each restart'],
  log: [PROGRAM, choice('info', 'silent', 'debug'), 'info', '<level>', 'info, silent or debug'],
};

/** The table as a list. */
export const OPTIONS: readonly OptionDefinition[] = Object.entries(TABLE).map(
  ([name, [group, type, value, placeholder, description]]) => ({
    name,
    group,
    type,
    default: value,
    placeholder,
    description,
  }),
);

/** Prefix of every environment variable. */
export const PREFIX = 'AUTORELOAD_';

/** Returns the environment variable of an option: `AUTORELOAD_ON_EXIT` for `onExit`. */
export function variableOf(name: string): string {
  return PREFIX + name.replaceAll(/[A-Z]/g, '_$&').toUpperCase();
}

/** Returns the flag of an option: `--on-exit` for `onExit`. A switch that is on by default has `--no-standby`. */
export function flagOf({ name, default: value }: OptionDefinition): string {
  return `--${value === true ? 'no-' : ''}${name.replaceAll(/[A-Z]/g, '-$&').toLowerCase()}`;
}

/**
 * Returns the option that a misspelled variable, key or flag stands for, if its name is similar enough.
 *
 * @example
 * nearestOption('--no-stanby')?.name // 'standby'
 */
export function nearestOption(written: string): OptionDefinition | undefined {
  const names = OPTIONS.map(({ name }) => plain(name));
  const meant = nearest(plain(written.replace(PREFIX, '').replace(/^-+(no-)?/, '')), names);
  return OPTIONS.find(({ name }) => plain(name) === meant);
}

/** Makes `on-exit`, `ON_EXIT` and `onExit` equal. */
function plain(name: string): string {
  return name.replaceAll(/[-_]/g, '').toLowerCase();
}
