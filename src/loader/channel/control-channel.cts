// Owns the child's end of the control channel, which is the IPC channel of Node. Where the launcher gave the app no channel, the app
// must not see ours: `process.send` and related properties exist only while code of Node reads or writes a message. Knows nothing of
// the effect of a message.
import {
  channelHandle,
  channelKeys,
  isHandlePending,
  onInternalMessage,
  removeChannelListeners,
  sendRawHandle,
  wrapNodeListener,
} from '../../node-internals/process.cts';
import { parseControl } from '../../protocol/control.cts';
import type { ControlMessage } from '../../protocol/control.cts';
import { attempt } from '../../shared/attempt.cts';

/** The app may replace it, as fake clocks do. */
const { setImmediate } = globalThis;

let send: NodeJS.Process['send'];

/** What is to be called when the app begins to listen, for each message that Node keeps until then. */
const kept: (() => void)[] = [];

/** Properties of `process` that exist only while code of Node runs; empty while the channel is not hidden. */
let keys: readonly (string | symbol)[] = [];

/** The hidden properties; while code of Node runs, properties that the app has given the same names. */
let hidden: PropertyDescriptorMap = {};

/** Number of nested calls of {@link withChannel}. */
let depth = 0;

/**
 * Listens to the supervisor.
 *
 * @param onMessage called with each control message
 */
export function listen(onMessage: (message: ControlMessage) => void): void {
  onInternalMessage(process, (message) => {
    const control = parseControl(message);
    if (control) onMessage(control);
  });
  send = process.send?.bind(process);
}

/** Calls `onRead` just before the app receives the next message. Node keeps a message for an app that does not listen yet. */
export function onNextMessage(onRead: () => void): void {
  if (process.listenerCount('message') > 0) process.prependOnceListener('message', onRead);
  else if (kept.push(onRead) === 1) process.on('newListener', beforeListening);
}

function beforeListening(event: string | symbol): void {
  if (event !== 'message') return;
  process.off('newListener', beforeListening);
  for (const onRead of kept.splice(0)) onRead();
}

/** Gives the supervisor a raw handle. Never throws: the app must not notice. */
export function giveHandle(message: object, handle: object): void {
  const give = (): unknown =>
    attempt(() => withChannel(() => process.connected && sendRawHandle(send, message, handle)));
  if (keys.length > 0) give();
  // After the current statement: Node delays all messages that the app sends after a handle.
  else setImmediate(give);
}

/** Whether a handle is on its way to the supervisor. */
export function isGiving(): boolean {
  return withChannel(isHandlePending);
}

/** Calls `onClosed` when the supervisor has closed the channel, or has exited. */
export function watchChannel(onClosed: () => void): void {
  const handle = channelHandle();
  if (!handle) return;
  const { onread } = handle;
  handle.onread = function (...args) {
    if (args[0] === undefined) onClosed();
    return onread.apply(this, args);
  };
}

/** Hides the channel from the app, and lets the process exit in spite of it. */
export function hideChannel(): void {
  process.channel?.unref();
  const handle = channelHandle();
  if (!handle) return;

  removeChannelListeners();
  keys = channelKeys();
  exchangeProperties();
  // It handles the acknowledgement of a handle.
  wrapNodeListener(withChannel);
  const { onread } = handle;
  handle.onread = function (...args) {
    return withChannel(() => onread.apply(this, args));
  };
}

/** Runs code that needs the hidden properties. */
function withChannel<T>(run: () => T): T {
  if (depth++ === 0) exchangeProperties();
  try {
    return run();
  } finally {
    if (--depth === 0) exchangeProperties();
  }
}

function exchangeProperties(): void {
  const removed: PropertyDescriptorMap = {};
  for (const key of keys) {
    const descriptor = Object.getOwnPropertyDescriptor(process, key);
    if (!descriptor) continue;
    removed[key] = descriptor;
    Reflect.deleteProperty(process, key);
  }
  Object.defineProperties(process, hidden);
  hidden = removed;
}
