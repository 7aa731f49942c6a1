// Implements the API of the app in the child: registers handlers, and runs them when the supervisor asks or the run must stop.
// Knows nothing of the decisions of the supervisor.
import { OWN_FOLDER } from '../../shared/paths.cts';
import { subscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import type {
  Bridge,
  BridgeChannel,
  BridgeRequest,
  ChangedFile,
  ChangeHandler,
  RestartHandler,
  RestartReason,
} from '../../protocol/app-bridge.cts';
import { beforeCall } from '../../node-internals/process.cts';
import type { RunInfo } from '../../protocol/control.cts';
import { send, sendSoon } from '../channel/record-writer.cts';
import { isPreserving, preserve, saveState } from './preserve.cts';

const CHANNEL: BridgeChannel = 'autoreload.bridge';

/** Maximum length of the message of a request. */
const MAX_MESSAGE = 1000;

/** Every use of a signal reads or calls one of these. */
const USES = ['aborted', 'reason', 'throwIfAborted', 'addEventListener', 'onabort'] as const;

/** Valid answers of a handler to a change. */
const ANSWERS: readonly unknown[] = ['restart', 'ignore', undefined];

let run: RunInfo = { generation: 1, reason: undefined, state: {} };
const restartHandlers: RestartHandler[] = [];
const changeHandlers: ChangeHandler[] = [];
/** The wishes that were sent last. */
let wishes = { change: false, end: false };
/** Whether the app calls `shouldRestart()`, and so exits by itself. */
let isCooperative = false;
let isStopping = false;
let controller: AbortController | undefined;
let isSignalUsed = false;

const CHILD: Bridge = {
  track: (text, cwd, on) => send({ kind: 'tracked', text, cwd, on }),
  // After the current statement, which the stop signal would interrupt.
  request: (what, message) => sendSoon({ kind: 'requested', what, message: message?.slice(0, MAX_MESSAGE) }),
  onRestart: (handler) => register(restartHandlers, handler),
  onChange: (handler) => register(changeHandlers, handler),
  signal: () => (controller ??= observedController()).signal,
  shouldRestart: () => {
    isCooperative = true;
    sendWishes();
    return isStopping;
  },
  preserve: (key, initial) => {
    const value = preserve(run.state, key, initial);
    sendWishes();
    return value;
  },
};

/** Answers the API in this thread from now on. */
export function offerApi(isChild: boolean): void {
  subscribe(CHANNEL, (message) => {
    const { track, request } = CHILD;
    const { generation, reason } = run;
    (message as BridgeRequest).bridge = isChild ? { ...CHILD, generation, reason } : { track, request };
  });
}

/** Starts the run. */
export function beginRun(info: RunInfo): void {
  run = info;
}

/** Asks the app whether a change causes a restart. */
export async function askApp(round: number, files: readonly ChangedFile[]): Promise<void> {
  const answers = await Promise.all(changeHandlers.map((handler) => call(handler, { files }, 'restart')));
  for (const answer of answers.filter((value) => !ANSWERS.includes(value)))
    console.error(
      `onChange(): a handler must return 'restart', 'ignore' or nothing, got ${inspect(answer)}.`,
    );
  const restart = answers.includes('restart') || !answers.includes('ignore');
  send({ kind: 'answered', round, restart });
}

/**
 * Prepares the app for its stop signal: calls its restart handlers, the last registered first.
 *
 * @param reason of the restart; undefined when there is none
 * @param stay called if the process must not exit before that signal
 * @returns resolved when the app is prepared: whether the signal may come, or the app exits by itself
 */
export async function prepareEnd(reason: RestartReason | undefined, stay: () => void): Promise<boolean> {
  if (!reason || !wishes.end) return true;
  isStopping = true;
  send({ kind: 'draining' });
  // A handler may never return.
  if (restartHandlers.length > 0) saveState(false);
  if (!isCooperative) stay();
  controller?.abort(new DOMException('The program is restarted', { name: 'AbortError', cause: reason }));
  for (const handler of restartHandlers.toReversed()) await call(handler, reason, undefined);
  return !isCooperative;
}

/** Whether the app calls `shouldRestart()`: an endless loop of its own may be at the top level of the entry. */
export function hasOwnLoop(): boolean {
  return isCooperative;
}

/** Calls a handler of the app. Prints the error that it throws, and returns `otherwise`. */
async function call<T>(handler: (argument: T) => unknown, argument: T, otherwise: unknown): Promise<unknown> {
  try {
    return await handler(argument);
  } catch (error) {
    console.error(error instanceof Error ? withoutOwnFrames(error) : error);
    return otherwise;
  }
}

function withoutOwnFrames(error: Error): string {
  return inspect(error)
    .split('\n')
    .filter((line) => !line.includes(OWN_FOLDER) && !line.includes('(node:internal/'))
    .join('\n');
}

function register<T>(handlers: T[], handler: T): () => void {
  handlers.push(handler);
  sendWishes();
  return () => {
    const index = handlers.indexOf(handler);
    if (index !== -1) handlers.splice(index, 1);
    sendWishes();
  };
}

function sendWishes(): void {
  const change = changeHandlers.length > 0;
  const end = restartHandlers.length > 0 || isCooperative || isSignalUsed || isPreserving();
  if (change === wishes.change && end === wishes.end) return;
  wishes = { change, end };
  send({ kind: 'wishes', change, end });
}

/** A controller that notices the first use of its signal. An app that only imports the API must not stop more slowly. */
function observedController(): AbortController {
  const observed = new AbortController();
  const { signal } = observed;
  const used = (): void => {
    for (const key of USES) Reflect.deleteProperty(signal, key);
    restoreAny();
    isSignalUsed = true;
    sendWishes();
  };
  for (const key of USES)
    Object.defineProperty(signal, key, {
      configurable: true,
      get: () => {
        used();
        return signal[key];
      },
      set: (value: unknown) => {
        used();
        Reflect.set(signal, key, value);
      },
    });
  // Since Node 26, it reads none of these properties.
  const restoreAny = beforeCall(AbortSignal, 'any', (signals: unknown) => {
    // Other iterables may be readable only once.
    if (!Array.isArray(signals) || signals.includes(signal)) used();
  });
  return observed;
}
