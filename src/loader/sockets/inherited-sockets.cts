// The sockets that this run was handed and has not asked for yet. Owns their descriptors, and decides when they are not
// wanted. Knows nothing of servers.
import fs from 'node:fs';
import type { InheritedSocket } from '../../protocol/control.cts';
import type { Handle } from '../../node-internals/sockets.cts';
import { pipeAt } from '../channel/record-writer.cts';

/** A run may listen long after it has come up, when it has reached its database. */
const LATE_MS = 10_000;

/** One that listens on something new has most probably listened on everything by now. */
const REPLACED_MS = 100;

/** The app may replace these later. */
const { setTimeout } = globalThis;
const { closeSync } = fs;

interface Waiting extends InheritedSocket {
  /** Which socket is behind the descriptor: a preload of the user's may close what it has not opened. */
  readonly socket: string;
}

export class InheritedSockets {
  readonly #waiting = new Set<Waiting>();
  readonly #onRelease: (id: string) => void;
  #isUp = false;
  #isReplaced = false;

  /** @param onRelease called for each that is not wanted */
  constructor(handed: readonly InheritedSocket[], onRelease: (id: string) => void) {
    this.#onRelease = onRelease;
    for (const one of handed) {
      const socket = pipeAt(one.fd);
      if (socket !== undefined) this.#waiting.add({ ...one, socket });
    }
  }

  /**
   * Makes a handle that of the socket with a key.
   *
   * @param isSame whether the mark is that of what is there now
   * @returns the socket's id, or undefined when there is none
   */
  open(handle: Handle, key: string, isSame: (mark: string) => boolean): string | undefined {
    const found = [...this.#waiting].find((one) => one.key === key);
    if (!found) return undefined;
    this.#waiting.delete(found);
    const isThere = isSame(found.mark) && pipeAt(found.fd) === found.socket;
    if (isThere && handle.open(found.fd) === 0) return found.id;
    // The supervisor replaces it when it gets the new one.
    this.#close(found);
    return undefined;
  }

  /** Lets go of what is bound to a port, since the program wants it in another way. Returns whether there was something. */
  discardPort(port: number): boolean {
    const found = [...this.#waiting].filter(({ mark }) => mark === String(port));
    for (const one of found) this.#discard(one);
    return found.length > 0;
  }

  /** The run has come up. */
  cameUp(): void {
    this.#isUp = true;
    if (this.#waiting.size > 0) this.#discardAfter(this.#isReplaced ? REPLACED_MS : LATE_MS);
  }

  /** The run listens on something that it was not handed. */
  replaced(): void {
    this.#isReplaced = true;
    if (this.#isUp && this.#waiting.size > 0) this.#discardAfter(REPLACED_MS);
  }

  #discardAfter(ms: number): void {
    setTimeout(() => {
      for (const one of this.#waiting) this.#discard(one);
    }, ms).unref();
  }

  #discard(one: Waiting): void {
    this.#waiting.delete(one);
    this.#close(one);
    this.#onRelease(one.id);
  }

  #close({ fd, socket }: Waiting): void {
    if (pipeAt(fd) !== socket) return;
    try {
      closeSync(fd);
    } catch {
      // Then somebody else has closed it.
    }
  }
}
