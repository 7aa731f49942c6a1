// Relays messages between the app and the launcher: the program that started the supervisor with an IPC channel, if one did. Owns the
// messages that wait for the next run. Knows nothing of their contents.
import type { SendHandle, Serializable, SerializationType } from 'node:child_process';
import { channelSerialization } from '../../node-internals/process.cts';
import { encodeControl } from '../../protocol/control.cts';

/** Maximum number of messages that wait for a run. Later ones are lost, as for a program that does not read. */
const MAX_WAITING = 1000;

interface Relayed {
  readonly message: Serializable;
  readonly handle: SendHandle | undefined;
}

/** An IPC channel: of this process to the launcher, or of a run. */
export type Channel = Pick<NodeJS.Process, 'connected' | 'send' | 'disconnect'>;

export class IpcRelay {
  readonly #launcher: Channel | undefined;
  #run: Channel | undefined;
  readonly #waiting: Relayed[] = [];
  /** Messages that the run has been sent and has not read, by their number. Without those that carry a handle, which is gone. */
  readonly #unread = new Map<number, Relayed>();
  #count = 0;

  /** @param process this process, if its IPC channel is for the program */
  constructor(process: NodeJS.Process | undefined) {
    this.#launcher = process;
    if (!process?.connected) return;
    process.on('message', (message: Serializable, handle: SendHandle | undefined) =>
      this.#relay({ message, handle }),
    );
    process.on('disconnect', () => disconnect(this.#run));
  }

  /** Serialization of the channel; undefined without a launcher. */
  get serialization(): SerializationType | undefined {
    // Node has removed its variable from the environment.
    return this.#launcher?.connected ? channelSerialization() : undefined;
  }

  /** Delivers messages of the launcher to a run, those first that the run before has not read; without a run, they wait. */
  connect(run: Channel | undefined): void {
    this.#run = run;
    const messages = [...this.#unread.values(), ...this.#waiting.splice(0)];
    this.#unread.clear();
    for (const relayed of messages) this.#relay(relayed);
  }

  /** A run has read the messages up to a number. */
  received(run: Channel | undefined, n: number): void {
    if (run !== this.#run) return;
    for (const key of this.#unread.keys()) if (key <= n) this.#unread.delete(key);
  }

  /** Delivers a message of the app to the launcher. */
  send(message: Serializable, handle: SendHandle | undefined): void {
    deliver(this.#launcher, message, handle);
  }

  /** Closes the channel to the launcher, as the app has done. */
  disconnect(): void {
    disconnect(this.#launcher);
  }

  #relay(relayed: Relayed): void {
    const { message, handle } = relayed;
    const n = ++this.#count;
    // In front of the message: one that makes the program exit must not reach the next run too.
    if (deliver(this.#run, encodeControl({ kind: 'relayed', n }), undefined)) {
      deliver(this.#run, message, handle);
      if (!handle && this.#unread.size < MAX_WAITING) this.#unread.set(n, relayed);
    } else if (this.#waiting.length < MAX_WAITING) this.#waiting.push(relayed);
  }
}

/** Returns false if the message cannot be delivered. */
function deliver(to: Channel | undefined, message: Serializable, handle: SendHandle | undefined): boolean {
  if (!to?.connected) return false;
  to.send?.(message, handle, undefined, () => {
    // The copy of a server that was passed on would accept connections and leave them unanswered.
    if (handle && 'close' in handle) handle.close();
  });
  return true;
}

function disconnect(channel: Channel | undefined): void {
  if (channel?.connected) channel.disconnect?.();
}
