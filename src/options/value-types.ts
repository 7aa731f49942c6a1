// Reads option values: text from a command line or an environment, typed values from package.json. Pure; knows no option.
import { constants } from 'node:os';
import { nearest } from './did-you-mean.ts';

/** A type of option value. */
export interface ValueType<T> {
  /** Description of valid values, to follow "must be". */
  readonly expected: string;
  /** The same for package.json, where it differs. */
  readonly expectedInJson?: string;
  /** Returns the value, or undefined if it is invalid. */
  readonly read: (raw: unknown) => T | undefined;
  /** Returns a valid value, as close as possible to an invalid one. */
  readonly suggest: (raw: unknown) => string;
  /** Explains why a value is invalid where "must be" cannot; follows the name of the option. */
  readonly refusal?: (raw: unknown) => string | undefined;
  /** JSON schema of valid values. */
  readonly schema: object;
}

/** Maximum delay of a Node timer (ms). */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Poll interval for `1` and `true`, and for files that cannot be watched (ms). */
export const DEFAULT_POLL_MS = 250;

/** Minimum poll interval (ms). A shorter one would keep one core busy. */
const MIN_POLL_MS = 20;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

const DURATION_PATTERN = String.raw`\d+(\.\d+)? ?(ms|s|m|min|h)?`;

/** Text that is written like a duration; the duration may still be too long. */
export const DURATION_TEXT: RegExp = new RegExp(`^${DURATION_PATTERN}$`);

const TEXT = { type: 'string', minLength: 1 };
const TEXTS = { anyOf: [TEXT, { type: 'array', items: TEXT }] };

/** All signals but the two that no program can handle. */
const STOP_SIGNALS = Object.keys(constants.signals).filter(
  (name) => name !== 'SIGKILL' && name !== 'SIGSTOP',
) as NodeJS.Signals[];

/** Duration (ms): `2000`, `2s`, `1.5 m`. */
export const DURATION: ValueType<number> = {
  expected: 'a duration such as 500ms, 5s or 2m, or a number of milliseconds',
  read: durationOf,
  suggest: (raw) => {
    const [amount] = /\d+(?:\.\d+)?/.exec(String(raw)) ?? [];
    return amount === undefined ? '5s' : `${amount}${Number(amount) < 100 ? 's' : 'ms'}`;
  },
  schema: durationSchema({ minimum: 0 }),
};

/** Duration above 0 (ms): a timeout of 0 would stop the program at once. */
export const TIMEOUT: ValueType<number> = {
  expected: 'a duration above 0 such as 500ms, 5s or 2m, or a number of milliseconds',
  read: (raw) => durationOf(raw) || undefined,
  suggest: (raw) => (durationOf(raw) === 0 ? '30s' : DURATION.suggest(raw)),
  schema: durationSchema({ exclusiveMinimum: 0 }, '(?=.*[1-9])'),
};

/** Poll interval (ms): 0 is off, `1` and `true` the default interval. */
export const POLL: ValueType<number> = {
  expected: `0, 1 or a number of milliseconds from ${MIN_POLL_MS}`,
  read: (raw) => {
    const ms = typeof raw === 'boolean' ? Number(raw) : durationOf(raw);
    if (ms === 1) return DEFAULT_POLL_MS;
    return ms === 0 || (ms !== undefined && ms >= MIN_POLL_MS) ? ms : undefined;
  },
  suggest: (raw) => (Number(raw) > 0 ? String(MIN_POLL_MS) : '1'),
  schema: {
    anyOf: [{ type: 'boolean' }, { enum: [0, 1] }, ...durationSchema({ minimum: MIN_POLL_MS }).anyOf],
  },
};

/** On or off. */
export const SWITCH: ValueType<boolean> = {
  expected: '0 or 1',
  expectedInJson: 'true or false',
  read: (raw) => {
    if (typeof raw === 'boolean') return raw;
    return raw === '0' || raw === '1' ? raw === '1' : undefined;
  },
  suggest: (raw) => (/^(false|no|off|n)$/i.test(String(raw)) ? '0' : '1'),
  schema: { type: 'boolean' },
};

/** Creates the type of an option that accepts a few words. */
export function choice<T extends string>(...words: readonly T[]): ValueType<T> {
  return {
    expected: `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
    read: (raw) => words.find((word) => word === raw),
    suggest: (raw) => nearest(String(raw), words) ?? words[0] ?? '',
    schema: { enum: words },
  };
}

/** Signal that a program can handle; in capitals or not, with SIG or without. */
export const SIGNAL: ValueType<NodeJS.Signals> = {
  expected: 'a signal name such as SIGTERM or SIGINT',
  read: (raw) =>
    typeof raw === 'string' ? STOP_SIGNALS.find((name) => name === signalName(raw)) : undefined,
  suggest: (raw) =>
    nearest(signalName(raw), ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']) ?? 'SIGTERM',
  schema: { type: 'string', pattern: '^(SIG)?[A-Z0-9]+$' },
};

/** Paths or globs: a string, or a list of strings. */
export const PATHS: ValueType<readonly string[]> = {
  expected: 'one or more paths or globs',
  read: listOf,
  suggest: () => 'src',
  schema: TEXTS,
};

/** File extensions, with a dot or without. */
export const EXTENSIONS: ValueType<readonly string[]> = {
  expected: 'file extensions such as js,json',
  read: (raw) => {
    const list = listOf(raw)
      ?.flatMap((text) => text.split(','))
      .map((text) => text.trim().replace(/^\*?\./, ''));
    return list?.every((text) => text !== '' && !/[/\\*]/.test(text)) ? list : undefined;
  },
  suggest: () => 'js,json',
  schema: TEXTS,
};

/** Host names or IP addresses without a port, in lower case; `*` is any. */
export const HOSTS: ValueType<readonly string[]> = {
  expected: 'host names such as dev.local,10.0.0.5 without a port, or *',
  read: (raw) => {
    const list = listOf(raw)
      ?.flatMap((text) => text.split(','))
      .map((text) => text.trim().toLowerCase());
    return list?.every((text) => /^(?:\*|[\w.-]+|[\da-f:.]*:[\da-f:.]*:[\da-f:.]*)$/.test(text))
      ? list
      : undefined;
  },
  suggest: (raw) => /[a-z\d][\w-]*(?:\.[\w-]+)+/i.exec(String(raw))?.[0].toLowerCase() ?? 'dev.local',
  schema: TEXTS,
};

function signalName(raw: unknown): string {
  return `SIG${String(raw).toUpperCase().replace(/^SIG/, '')}`;
}

function durationOf(raw: unknown): number | undefined {
  const [text, , unit = 'ms'] = DURATION_TEXT.exec(String(raw)) ?? [];
  if (text === undefined || (typeof raw !== 'string' && typeof raw !== 'number')) return undefined;
  const ms = Math.round(Number.parseFloat(text) * (UNITS[unit] ?? 1));
  return ms <= MAX_DELAY_MS ? ms : undefined;
}

function durationSchema(limits: object, condition = ''): { readonly anyOf: readonly object[] } {
  return {
    anyOf: [
      { type: 'number', ...limits, maximum: MAX_DELAY_MS },
      { type: 'string', pattern: `^${condition}${DURATION_PATTERN}$` },
    ],
  };
}

function listOf(raw: unknown): string[] | undefined {
  const list = [raw].flat();
  const isValid = list.every((value) => typeof value === 'string' && value.trim() !== '');
  return isValid ? (list as string[]) : undefined;
}
