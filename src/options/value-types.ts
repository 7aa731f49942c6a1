// What an option can be set to: how a value is read, whether it comes from a command line or an environment, as text,
// or from package.json. Pure; knows no option.
import { constants } from 'node:os';
import { delimiter, sep } from 'node:path';

/** One kind of value. */
export interface Kind<T> {
  /** What is expected, as it follows "must be". */
  readonly expected: string;
  /** The same where values have types, if that is something else. */
  readonly expectedInJson?: string;
  /** The value, or undefined when it is not one of this kind. */
  readonly read: (raw: unknown) => T | undefined;
  /** What the user may have meant, as it is to be written. */
  readonly suggest: (raw: unknown) => string;
  /** What is wrong with a value, as it follows the name, where "must be" does not say it. */
  readonly refusal?: (raw: unknown) => string | undefined;
  /** What is between several values in a variable, where that is not read here. */
  readonly separator?: string;
  /** What is accepted, as a JSON schema. */
  readonly schema: object;
}

/** The longest delay that a timer of Node's can have, in ms. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** What a poll of `1` or `true` stands for; also the interval for files that cannot be watched. */
export const DEFAULT_POLL_MS = 250;

/** More often would take a whole core. */
const MIN_POLL_MS = 20;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** A length of time, in ms: `2000`, `2s`, `1.5 m`. */
export const DURATION: Kind<number> = {
  expected: 'a duration such as 500ms, 5s or 2m, or a number of milliseconds',
  read: durationOf,
  suggest: (raw) => {
    const [amount] = /\d+(?:\.\d+)?/.exec(String(raw)) ?? [];
    return amount === undefined ? '5s' : `${amount}${Number(amount) < 100 ? 's' : 'ms'}`;
  },
  schema: {
    anyOf: [
      { type: 'number', minimum: 0, maximum: MAX_DELAY_MS },
      { type: 'string', pattern: '^\\d+(\\.\\d+)? ?(ms|s|m|min|h)?$' },
    ],
  },
};

/** A length of time after which all ends, in ms: none would end it at once. */
export const LIMIT: Kind<number> = {
  expected: 'a duration above 0 such as 500ms, 5s or 2m, or a number of milliseconds',
  read: (raw) => durationOf(raw) || undefined,
  suggest: (raw) => (durationOf(raw) === 0 ? '30s' : DURATION.suggest(raw)),
  schema: {
    anyOf: [
      { type: 'number', exclusiveMinimum: 0, maximum: MAX_DELAY_MS },
      { type: 'string', pattern: '^(?=.*[1-9])\\d+(\\.\\d+)? ?(ms|s|m|min|h)?$' },
    ],
  },
};

/** How often to look at files, in ms; 0 is off, and `1` the default interval. */
export const POLL: Kind<number> = {
  expected: `0, 1 or a number of milliseconds from ${MIN_POLL_MS}`,
  read: (raw) => {
    if (typeof raw === 'boolean') return raw ? DEFAULT_POLL_MS : 0;
    const ms = durationOf(raw);
    if (ms === undefined || ms === 0) return ms;
    if (ms === 1) return DEFAULT_POLL_MS;
    return ms >= MIN_POLL_MS ? ms : undefined;
  },
  suggest: (raw) => (Number(raw) > 0 ? String(MIN_POLL_MS) : '1'),
  schema: {
    anyOf: [
      { type: 'boolean' },
      { enum: [0, 1] },
      { type: 'number', minimum: MIN_POLL_MS, maximum: MAX_DELAY_MS },
      { type: 'string', pattern: '^\\d+(\\.\\d+)? ?(ms|s|m|min|h)?$' },
    ],
  },
};

/** On or off. */
export const SWITCH: Kind<boolean> = {
  expected: '0 or 1',
  expectedInJson: 'true or false',
  read: (raw) => {
    if (typeof raw === 'boolean') return raw;
    return raw === '0' || raw === '1' ? raw === '1' : undefined;
  },
  suggest: (raw) => (/^(false|no|off|n)$/i.test(String(raw)) ? '0' : '1'),
  schema: { type: 'boolean' },
};

/** One of some words. */
export function choice<T extends string>(...words: readonly T[]): Kind<T> {
  return {
    expected: `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`,
    read: (raw) => words.find((word) => word === raw),
    suggest: (raw) => nearest(String(raw), words) ?? words[0] ?? '',
    schema: { enum: words },
  };
}

/** A signal that ends a process, in capitals or not, with SIG or without. */
export const SIGNAL: Kind<NodeJS.Signals> = {
  expected: 'the name of a signal such as SIGTERM or SIGINT',
  read: (raw) => {
    const name = typeof raw === 'string' && /^(?:SIG)?(\w+)$/i.exec(raw)?.[1]?.toUpperCase();
    const signal = `SIG${name}`;
    // These two stop no process in its own time.
    return signal in constants.signals && signal !== 'SIGKILL' && signal !== 'SIGSTOP'
      ? (signal as NodeJS.Signals)
      : undefined;
  },
  suggest: (raw) => {
    const text = String(raw).toUpperCase();
    const name = text.startsWith('SIG') ? text : `SIG${text}`;
    return nearest(name, ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']) ?? 'SIGTERM';
  },
  schema: { type: 'string', pattern: '^(SIG)?[A-Z0-9]+$' },
};

/** Paths or globs: one as a text, or a list; in the environment separated as in PATH. */
export const PATHS: Kind<readonly string[]> = {
  expected: 'a path or a glob, or several',
  read: listOf,
  suggest: () => 'src',
  separator: delimiter,
  schema: {
    anyOf: [
      { type: 'string', minLength: 1 },
      { type: 'array', items: { type: 'string', minLength: 1 } },
    ],
  },
};

/** Endings of file names, with a dot or without. */
export const EXTENSIONS: Kind<readonly string[]> = {
  expected: 'endings of file names such as js,json',
  read: (raw) => {
    const list = listOf(raw)
      ?.flatMap((text) => text.split(','))
      .map((text) => text.trim().replace(/^\*?\./, ''));
    return list?.every((text) => text !== '' && !/[/\\*]/.test(text)) ? list : undefined;
  },
  suggest: () => 'js,json',
  schema: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
};

/** A command and its arguments, which is run without a shell. */
export const COMMAND: Kind<string> = {
  expected: 'a command',
  read: (raw) =>
    typeof raw === 'string' && raw.trim() !== '' && shellSyntax(raw) === undefined ? raw.trim() : undefined,
  suggest: () => '"python app.py"',
  refusal: (raw) => (typeof raw === 'string' ? shellSyntax(raw) : undefined),
  schema: { type: 'string', minLength: 1 },
};

/** A part in quotes, a part without, or a quote that is not closed. Within `"`, `\` takes the next character. */
const PARTS = /'[^']*'|"(?:\\[^]|[^"\\])*"|(?:\\[^]?|[^'"\\])+|['"]/g;

/** What only a shell understands. Within `"` that is less, within `'` nothing. */
const SHELL_SYNTAX = /[|&;<>()*?`\\]|\$[\w({@]/;
const SHELL_SYNTAX_QUOTED = /`|\$[\w({@]|\\["$`\\\n]/;

/** Why a text cannot be run without a shell, or undefined. */
function shellSyntax(text: string): string | undefined {
  // On Windows `\` is part of a path.
  const parts = (sep === '\\' ? text.replaceAll('\\', '/') : text).match(PARTS) ?? [];
  if (parts.some((part) => part === '"' || part === "'"))
    return `has a quote that is not closed: ${text}. Close it.`;
  const isPlain = !parts.some(isShellSyntax);
  if (isPlain && !/^\s*\w+=/.test(text)) return undefined;
  const argument = /["$`\\!]/.test(text) ? `'${text.replaceAll("'", String.raw`'\''`)}'` : `"${text}"`;
  return `runs no shell, got ${JSON.stringify(text)}. Use -- sh -c ${argument}.`;
}

function isShellSyntax(part: string): boolean {
  if (part.startsWith("'")) return false;
  return (part.startsWith('"') ? SHELL_SYNTAX_QUOTED : SHELL_SYNTAX).test(part);
}

/**
 * The name that is most like another, if one is: no more than a third of it is different.
 *
 * @example
 * nearest('grcae', ['grace', 'poll']) // 'grace'
 */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((other) => ({ other, far: distance(name.toLowerCase(), other.toLowerCase()) }))
    .filter(({ other, far }) => far <= Math.max(1, Math.floor(Math.max(name.length, other.length) / 3)))
    .toSorted((a, b) => a.far - b.far);
  return best?.other;
}

/** How many letters have to be put in, taken out, replaced or exchanged with the next one. */
function distance(from: string, to: string): number {
  const rows = [[...Array(to.length + 1).keys()]];
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const above = rows[i - 1] ?? [];
      const isSame = from[i - 1] === to[j - 1];
      let least = Math.min(
        (above[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (above[j - 1] ?? 0) + (isSame ? 0 : 1),
      );
      if (from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        least = Math.min(least, (rows[i - 2]?.[j - 2] ?? Infinity) + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[from.length]?.[to.length] ?? Infinity;
}

function durationOf(raw: unknown): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?) ?(ms|s|m|min|h)?$/.exec(String(raw)) ?? [];
  if (amount === undefined || (typeof raw !== 'string' && typeof raw !== 'number')) return undefined;
  const ms = Math.round(Number(amount) * (UNITS[unit ?? 'ms'] ?? 1));
  return ms <= MAX_DELAY_MS ? ms : undefined;
}

function listOf(raw: unknown): string[] | undefined {
  const list: unknown[] = Array.isArray(raw) ? raw : [raw];
  const texts = list.filter((value): value is string => typeof value === 'string' && value.trim() !== '');
  return texts.length === list.length ? texts : undefined;
}
