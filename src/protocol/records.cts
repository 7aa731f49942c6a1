// Defines the records that a child writes to its supervisor over the lane, and how each is encoded and parsed. Knows neither
// who sends a record nor what follows from it. CommonJS, because the child preloads it.
import { has, isBoolean, isNumber, isObject, isString, messageOf, optional, parseJson } from './messages.cts';
import type { FieldsOf, MessageOf } from './messages.cts';

const STAMP = { mtimeMs: isNumber, ctimeMs: isNumber, size: isNumber, hash: optional(isNumber) };

/** Metadata of a file at the time a process loaded it. `hash` is present when the time stamps cannot be trusted. */
export type Stamp = FieldsOf<typeof STAMP>;

/** Every kind of record with the checks of its fields. */
const KINDS = {
  /**
   * A specifier resolved to a URL, as Node gives it, query included.
   * - `stamp`: absent when this process has recorded the URL before, and when it could not read the file.
   * - `onlyResolved`: the module is not loaded, or not yet: the load hook will report it.
   * - `format`: of the module that is loaded, as far as Node knows it.
   * - `again`: never on the lane; the supervisor sets it for an `again` record.
   */
  resolved: {
    specifier: isString,
    parent: optional(isString),
    url: isString,
    stamp: optional(isStamp),
    onlyResolved: optional(isBoolean),
    format: optional(isString),
    again: optional(isBoolean),
  },
  /** An import inside packages resolved as in the previous run: its index in the list that the standby was given. */
  again: { index: isNumber, onlyResolved: optional(isBoolean), format: optional(isString) },
  /** A module that was only resolved is loaded now. */
  loaded: { url: isString, format: optional(isString) },
  /** A specifier did not resolve, at a wall-clock time (ms). */
  missed: { specifier: isString, parent: optional(isString), at: isNumber },
  /** A built-in module was used for the first time in this way. An ES module import (`imported`) loads more of it than `require`. */
  builtin: { name: isString, imported: isBoolean },
  /** A package that a standby runs before its turn has looked for a file; without a stamp if there is none. */
  input: { path: isString, stamp: optional(isStamp) },
  /** A package has an effect outside the process when it is loaded. The standby has exited before. */
  effect: { url: isString, what: isString },
  /** The standby has linked modules, and run packages. */
  linked: {},
  /** The standby has become the run. Before this, a standby that links modules has run none of them. */
  begun: {},
  /** The app, or a preload, has registered module hooks. */
  hooked: {},
  /** The run has read the messages of the launcher up to this one. */
  received: { n: isNumber },
  /** The app closed the IPC channel to its launcher. */
  disconnected: {},
  /** The app started a process. */
  spawned: { pid: isPid },
  /** Part of the text of an uncaught error, which may end the child. `first`: the text of an error begins. */
  crashed: { first: isBoolean, text: isString },
  /** The inspector listens at a URL, after SIGUSR1. */
  inspected: { url: isString },
  /** The run is about to listen on a socket that it was handed, and waits for its turn. */
  listens: {},
  /** The run listens on a socket that it was handed. */
  adopted: { id: isString },
  /** The run no longer listens on a socket, or does not want one that it was handed. */
  released: { id: isString },
  /** The run is shutting down and waits for in-flight responses. */
  draining: {},
  /** The run is shutting down and waits only for its stop signal. */
  drained: {},
  /** The app decides whether a change causes a restart (`change`), or has work to do before it exits (`end`). */
  wishes: { change: isBoolean, end: isBoolean },
  /** The app's answer to the change of that round. */
  answered: { round: isNumber, restart: isBoolean },
  /** The app requests its restart or its stop. */
  requested: { what: isRequest, message: optional(isString) },
  /** A path or a glob, relative to a folder, is tracked from now on (`on`), or no longer. */
  tracked: { text: isString, cwd: isString, on: isBoolean },
  /** Part of a preserved value, in base64. */
  preserved: { key: isString, first: isBoolean, last: isBoolean, text: isString },
  /** A value that cannot be preserved, and the reason. */
  lost: { key: isString, why: isString },
  /** The program begins to read from stdin. */
  reads: {},
  /** The program has read stdin, a pipe or a socket, to its end. */
  inputEnded: {},
  /** The entry is still being evaluated at a wall-clock time (ms). */
  loading: { at: isNumber, isLong: isBoolean },
  /** The entry has been evaluated and the event loop has been idle since a wall-clock time (ms). */
  up: { at: isNumber },
  /** Part of the text of a record that is too long for a page: {@link joinParts}. */
  part: { id: isString, last: isBoolean, text: isString },
};

/** Maximum size of a write that is not mixed with writes of other processes (bytes, PIPE_BUF). */
export const PAGE = 4096;

/** Maximum length of a part: at most three bytes for a UTF-16 code unit, and the rest of its record. */
const PART_LENGTH = 1200;

/** Maximum length of a record in parts (characters), and maximum number of records of which parts are missing. */
const MAX_LENGTH = 1 << 20;
const MAX_INCOMPLETE = 100;

/** A built-in module that a run has used. */
export type UsedBuiltin = FieldsOf<typeof KINDS.builtin>;

/** One record on the lane. */
export type LaneRecord = MessageOf<typeof KINDS>;

/**
 * The line of a record. Its leading newline ends the line of another process that was killed while it wrote. JSON of the record
 * as it is: anything shorter costs a child, whose code has not been compiled yet, twice the time.
 */
export function encodeRecord(record: LaneRecord): string {
  return `\n${JSON.stringify(record)}\n`;
}

/**
 * The lines of the parts of a record, each shorter than a page.
 *
 * @param id unique among the records of all processes
 */
export function encodeParts(record: LaneRecord, id: string): string[] {
  const text = JSON.stringify(record);
  return Array.from({ length: Math.ceil(text.length / PART_LENGTH) }, (_, i) => {
    const end = (i + 1) * PART_LENGTH;
    const part = text.slice(i * PART_LENGTH, end);
    return encodeRecord({ kind: 'part', id, last: end >= text.length, text: part });
  });
}

/** Returns a function that takes each part of a record, and returns the record after its last part. */
export function joinParts(): (part: LaneRecord & { readonly kind: 'part' }) => LaneRecord | undefined {
  const texts = new Map<string, string>();
  return ({ id, last, text }) => {
    const all = (texts.get(id) ?? '') + text;
    texts.delete(id);
    if (last) return parseRecord(all);
    if (all.length <= MAX_LENGTH) texts.set(id, all);
    // A process that was killed does not send the rest.
    const [oldest] = texts.keys();
    if (texts.size > MAX_INCOMPLETE && oldest !== undefined) texts.delete(oldest);
    return undefined;
  };
}

/** The record in a line; undefined for any other line. */
export function parseRecord(line: string): LaneRecord | undefined {
  const record = parseJson(line);
  // The record counts without its stamp.
  if (isObject(record) && !isStamp(record['stamp'])) delete record['stamp'];
  return messageOf(record, KINDS);
}

function isPid(value: unknown): value is number {
  return isNumber(value) && Number.isInteger(value) && value > 1;
}

function isRequest(value: unknown): value is 'restart' | 'stop' {
  return value === 'restart' || value === 'stop';
}

function isStamp(value: unknown): value is Stamp {
  return has(value, STAMP);
}
