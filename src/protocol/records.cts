// What a child tells its supervisor: the records of the lane, and how each is written and parsed. Knows nothing of who sends
// or what follows from it. CommonJS, because the child preloads it.

/** A built-in module of Node's that a run has used; `imported` as an ES module, which loads more of it. */
export interface UsedBuiltin {
  readonly name: string;
  readonly imported: boolean;
}

/** What a file looked like to the process that loaded it. `hash` is there when the time stamps cannot be trusted. */
export interface Stamp {
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly size: number;
  readonly hash?: number | undefined;
}

/** One record on the lane. URLs are as Node resolved them, queries included. */
export type LaneRecord =
  | {
      readonly kind: 'resolved';
      readonly specifier: string;
      readonly parent: string | undefined;
      readonly url: string;
      /** Absent when this process has recorded the same URL before, or when the file could not be read. */
      readonly stamp: Stamp | undefined;
      /** The run before has found it, too, and it is what it was. Never on the lane: stands for a place in `again`. */
      readonly again?: true;
    }
  /** What the last run has found in packages was found again: its place in the list that a standby was told. */
  | { readonly kind: 'again'; readonly index: number }
  /** A specifier that did not resolve, at a wall-clock time in ms. */
  | {
      readonly kind: 'missed';
      readonly specifier: string;
      readonly parent: string | undefined;
      readonly at: number;
    }
  /** A built-in module was used for the first time in this way. */
  | ({ readonly kind: 'builtin' } & UsedBuiltin)
  /** The app closed the channel to its launcher. */
  | { readonly kind: 'disconnected' }
  /** The app started a process. */
  | { readonly kind: 'spawned'; readonly pid: number }
  /** A piece of what an error says that nobody has caught; it may end the child. `first`: another error begins. */
  | { readonly kind: 'crashed'; readonly first: boolean; readonly text: string }
  /** Where the inspector listens, after SIGUSR1. */
  | { readonly kind: 'inspected'; readonly url: string }
  /** The run listens on a socket that it was handed. */
  | { readonly kind: 'adopted'; readonly id: string }
  /** The run does not listen on a socket any more, or does not want one that it was handed. */
  | { readonly kind: 'released'; readonly id: string }
  /** The run is ending, and waits for responses. */
  | { readonly kind: 'draining' }
  /** The run is ending, and waits for nothing but its signal. */
  | { readonly kind: 'drained' }
  /** What the app wants to do about a change: be asked whether it causes a restart; do something before it ends. */
  | { readonly kind: 'wishes'; readonly change: boolean; readonly end: boolean }
  /** Whether the change of that round is to cause a restart. */
  | { readonly kind: 'answered'; readonly round: number; readonly restart: boolean }
  /** The app asks for its restart, or for its end. */
  | { readonly kind: 'requested'; readonly what: 'restart' | 'stop'; readonly message: string | undefined }
  /** A path or a glob, relative to a folder, counts from now on; or does not count any more. */
  | { readonly kind: 'tracked'; readonly text: string; readonly cwd: string; readonly on: boolean }
  /** A piece of what is to survive the run, in base64: the first, the last, one between them. */
  | {
      readonly kind: 'preserved';
      readonly key: string;
      readonly first: boolean;
      readonly last: boolean;
      readonly text: string;
    }
  /** What does not survive the run, and why. */
  | { readonly kind: 'lost'; readonly key: string; readonly why: string }
  /** The program begins to read what the user types. */
  | { readonly kind: 'reads' }
  /** The entry has been loaded and the event loop turns, since a wall-clock time in ms. */
  | { readonly kind: 'up'; readonly at: number };

/** The line that carries a record. It begins with a newline too, should another process have been cut off in its own. */
export function encodeRecord(record: LaneRecord): string {
  return `\n${JSON.stringify(toFields(record))}\n`;
}

/** The record in a line, or undefined when the line is not one of ours. */
export function parseRecord(line: string): LaneRecord | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    return undefined;
  }
  return Array.isArray(fields) ? fromFields(fields) : undefined;
}

function toFields(record: LaneRecord): unknown[] {
  switch (record.kind) {
    case 'resolved': {
      const { specifier, parent = null, url, stamp } = record;
      if (!stamp) return ['r', specifier, parent, url];
      return ['r', specifier, parent, url, stamp.mtimeMs, stamp.ctimeMs, stamp.size, stamp.hash ?? null];
    }
    case 'again':
      return ['g', record.index];
    case 'missed':
      return ['m', record.specifier, record.parent ?? null, record.at];
    case 'builtin':
      return ['b', record.name, record.imported];
    case 'disconnected':
      return ['d'];
    case 'spawned':
      return ['s', record.pid];
    case 'crashed':
      return ['c', record.first, record.text];
    case 'inspected':
      return ['i', record.url];
    case 'adopted':
      return ['a', record.id];
    case 'released':
      return ['f', record.id];
    case 'draining':
      return ['w'];
    case 'drained':
      return ['e'];
    case 'wishes':
      return ['n', record.change, record.end];
    case 'answered':
      return ['v', record.round, record.restart];
    case 'requested':
      return ['x', record.what, record.message ?? null];
    case 'tracked':
      return ['t', record.text, record.cwd, record.on];
    case 'preserved':
      return ['p', record.key, record.first, record.last, record.text];
    case 'lost':
      return ['l', record.key, record.why];
    case 'reads':
      return ['k'];
    case 'up':
      return ['u', record.at];
  }
}

function fromFields(fields: unknown[]): LaneRecord | undefined {
  const [tag, first, second, third, ...rest] = fields;
  if (tag === 'r' && isString(first) && isParent(second) && isString(third)) {
    return {
      kind: 'resolved',
      specifier: first,
      parent: second ?? undefined,
      url: third,
      stamp: stampFrom(rest),
    };
  }
  if (tag === 'g' && isNumber(first)) return { kind: 'again', index: first };
  if (tag === 'm' && isString(first) && isParent(second) && isNumber(third)) {
    return { kind: 'missed', specifier: first, parent: second ?? undefined, at: third };
  }
  if (tag === 's' && isNumber(first) && Number.isInteger(first) && first > 1)
    return { kind: 'spawned', pid: first };
  if (tag === 'c' && isBoolean(first) && isString(second)) return { kind: 'crashed', first, text: second };
  if (tag === 'i' && isString(first)) return { kind: 'inspected', url: first };
  if (tag === 'b' && isString(first) && isBoolean(second))
    return { kind: 'builtin', name: first, imported: second };
  if (tag === 'd') return { kind: 'disconnected' };
  if (tag === 'a' && isString(first)) return { kind: 'adopted', id: first };
  if (tag === 'f' && isString(first)) return { kind: 'released', id: first };
  if (tag === 'w') return { kind: 'draining' };
  if (tag === 'e') return { kind: 'drained' };
  if (tag === 'n' && isBoolean(first) && isBoolean(second))
    return { kind: 'wishes', change: first, end: second };
  if (tag === 'v' && isNumber(first) && isBoolean(second))
    return { kind: 'answered', round: first, restart: second };
  if (tag === 'x' && (first === 'restart' || first === 'stop') && isParent(second))
    return { kind: 'requested', what: first, message: second ?? undefined };
  if (tag === 't' && isString(first) && isString(second) && isBoolean(third))
    return { kind: 'tracked', text: first, cwd: second, on: third };
  if (tag === 'p' && isString(first) && isBoolean(second) && isBoolean(third) && isString(rest[0]))
    return { kind: 'preserved', key: first, first: second, last: third, text: rest[0] };
  if (tag === 'l' && isString(first) && isString(second)) return { kind: 'lost', key: first, why: second };
  if (tag === 'k') return { kind: 'reads' };
  if (tag === 'u' && isNumber(first)) return { kind: 'up', at: first };
  return undefined;
}

function stampFrom([mtimeMs, ctimeMs, size, hash]: unknown[]): Stamp | undefined {
  if (!isNumber(mtimeMs) || !isNumber(ctimeMs) || !isNumber(size)) return undefined;
  return { mtimeMs, ctimeMs, size, hash: isNumber(hash) ? hash : undefined };
}

/** Whether a value that has come from elsewhere is a text. */
export function isString(value: unknown): value is string {
  return typeof value === 'string';
}

/** Whether it is a number that can be counted with. */
export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isParent(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
