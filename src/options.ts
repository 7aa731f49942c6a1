// What the user has set, validated and frozen. The only file that reads AUTORELOAD_* variables.
import { AutoreloadError } from './errors.ts';

/** How much is printed. */
export type LogLevel = 'silent' | 'info' | 'debug';

/** Everything that the user can set. */
export interface Options {
  /** `AUTORELOAD_GRACE`: ms between the stop signal and SIGKILL. */
  readonly grace: number;
  /** `AUTORELOAD_LOG`. */
  readonly log: LogLevel;
}

/** Options, and what was wrong with the values that were not taken. */
export interface ParsedOptions {
  readonly options: Options;
  readonly problems: readonly AutoreloadError[];
}

const DEFAULT_GRACE_MS = 5000;

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
    else reject('AUTORELOAD_GRACE', 'a number of milliseconds', graceValue, `Use ${suggestMs(graceValue)}.`);
  }

  let log: LogLevel = 'info';
  const logValue = env['AUTORELOAD_LOG'];
  if (logValue) {
    if (isLogLevel(logValue)) log = logValue;
    else reject('AUTORELOAD_LOG', 'silent, info or debug', logValue, 'Using info.');
  }

  return { options: Object.freeze({ grace, log }), problems };
}

function isLogLevel(value: string): value is LogLevel {
  return LOG_LEVELS.includes(value);
}

/** What the user may have meant: "5s" is 5000. */
function suggestMs(value: string): number {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(ms|s|m|min)$/.exec(value) ?? [];
  if (amount === undefined) return DEFAULT_GRACE_MS;
  const factor = unit === 'ms' ? 1 : unit === 's' ? 1000 : 60_000;
  return Math.min(Math.round(Number(amount) * factor), MAX_DELAY_MS);
}
