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

/** The app may replace it, as fake clocks do. */
const { setImmediate } = globalThis;

let pipe: object | undefined;

/** Runs code that needs the hidden properties. */
let withChannel = <T,>(run: () => T): T => run();

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
  // After the current statement: Node delays all messages that the app sends after a handle.
  sendHandle = (message, handle) => {
    setImmediate(() => {
      if (process.connected) sendRawHandle(send, message, handle);
    });
  };
}

/** Gives the supervisor a raw handle. Never throws: the app must not notice. */
export function giveHandle(message: object, handle: object): void {
  try {
    sendHandle(message, handle);
  } catch {
    // The supervisor has exited.
  }
}

/** Whether a handle is on its way to the supervisor. */
export function isGiving(): boolean {
  return withChannel(isHandlePending);
}

/** The pipe of the channel. */
export function channelPipe(): object | undefined {
  return pipe;
}

/**
 * Notices that the app closes the channel to its launcher. The supervisor cannot: the channel of an exiting child closes too, before
 * its exit is known.
 */
export function onDisconnect(onClosed: () => void): void {
  const disconnect = process.disconnect?.bind(process);
  if (!disconnect) return;
  process.disconnect = () => {
    onClosed();
    disconnect();
  };
}

/**
 * Hides the channel from the app, and lets the process exit in spite of it.
 *
 * @param onClosed called when the supervisor has exited
 */
export function hideChannel(onClosed: () => void): void {
  process.channel?.unref();
  const handle = channelHandle();
  if (!handle) return;

  removeChannelListeners();
  const send = process.send?.bind(process);
  const hidden = new HiddenProperties(channelKeys());
  withChannel = (run) => hidden.during(run);
  sendHandle = (message, sent) =>
    withChannel(() => {
      if (process.connected) sendRawHandle(send, message, sent);
    });
  // It handles the acknowledgement of a handle.
  wrapNodeListener((listener) => hidden.during(listener));
  const { onread } = handle;
  handle.onread = function (...args) {
    // The channel is closed.
    if (args[0] === undefined) onClosed();
    return hidden.during(() => onread.apply(this, args));
  };
}

/** Properties of `process` that exist only while code of Node runs. */
class HiddenProperties {
  readonly #keys: readonly (string | symbol)[];
  /** The hidden properties; while code of Node runs, properties that the app has given the same names. */
  #hidden: PropertyDescriptorMap = {};
  #depth = 0;

  constructor(keys: readonly (string | symbol)[]) {
    this.#keys = keys;
    this.#exchange();
  }

  /** Runs code of Node. */
  during<T>(run: () => T): T {
    if (this.#depth++ === 0) this.#exchange();
    try {
      return run();
    } finally {
      if (--this.#depth === 0) this.#exchange();
    }
  }

  #exchange(): void {
    const hidden: PropertyDescriptorMap = {};
    for (const key of this.#keys) {
      const descriptor = Object.getOwnPropertyDescriptor(process, key);
      if (!descriptor) continue;
      hidden[key] = descriptor;
      Reflect.deleteProperty(process, key);
    }
    Object.defineProperties(process, this.#hidden);
    this.#hidden = hidden;
  }
}
