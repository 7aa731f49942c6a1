// Defines the records that a child writes to its supervisor over the lane, and how each is encoded and parsed. Knows neither
// who sends a record nor what follows from it. CommonJS, because the child preloads it.

/** A built-in module that a run has used. An ES module import (`imported`) loads more of it than `require` does. */
export interface UsedBuiltin {
  readonly name: string;
  readonly imported: boolean;
}

/** Metadata of a file at the time a process loaded it. `hash` is present when the time stamps cannot be trusted. */
export interface Stamp {
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly size: number;
  readonly hash?: number | undefined;
}

/** The types of fields. */
interface FieldTypes {
  text: string;
  flag: boolean;
  number: number;
  pid: number;
  request: 'restart' | 'stop';
  stamp: Stamp;
}

type FieldType = keyof FieldTypes;

/** Every kind of record with the types of its fields. A field whose type ends in `?` is optional. */
const KINDS = {
  /**
   * A specifier resolved to a URL, as Node gives it, query included.
   * - `stamp`: absent when this process has recorded the URL before, and when it could not read the file.
   * - `onlyResolved`: the module is not loaded, or not yet: the load hook will report it.
   * - `format`: of the module that is loaded; absent where no load hook reports it.
   * - `again`: never on the lane; the supervisor sets it for an `again` record.
   */
  resolved: {
    specifier: 'text',
    parent: 'text?',
    url: 'text',
    stamp: 'stamp?',
    onlyResolved: 'flag?',
    format: 'text?',
    again: 'flag?',
  },
  /** An import inside packages resolved as in the previous run: its index in the list that the standby was given. */
  again: { index: 'number', onlyResolved: 'flag?', format: 'text?' },
  /** A module that was only resolved is loaded now. */
  loaded: { url: 'text', format: 'text?' },
  /** A specifier did not resolve, at a wall-clock time (ms). */
  missed: { specifier: 'text', parent: 'text?', at: 'number' },
  /** A built-in module was used for the first time in this way. */
  builtin: { name: 'text', imported: 'flag' },
  /** The app closed the IPC channel to its launcher. */
  disconnected: {},
  /** The app started a process. */
  spawned: { pid: 'pid' },
  /** Part of the text of an uncaught error, which may end the child. `first`: the text of an error begins. */
  crashed: { first: 'flag', text: 'text' },
  /** The inspector listens at a URL, after SIGUSR1. */
  inspected: { url: 'text' },
  /** The run listens on a socket that it was handed. */
  adopted: { id: 'text' },
  /** The run no longer listens on a socket, or does not want one that it was handed. */
  released: { id: 'text' },
  /** The run is shutting down and waits for in-flight responses. */
  draining: {},
  /** The run is shutting down and waits only for its stop signal. */
  drained: {},
  /** The app decides whether a change causes a restart (`change`), or has work to do before it exits (`end`). */
  wishes: { change: 'flag', end: 'flag' },
  /** The app's answer to the change of that round. */
  answered: { round: 'number', restart: 'flag' },
  /** The app requests its restart or its stop. */
  requested: { what: 'request', message: 'text?' },
  /** A path or a glob, relative to a folder, is tracked from now on (`on`), or no longer. */
  tracked: { text: 'text', cwd: 'text', on: 'flag' },
  /** Part of a preserved value, in base64. */
  preserved: { key: 'text', first: 'flag', last: 'flag', text: 'text' },
  /** A value that cannot be preserved, and the reason. */
  lost: { key: 'text', why: 'text' },
  /** The program begins to read from stdin. */
  reads: {},
  /** The entry has been loaded and the event loop has been idle since a wall-clock time (ms). */
  up: { at: 'number' },
} as const;

type Kinds = typeof KINDS;
type Optional<F> = { [Name in keyof F]: F[Name] extends `${FieldType}?` ? Name : never }[keyof F];
type Fields<F> = {
  readonly [Name in Exclude<keyof F, Optional<F>>]: F[Name] extends FieldType ? FieldTypes[F[Name]] : never;
} & {
  readonly [Name in Optional<F>]?:
    | (F[Name] extends `${infer Type extends FieldType}?` ? FieldTypes[Type] : never)
    | undefined;
};

/** One record on the lane. */
export type LaneRecord = {
  [Kind in keyof Kinds]: { readonly kind: Kind } & Fields<Kinds[Kind]>;
}[keyof Kinds];

const CHECKS: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  text: isString,
  flag: (value) => typeof value === 'boolean',
  number: isNumber,
  pid: (value) => isNumber(value) && Number.isInteger(value) && value > 1,
  request: (value) => value === 'restart' || value === 'stop',
  stamp: isStamp,
};

interface Field {
  readonly name: string;
  readonly isValid: (value: unknown) => boolean;
}

const FIELDS: ReadonlyMap<unknown, readonly Field[]> = new Map(
  Object.entries(KINDS).map(([kind, fields]) => [kind, Object.entries<string>(fields).map(fieldOf)]),
);

function fieldOf([name, type]: readonly [string, string]): Field {
  const isValid = CHECKS[type.replace('?', '') as FieldType];
  return { name, isValid: type.endsWith('?') ? (value) => value === undefined || isValid(value) : isValid };
}

/**
 * The line of a record. Its leading newline ends the line of another process that was killed while it wrote. JSON of the record
 * as it is: anything shorter costs a child, whose code has not been compiled yet, twice the time.
 */
export function encodeRecord(record: LaneRecord): string {
  return `\n${JSON.stringify(record)}\n`;
}

/** The record in a line; undefined for any other line. */
export function parseRecord(line: string): LaneRecord | undefined {
  let record: Record<string, unknown> | null;
  try {
    record = JSON.parse(line) as Record<string, unknown> | null;
  } catch {
    return undefined;
  }
  const fields = FIELDS.get(record?.['kind']);
  if (!record || !fields) return undefined;
  // The record counts without its stamp.
  if (!isStamp(record['stamp'])) delete record['stamp'];
  for (const { name, isValid } of fields) if (!isValid(record[name])) return undefined;
  return record as unknown as LaneRecord;
}

function isStamp(value: unknown): boolean {
  const { mtimeMs, ctimeMs, size, hash } = (value ?? {}) as Partial<Record<keyof Stamp, unknown>>;
  return isNumber(mtimeMs) && isNumber(ctimeMs) && isNumber(size) && (hash === undefined || isNumber(hash));
}

/** Whether a value from another process is a string. */
export function isString(value: unknown): value is string {
  return typeof value === 'string';
}

/** Whether a value from another process is a finite number. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
