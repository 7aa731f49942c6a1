// The child's end of the control channel, which is Node's IPC channel. Where the app's launcher gave it no channel,
// the app must not see ours: `process.send` and its kin are taken off `process`, and put back only while Node's own
// code reads or writes a message. Knows nothing of what a message makes the child do.
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

/** The app may replace it, as a fake clock does. */
const { setImmediate } = globalThis;

let pipe: object | undefined;

/** Runs what needs Node's properties. */
let nodes = <T,>(run: () => T): T => run();

/** Sends the supervisor a message with a handle. */
let sendHandle: (message: object, handle: object) => void = () => {};

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
  pipe = channelHandle();
  const send = process.send?.bind(process);
  // After what the app sends in the same statement, which would wait until the handle has arrived.
  sendHandle = (message, handle) => {
    setImmediate(() => {
      if (process.connected) sendRawHandle(send, message, handle);
    });
  };
}

/**
 * Gives the supervisor a handle of Node's own kind. It is written at once, unless another one is on its way. Never throws:
 * the app must not notice.
 */
export function giveHandle(message: object, handle: object): void {
  try {
    sendHandle(message, handle);
  } catch {
    // Then there is nobody to take it.
  }
}

/** Whether the supervisor has not got all handles that it was given: Node sends one after the other. */
export function isGiving(): boolean {
  return nodes(isHandlePending);
}

/** The pipe of the channel. */
export function channelPipe(): object | undefined {
  return pipe;
}

/**
 * Tells when the app closes the channel to its launcher. The supervisor cannot know by itself: the channel of a child
 * that ends is closed as well, and before its end is known.
 */
export function onDisconnect(tell: () => void): void {
  const disconnect = process.disconnect?.bind(process);
  if (!disconnect) return;
  process.disconnect = () => {
    tell();
    disconnect();
  };
}

/**
 * Takes the channel out of the app's sight, and keeps it from holding the process alive.
 *
 * @param onClosed called when the supervisor is gone
 */
export function hideChannel(onClosed: () => void): void {
  process.channel?.unref();
  const handle = channelHandle();
  if (!handle) return;

  removeChannelListeners();
  const send = process.send?.bind(process);
  const channel = new HiddenProperties(channelKeys());
  nodes = (run) => channel.during(run);
  sendHandle = (message, sent) =>
    nodes(() => {
      if (process.connected) sendRawHandle(send, message, sent);
    });
  // Node's own listener, which reads that a handle has arrived.
  wrapNodeListener((listener) => channel.during(listener));
  const { onread } = handle;
  handle.onread = function (...args) {
    // Node reads no bytes at the end.
    if (args[0] === undefined) onClosed();
    return channel.during(() => onread.apply(this, args));
  };
}

/** Properties of `process` that are there only while Node's own code runs. */
class HiddenProperties {
  readonly #keys: readonly (string | symbol)[];
  /** Those that are not to be seen: Node's while it is hidden, the app's own of the same names while it is not. */
  #away: PropertyDescriptorMap = {};
  #depth = 0;

  constructor(keys: readonly (string | symbol)[]) {
    this.#keys = keys;
    this.#exchange();
  }

  /** Runs Node's code. */
  during<T>(run: () => T): T {
    if (this.#depth++ === 0) this.#exchange();
    try {
      return run();
    } finally {
      if (--this.#depth === 0) this.#exchange();
    }
  }

  #exchange(): void {
    const away: PropertyDescriptorMap = {};
    for (const key of this.#keys) {
      const descriptor = Object.getOwnPropertyDescriptor(process, key);
      if (!descriptor) continue;
      away[key] = descriptor;
      Reflect.deleteProperty(process, key);
    }
    Object.defineProperties(process, this.#away);
    this.#away = away;
  }
}
