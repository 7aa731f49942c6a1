// The app's API on the side of the child: what it registers, and what becomes of it when the run is to end. Owns handlers
// and what is preserved. Knows nothing of how the supervisor decides.
import { OWN_FOLDER } from '../../shared/own-files.cts';
import { subscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import type v8Module from 'node:v8';
import type {
  Bridge,
  BridgeChannel,
  ChangedFile,
  ChangeHandler,
  BridgeRequest,
  RestartHandler,
  RestartReason,
} from '../../protocol/app-bridge.cts';
import type { RunInfo } from '../../protocol/control.cts';
import { send, sendSoon } from '../channel/record-writer.cts';

const CHANNEL: BridgeChannel = 'autoreload.bridge';

/** A record is to be less than a page. */
const PIECE_LENGTH = 3000;

/** What is preserved may have so many bytes in all. */
const MAX_BYTES = 4 * 2 ** 20;

/** A record is one of the app's own texts and not much more. */
const MAX_MESSAGE = 1000;

/** What is said of why something is lost has no more characters than about this. */
const MAX_WHY = 100;

/** Whatever uses a signal reads or calls one of these. */
const LOOKS = ['aborted', 'reason', 'throwIfAborted', 'addEventListener', 'onabort'] as const;

const FIRST: RunInfo = { generation: 1, reason: undefined, state: {} };

let begin = FIRST;
const restartHandlers: RestartHandler[] = [];
const changeHandlers: ChangeHandler[] = [];
/** What the app wants to do about changes, as the supervisor was told last. */
let told = { change: false, end: false };
/** The app ends by itself when it is told. */
let isCooperative = false;
let isEnding = false;
let controller: AbortController | undefined;
/** Somebody looks at its signal. */
let isHeard = false;
/** What is to survive this run, and how it was when the supervisor got it last. */
const preserved = new Map<string, object>();
const saved = new Map<string, string>();

const CHILD: Bridge = {
  get generation() {
    return begin.generation;
  },
  get reason() {
    return begin.reason;
  },
  track: (text, cwd, on) => send({ kind: 'tracked', text, cwd, on }),
  // Not in the middle of the statement that asks for it: the signal that follows would cut that off.
  request: (what, message) => sendSoon({ kind: 'requested', what, message: message?.slice(0, MAX_MESSAGE) }),
  onRestart: (handler) => register(restartHandlers, handler),
  onChange: (handler) => register(changeHandlers, handler),
  signal: () => (controller ??= newController()).signal,
  shouldRestart: () => {
    isCooperative = true;
    tellWishes();
    return isEnding;
  },
  preserve,
};

/** Nobody would call their handlers, and what they preserve would be mixed up with that of others. */
const DESCENDANT: Bridge = {
  generation: 1,
  reason: undefined,
  track: CHILD.track,
  request: CHILD.request,
  onRestart: () => () => {},
  onChange: () => () => {},
  signal: () => new AbortController().signal,
  shouldRestart: () => false,
  preserve: (_key, initial) => initial(),
};

/** From now on the API finds us in this thread. */
export function offerApi(isChild: boolean): void {
  subscribe(CHANNEL, (request) => {
    (request as BridgeRequest).bridge = isChild ? CHILD : DESCENDANT;
  });
}

/** The run begins, and knows which it is and why. */
export function beginRun(run: RunInfo): void {
  begin = run;
}

/** Asks the app whether a change causes a restart. */
export async function askApp(round: number, files: readonly ChangedFile[]): Promise<void> {
  const opinions = await Promise.all(changeHandlers.map((handler) => call(handler, { files }, 'restart')));
  for (const opinion of opinions) {
    if (opinion === undefined || opinion === 'restart' || opinion === 'ignore') continue;
    console.error(
      `onChange(): a handler must return 'restart', 'ignore' or nothing, got ${inspect(opinion)}.`,
    );
  }
  const restart = opinions.includes('restart') || !opinions.includes('ignore');
  send({ kind: 'answered', round, restart });
}

/**
 * The app prepares for its end: its handlers are called, the last registered first.
 *
 * @param reason why it is restarted; undefined when it is not
 * @param stay called if the process has to be there until the stop signal
 * @param onReady called when that signal may come; never if the app ends by itself
 */
export function prepareEnd(reason: RestartReason | undefined, stay: () => void, onReady: () => void): void {
  if (!reason || !told.end) {
    onReady();
    return;
  }
  isEnding = true;
  send({ kind: 'draining' });
  // A handler may never come to an end.
  if (restartHandlers.length > 0) save(false);
  if (!isCooperative) stay();
  controller?.abort(new DOMException('The program is restarted', { name: 'AbortError', cause: reason }));
  void runHandlers(reason).then(() => {
    if (!isCooperative) onReady();
  });
}

/** What is preserved is given to the supervisor, as it is now. */
export function saveState(): void {
  save(true);
}

async function runHandlers(reason: RestartReason): Promise<void> {
  for (const handler of restartHandlers.toReversed()) await call(handler, reason, undefined);
}

/** Calls a handler of the app's. What it throws is shown, and keeps nothing else from happening. */
async function call<T>(handler: (argument: T) => unknown, argument: T, otherwise: unknown): Promise<unknown> {
  try {
    return await handler(argument);
  } catch (error) {
    console.error(error instanceof Error ? withoutOurs(error) : error);
    return otherwise;
  }
}

/** What calls a handler is no part of the program. */
function withoutOurs(error: Error): string {
  return inspect(error)
    .split('\n')
    .filter((line) => !line.includes(OWN_FOLDER) && !line.includes('(node:internal/'))
    .join('\n');
}

function register<T>(handlers: T[], handler: T): () => void {
  handlers.push(handler);
  tellWishes();
  return () => {
    const index = handlers.indexOf(handler);
    if (index !== -1) handlers.splice(index, 1);
    tellWishes();
  };
}

function tellWishes(): void {
  const change = changeHandlers.length > 0;
  const end = restartHandlers.length > 0 || isCooperative || isHeard || preserved.size > 0;
  if (change === told.change && end === told.end) return;
  told = { change, end };
  send({ kind: 'wishes', change, end });
}

/** A program that only loads the API is not to be ended more slowly: the signal counts when somebody looks at it. */
function newController(): AbortController {
  const made = new AbortController();
  const { signal } = made;
  const hear = (): void => {
    for (const key of LOOKS) Reflect.deleteProperty(signal, key);
    forgetAny();
    isHeard = true;
    tellWishes();
  };
  const lookedAt = (key: (typeof LOOKS)[number]): PropertyDescriptor => ({
    configurable: true,
    get: () => {
      hear();
      return signal[key];
    },
    set: (value: unknown) => {
      hear();
      Reflect.set(signal, key, value);
    },
  });
  for (const key of LOOKS) Object.defineProperty(signal, key, lookedAt(key));
  const forgetAny = listenToAny(signal, hear);
  return made;
}

/**
 * Node 26 and later look into the signals that `AbortSignal.any` is given, and call nothing of theirs. Returns what takes this
 * away again.
 */
function listenToAny(signal: AbortSignal, onUsed: () => void): () => void {
  const any: (signals: AbortSignal[]) => AbortSignal = Reflect.get(AbortSignal, 'any');
  const watched = new Proxy(any, {
    apply(original, self, args: [unknown]) {
      const [signals] = args;
      // What is no array may be read only once.
      if (!Array.isArray(signals) || signals.includes(signal)) onUsed();
      return Reflect.apply(original, self, args);
    },
  });
  AbortSignal.any = watched;
  return () => {
    if (AbortSignal.any === watched) AbortSignal.any = any;
  };
}

function preserve(key: string, initial: () => object): object {
  const before = preserved.get(key);
  if (before) return before;
  const value = restored(key) ?? initial();
  if (preserved.size === 0) process.on('exit', saveState);
  preserved.set(key, value);
  tellWishes();
  return value;
}

/** What the run before has left. */
function restored(key: string): object | undefined {
  const text = Object.hasOwn(begin.state, key) ? begin.state[key] : undefined;
  if (text === undefined) return undefined;
  try {
    return deserialized(Buffer.from(text, 'base64'));
  } catch (error) {
    send({ kind: 'lost', key, why: messageOf(error) });
    return undefined;
  }
}

/** Gives the supervisor what is to survive; `isLast`: it will not be mended any more. */
function save(isLast: boolean): void {
  let left = MAX_BYTES;
  for (const [key, value] of preserved) {
    let bytes: Buffer;
    try {
      bytes = serialized(value);
    } catch (error) {
      if (isLast) lose(key, messageOf(error));
      continue;
    }
    left -= bytes.length;
    if (left < 0) {
      left += bytes.length;
      if (isLast)
        lose(key, `it has ${megabytes(bytes.length)}, and all together may have ${megabytes(MAX_BYTES)}`);
      continue;
    }
    const text = bytes.toString('base64');
    if (saved.get(key) === text) continue;
    saved.set(key, text);
    for (let at = 0; at < text.length; at += PIECE_LENGTH) {
      const [first, last] = [at === 0, at + PIECE_LENGTH >= text.length];
      send({ kind: 'preserved', key, first, last, text: text.slice(at, at + PIECE_LENGTH) });
    }
  }
}

/** Not by `v8.serialize`, which gives typed arrays as views of a buffer that they share with others. */
function serialized(value: object): Buffer {
  const serializer = new (v8().Serializer)();
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

function deserialized(bytes: Buffer): object {
  const deserializer = new (v8().Deserializer)(bytes);
  deserializer.readHeader();
  return deserializer.readValue() as object;
}

/** Says so once. */
function lose(key: string, why: string): void {
  if (saved.get(key) === '') return;
  saved.set(key, '');
  send({ kind: 'lost', key, why });
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

/** V8 names a function that cannot be copied by its whole text. */
function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.length <= MAX_WHY ? text : `${text.slice(0, MAX_WHY / 2)} ... ${text.slice(-MAX_WHY / 2)}`;
}

/** Loaded when it is needed, and not by `require`, which is hooked. */
function v8(): typeof v8Module {
  return process.getBuiltinModule('node:v8');
}
