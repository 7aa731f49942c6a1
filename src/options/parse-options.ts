// Validates options from several sources, and reports every mistake in one line. Pure.
import { AutoreloadError } from '../shared/errors.ts';
import { nearestOption, OPTIONS } from './options.ts';
import type { Options } from './options.ts';
import type { ValueType } from './value-types.ts';

/** A place that options come from: the command line, the environment, package.json. */
export interface OptionSource {
  /** Raw values by option name. An unknown name is reported as a mistake. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Mistakes that concern no single value. */
  readonly problems?: readonly AutoreloadError[];
  /** Whether values have JSON types, so that `true` is no string. */
  readonly isJson?: boolean;
  /** Returns the name of an option as the user has written it, with file and line if there are any. */
  readonly where: (name: string) => string;
}

/** Valid options, and the mistakes. */
export interface ParsedOptions {
  readonly options: Options;
  readonly problems: readonly AutoreloadError[];
}

/** Value of every option where nothing is set. */
export const DEFAULTS: Options = Object.freeze(
  Object.fromEntries(OPTIONS.map(({ name, default: value }) => [name, value])),
) as unknown as Options;

/**
 * Reads options from several sources. The first source that sets an option wins; all sources are checked.
 *
 * @example
 * parseOptions(readEnvironment({ AUTORELOAD_GRACE: '2s' })).options.grace // 2000
 */
export function parseOptions(...sources: readonly OptionSource[]): ParsedOptions {
  const options: Record<string, unknown> = { ...DEFAULTS };
  const problems = sources.flatMap((source) => [...(source.problems ?? []), ...misspelled(source)]);
  const isSet = new Set<string>();
  for (const source of sources)
    for (const { name, type } of OPTIONS) {
      const raw = source.values[name];
      if (raw === undefined) continue;
      const value = type.read(raw);
      if (value === undefined) problems.push(badValue(source.where(name), type, raw, source.isJson));
      else if (!isSet.has(name)) options[name] = value;
      isSet.add(name);
    }
  return { options: Object.freeze(options) as unknown as Options, problems };
}

/** Creates the error for a mistake of the user. */
export function optionError(message: string): AutoreloadError {
  return new AutoreloadError('ERR_AUTORELOAD_OPTION', message);
}

/**
 * Creates the error for an invalid value.
 *
 * @param where the option as the user has written it
 * @param isJson whether the value comes from package.json
 */
export function badValue(
  where: string,
  type: ValueType<unknown>,
  raw: unknown,
  isJson = false,
): AutoreloadError {
  const refusal = type.refusal?.(raw);
  if (refusal !== undefined) return optionError(`${where} ${refusal}`);
  const expected = (isJson && type.expectedInJson) || type.expected;
  // Of a repeated flag, the message quotes the invalid value only.
  const got: unknown =
    Array.isArray(raw) && !isJson ? raw.find((item) => type.read([item]) === undefined) : raw;
  const instead = isJson ? asJson(type.suggest(raw)) : type.suggest(raw);
  return optionError(`${where} must be ${expected}, got ${JSON.stringify(got)}. Use ${instead}.`);
}

/** Writes a suggestion as JSON: `5s` as `"5s"`, `20` as it is, and `1` as `true`. */
function asJson(suggestion: string): string {
  if (/^(\d{2,}|".*")$/.test(suggestion)) return suggestion;
  return /^[01]$/.test(suggestion) ? String(suggestion === '1') : JSON.stringify(suggestion);
}

function misspelled({ values, where }: OptionSource): AutoreloadError[] {
  const names: readonly string[] = OPTIONS.map(({ name }) => name);
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  return unknown.map((name) => {
    const meant = nearestOption(name);
    // Without file and line: the correct name is not written there yet.
    const instead =
      meant === undefined ? `one of ${names.join(', ')}` : where(meant.name).replace(/^[^"]* (?=")/, '');
    return optionError(`${where(name)} is not an option. Use ${instead}.`);
  });
}
