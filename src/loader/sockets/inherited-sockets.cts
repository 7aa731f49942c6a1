// Owns the inherited sockets that the program has not asked for yet, and decides when they are released. Knows nothing of servers.
import fs from 'node:fs';
import type { Handle } from '../../node-internals/sockets.cts';
import type { InheritedSocket } from '../../protocol/control.cts';
import { attempt } from '../../shared/attempt.cts';
import { pipeAt } from '../channel/record-writer.cts';

/** Time after which a run asks for no more sockets (ms). A run may listen only when it has reached its database. */
const CLAIM_MS = 10_000;

/** The same for a run that listens on a new address (ms). It has probably asked for all of its sockets. */
const CLAIM_AFTER_NEW_MS = 100;

/** The app may replace these later. */
const { setTimeout } = globalThis;
const { closeSync } = fs;

interface UnclaimedSocket extends InheritedSocket {
  /** Identity of the socket at the descriptor. A preload of the user may close descriptors that it did not open. */
  readonly identity: string;
}

export class InheritedSockets {
  readonly #unclaimed = new Set<UnclaimedSocket>();
  readonly #onRelease: (id: string) => void;
  #isUp = false;
  #hasNew = false;

  /** @param onRelease called for each socket that is released */
  constructor(sockets: readonly InheritedSocket[], onRelease: (id: string) => void) {
    this.#onRelease = onRelease;
    for (const socket of sockets) {
      const identity = pipeAt(socket.fd);
      if (identity !== undefined) this.#unclaimed.add({ ...socket, identity });
    }
  }

  /**
   * Opens a handle with the inherited socket of a key.
   *
   * @param isCurrent whether a mark belongs to the current socket file
   * @returns the id of the socket; undefined if there is none
   */
  adopt(handle: Handle, key: string, isCurrent: (mark: string) => boolean): string | undefined {
    const socket = [...this.#unclaimed].find((unclaimed) => unclaimed.key === key);
    if (!socket) return undefined;
    this.#unclaimed.delete(socket);
    const isValid = isCurrent(socket.mark) && pipeAt(socket.fd) === socket.identity;
    if (isValid && handle.open(socket.fd) === 0) return socket.id;
    // Not released: the supervisor replaces it when it gets the new socket of that key.
    close(socket);
    return undefined;
  }

  /** Releases the sockets on a port, which the program binds with another address. Returns whether there were any. */
  releasePort(port: number): boolean {
    const sockets = [...this.#unclaimed].filter(({ mark }) => mark === String(port));
    for (const socket of sockets) this.#release(socket);
    return sockets.length > 0;
  }

  /** Releases all sockets after a while: the run is up. */
  releaseSoon(): void {
    this.#isUp = true;
    this.#releaseAfter(this.#hasNew ? CLAIM_AFTER_NEW_MS : CLAIM_MS);
  }

  /** The run listens on a new address. */
  onNewSocket(): void {
    this.#hasNew = true;
    if (this.#isUp) this.#releaseAfter(CLAIM_AFTER_NEW_MS);
  }

  #releaseAfter(ms: number): void {
    if (this.#unclaimed.size === 0) return;
    setTimeout(() => {
      for (const socket of this.#unclaimed) this.#release(socket);
    }, ms).unref();
  }

  #release(socket: UnclaimedSocket): void {
    this.#unclaimed.delete(socket);
    close(socket);
    this.#onRelease(socket.id);
  }
}

function close({ fd, identity }: UnclaimedSocket): void {
  // Other code may close it in between.
  if (pipeAt(fd) === identity) attempt(() => closeSync(fd));
}
