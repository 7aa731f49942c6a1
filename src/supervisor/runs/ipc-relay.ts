// The program that started the supervisor with an IPC channel, if one did: the app talks with it as if the supervisor
// were not there. Owns the messages that wait for the next child. Knows nothing of what they say.
import { channelSerialization } from '../../node-internals/process.cts';
import type { SendHandle, Serializable, SerializationType } from 'node:child_process';

/** As many messages wait while there is no child; the rest is lost, as for a program that does not read. */
const MAX_WAITING = 1000;

/** Where messages of the launcher go. */
export interface Receiver {
  /** Returns false when nobody is there to take it. */
  send: (message: Serializable, handle: SendHandle | undefined, onSent: () => void) => boolean;
  disconnect: () => void;
}

export class IpcRelay {
  readonly #process: NodeJS.Process | undefined;
  #receiver: Receiver | undefined;
  #waiting: [Serializable, SendHandle | undefined][] = [];

  /** @param process this process, if its channel is for the program */
  constructor(process: NodeJS.Process | undefined) {
    this.#process = process;
    if (!process?.connected) return;
    process.on('message', (message: Serializable, handle: SendHandle | undefined) => {
      if (this.#receiver?.send(message, handle, () => closeCopy(handle))) return;
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push([message, handle]);
    });
    process.on('disconnect', () => this.#receiver?.disconnect());
  }

  /** How messages are written, undefined when there is no launcher to write to. */
  get serialization(): SerializationType | undefined {
    // Node has taken its variable out of the environment.
    return this.#process?.connected ? channelSerialization() : undefined;
  }

  /** Gives the launcher's messages to a child; to none until the next one is there. */
  connect(receiver: Receiver | undefined): void {
    this.#receiver = receiver;
    if (!receiver) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const [message, handle] of waiting) receiver.send(message, handle, () => closeCopy(handle));
  }

  /** Passes a message of the app's to the launcher. */
  send(message: Serializable, handle: SendHandle | undefined): void {
    const process = this.#process;
    if (process?.connected) process.send?.(message, handle, undefined, () => closeCopy(handle));
  }

  /** The app has closed the channel. */
  disconnect(): void {
    if (this.#process?.connected) this.#process.disconnect?.();
  }
}

/** A server that was passed on stays open here as well, and would take connections that nobody answers. */
function closeCopy(handle: SendHandle | undefined): void {
  if (handle && 'close' in handle) handle.close();
}
