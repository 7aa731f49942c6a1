// What the user has set, validated and frozen. The only file that reads the user's AUTORELOAD_* variables.
import { AutoreloadError } from './errors.ts';

/** How much is printed. */
export type LogLevel = 'silent' | 'info' | 'debug';

/** Everything that the user can set. */
export interface Options {
  /** `AUTORELOAD_GRACE`: ms between the stop signal and SIGKILL. */
  readonly grace: number;
  /** `AUTORELOAD_LOG`. */
  readonly log: LogLevel;
  /** `AUTORELOAD_STANDBY`: whether the next child waits ready. */
  readonly standby: boolean;
  /** `AUTORELOAD_CRASH_PAGE`: whether the sockets of a program that is down answer. */
  readonly crashPage: boolean;
  /** `AUTORELOAD_HOLD`: whether listening sockets stay open over a restart. */
  readonly hold: boolean;
  /** `AUTORELOAD_POLL`: ms between two looks at each file; 0: only files that cannot be watched are polled. */
  readonly poll: number;
}

/** Options, and what was wrong with the values that were not taken. */
export interface ParsedOptions {
  readonly options: Options;
  readonly problems: readonly AutoreloadError[];
}

const DEFAULT_GRACE_MS = 5000;

/** What `AUTORELOAD_POLL=1` stands for; also the interval for files that cannot be watched. */
export const DEFAULT_POLL_MS = 250;

const MIN_POLL_MS = 20;

const EXPECTED_POLL = `0, 1 or a number of milliseconds from ${MIN_POLL_MS}`;

/** The longest delay that a timer of Node's can have. */
const MAX_DELAY_MS = 2 ** 31 - 1;

const LOG_LEVELS: readonly string[] = ['silent', 'info', 'debug'] satisfies LogLevel[];

/**
 * Reads the options from an environment. A bad value is reported, and its default taken.
 *
 * @param env as `process.env`
 * @example
 * parseOptions({ AUTORELOAD_GRACE: '2000' }).options.grace // 2000
 */
export function parseOptions(env: NodeJS.ProcessEnv): ParsedOptions {
  const problems: AutoreloadError[] = [];
  const reject = (name: string, expected: string, value: string, remedy: string): void => {
    const message = `${name} must be ${expected}, got ${JSON.stringify(value)}. ${remedy}`;
    problems.push(new AutoreloadError('ERR_AUTORELOAD_OPTION', message));
  };

  let grace = DEFAULT_GRACE_MS;
  const graceValue = env['AUTORELOAD_GRACE'];
  if (graceValue) {
    if (/^\d+$/.test(graceValue) && Number(graceValue) <= MAX_DELAY_MS) grace = Number(graceValue);
    else
      reject(
        'AUTORELOAD_GRACE',
        'a number of milliseconds',
        graceValue,
        `Use ${suggestMs(graceValue) ?? DEFAULT_GRACE_MS}.`,
      );
  }

  let log: LogLevel = 'info';
  const logValue = env['AUTORELOAD_LOG'];
  if (logValue) {
    if (isLogLevel(logValue)) log = logValue;
    else reject('AUTORELOAD_LOG', 'silent, info or debug', logValue, 'Using info.');
  }

  let poll = 0;
  const pollValue = env['AUTORELOAD_POLL'];
  if (pollValue && pollValue !== '0') {
    const ms = /^\d+$/.test(pollValue) ? Number(pollValue) : undefined;
    if (ms === 1) poll = DEFAULT_POLL_MS;
    else if (ms !== undefined && ms >= MIN_POLL_MS && ms <= MAX_DELAY_MS) poll = ms;
    else reject('AUTORELOAD_POLL', EXPECTED_POLL, pollValue, `Use ${suggestPoll(pollValue)}.`);
  }

  const isOn = (name: string): boolean => {
    const value = env[name];
    if (value && !/^[01]$/.test(value)) reject(name, '0 or 1', value, 'Using 1.');
    return value !== '0';
  };
  const standby = isOn('AUTORELOAD_STANDBY');
  const crashPage = isOn('AUTORELOAD_CRASH_PAGE');
  const hold = isOn('AUTORELOAD_HOLD');
  return { options: Object.freeze({ grace, log, poll, standby, crashPage, hold }), problems };
}

function isLogLevel(value: string): value is LogLevel {
  return LOG_LEVELS.includes(value);
}

/** What the user may have meant: "2s" is 2000, "5" is the shortest that there is, "true" is 1. */
function suggestPoll(value: string): number {
  const ms = suggestMs(value) ?? (/^\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined);
  return ms === undefined ? 1 : Math.min(Math.max(Math.round(ms), MIN_POLL_MS), MAX_DELAY_MS);
}

/** What the user may have meant: "5s" is 5000. */
function suggestMs(value: string): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(ms|s|m|min)$/.exec(value) ?? [];
  if (amount === undefined) return undefined;
  const factor = unit === 'ms' ? 1 : unit === 's' ? 1000 : 60_000;
  return Math.min(Math.round(Number(amount) * factor), MAX_DELAY_MS);
}
