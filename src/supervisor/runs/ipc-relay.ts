// Relays messages between the app and the launcher: the program that started the supervisor with an IPC channel, if one did. Owns the
// messages that wait for the next run. Knows nothing of their contents.
import type { SendHandle, Serializable, SerializationType } from 'node:child_process';
import { channelSerialization } from '../../node-internals/process.cts';

/** Maximum number of messages that wait for a run. Later ones are lost, as for a program that does not read. */
const MAX_WAITING = 1000;

/** Receives the messages of the launcher. */
export interface Receiver {
  /** Returns false if the message cannot be delivered. */
  send: (message: Serializable, handle: SendHandle | undefined, onSent: () => void) => boolean;
  disconnect: () => void;
}

export class IpcRelay {
  readonly #process: NodeJS.Process | undefined;
  #receiver: Receiver | undefined;
  readonly #waiting: [Serializable, SendHandle | undefined][] = [];

  /** @param process this process, if its IPC channel is for the program */
  constructor(process: NodeJS.Process | undefined) {
    this.#process = process;
    if (!process?.connected) return;
    process.on('message', (message: Serializable, handle: SendHandle | undefined) => {
      if (this.#receiver?.send(message, handle, () => closeCopy(handle))) return;
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push([message, handle]);
    });
    process.on('disconnect', () => this.#receiver?.disconnect());
  }

  /** Serialization of the channel; undefined without a launcher. */
  get serialization(): SerializationType | undefined {
    // Node has removed its variable from the environment.
    return this.#process?.connected ? channelSerialization() : undefined;
  }

  /** Delivers messages of the launcher to a run; without a receiver, they wait for the next one. */
  connect(receiver: Receiver | undefined): void {
    this.#receiver = receiver;
    if (!receiver) return;
    for (const [message, handle] of this.#waiting.splice(0))
      receiver.send(message, handle, () => closeCopy(handle));
  }

  /** Delivers a message of the app to the launcher. */
  send(message: Serializable, handle: SendHandle | undefined): void {
    const process = this.#process;
    if (process?.connected) process.send?.(message, handle, undefined, () => closeCopy(handle));
  }

  /** Closes the channel to the launcher, as the app has done. */
  disconnect(): void {
    if (this.#process?.connected) this.#process.disconnect?.();
  }
}

/** Closes the copy of a server that was passed on: it would accept connections and leave them unanswered. */
function closeCopy(handle: SendHandle | undefined): void {
  if (handle && 'close' in handle) handle.close();
}
