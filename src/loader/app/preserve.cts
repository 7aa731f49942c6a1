// Keeps values of the app across restarts: restores those of the previous run, and sends the supervisor those of this run.
import type v8Module from 'node:v8';
import { send } from '../channel/record-writer.cts';

/** Maximum length of the text in a record, which must fit into a page. */
const MAX_TEXT = 3000;

/** Maximum size of all values together (bytes). */
const MAX_BYTES = 4 * 2 ** 20;

/** Approximate maximum length of the reason why a value is lost. */
const MAX_WHY = 100;

/** Values by key, and their encoding when they were last sent; empty for a value that is lost. */
const values = new Map<string, object>();
const sent = new Map<string, string>();

/** Whether the app preserves anything. */
export function isPreserving(): boolean {
  return values.size > 0;
}

/**
 * The value under a key, which is preserved from now on.
 *
 * @param state encoded values of the previous run
 * @param initial makes the value if the previous run left none
 */
export function preserve(
  state: Readonly<Record<string, string>>,
  key: string,
  initial: () => object,
): object {
  const before = values.get(key);
  if (before) return before;
  const value = restored(state, key) ?? initial();
  if (values.size === 0) process.on('exit', () => saveState());
  values.set(key, value);
  return value;
}

/**
 * Sends all values.
 *
 * @param isLast whether a value that cannot be encoded is lost; otherwise, it may still change
 */
export function saveState(isLast = true): void {
  let total = 0;
  for (const [key, value] of values) {
    try {
      const bytes = serialized(value);
      if (total + bytes.length > MAX_BYTES)
        throw new RangeError(
          `it has ${megabytes(bytes.length)}, and all together may have ${megabytes(MAX_BYTES)}`,
        );
      total += bytes.length;
      sendValue(key, bytes.toString('base64'));
    } catch (error) {
      if (isLast) lose(key, messageOf(error));
    }
  }
}

function sendValue(key: string, text: string): void {
  if (sent.get(key) === text) return;
  sent.set(key, text);
  for (let at = 0; at < text.length; at += MAX_TEXT) {
    const [first, last] = [at === 0, at + MAX_TEXT >= text.length];
    send({ kind: 'preserved', key, first, last, text: text.slice(at, at + MAX_TEXT) });
  }
}

function restored(state: Readonly<Record<string, string>>, key: string): object | undefined {
  const text = Object.hasOwn(state, key) ? state[key] : undefined;
  if (text === undefined) return undefined;
  try {
    return v8().deserialize(Buffer.from(text, 'base64')) as object;
  } catch (error) {
    send({ kind: 'lost', key, why: messageOf(error) });
    return undefined;
  }
}

/** Not with `v8.serialize`: it copies the whole shared buffer of a typed array. */
function serialized(value: object): Buffer {
  const serializer = new (v8().Serializer)();
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

/** Reports a lost value once. */
function lose(key: string, why: string): void {
  if (sent.get(key) === '') return;
  sent.set(key, '');
  send({ kind: 'lost', key, why });
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

/** V8 quotes the whole source of a function that it cannot copy. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.length <= MAX_WHY ? text : `${text.slice(0, MAX_WHY / 2)} ... ${text.slice(-MAX_WHY / 2)}`;
}

/** Loaded on demand, and not with `require`, which is hooked. */
const v8 = (): typeof v8Module => process.getBuiltinModule('node:v8');
