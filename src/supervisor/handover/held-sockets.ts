// Keeps the listening sockets of the program open between two runs. Owns one copy of each socket; accepts no connections and reads
// nothing. Knows nothing of processes.
import { HELD_FD } from '../../protocol/control.cts';
import type { InheritedSocket, ListeningSocket } from '../../protocol/control.cts';
import { markOf, removeFile } from '../../shared/socket-file.cts';
import type { Log } from '../util/log.ts';

/** Maximum number of held sockets: at its start, Node marks only the descriptors below 16 as close-on-exec. */
const MAX_HELD = 16 - HELD_FD;

/** Maximum number of released ids without a socket. Most of these sockets were never held, because there were too many. */
const MAX_RELEASED = 1000;

/** Delay before a socket is closed on which the exited run did not listen (ms). The run may have read a file while it was written. */
const UNUSED_MS = 1000;

/** A socket that arrived over the IPC channel: a handle of Node. */
export interface SocketHandle {
  readonly fd: number;
  close: () => void;
}

interface HeldSocket extends ListeningSocket {
  readonly handle: SocketHandle;
  /** Whether the current run listens on it. */
  isInUse: boolean;
}

export class HeldSockets {
  readonly #log: Pick<Log, 'debug'>;
  readonly #onChange: () => void;
  /** By address. */
  readonly #sockets = new Map<string, HeldSocket>();
  /** Ids that were released before their socket arrived: records and sockets use different pipes. */
  readonly #released = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onChange called when the set of held sockets has changed */
  constructor(log: Pick<Log, 'debug'>, onChange: () => void) {
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Holds a socket, in place of an earlier one with the same address. */
  add(listening: ListeningSocket, handle: SocketHandle): void {
    const { id, key } = listening;
    if (this.#released.delete(id)) return handle.close();
    const before = this.#sockets.get(key);
    if (!before && this.#sockets.size >= MAX_HELD) {
      this.#log.debug(`not held, since ${MAX_HELD} others are: ${key}`);
      return handle.close();
    }
    before?.handle.close();
    this.#sockets.set(key, { ...listening, handle, isInUse: true });
    this.#log.debug(`holds ${key}`);
    this.#onChange();
  }

  /** A run begins, which listens on nothing yet. */
  begin(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#sockets.values()) socket.isInUse = false;
  }

  /** The run listens on a socket that it was handed. */
  adopted(id: string): void {
    const socket = this.#find(id);
    if (socket) socket.isInUse = true;
  }

  /** Whether the current run may still come to listen on a socket. */
  get hasUnused(): boolean {
    return [...this.#sockets.values()].some(({ isInUse }) => !isInUse);
  }

  /** Where the current run listens: `http://localhost:3000`, `port 5432`. */
  get addresses(): string[] {
    return [...this.#sockets.values()].filter(({ isInUse }) => isInUse).flatMap(addressOf);
  }

  /** Closes a socket that the program has closed. */
  release(id: string): void {
    const socket = this.#find(id);
    if (socket) this.#close([socket]);
    else if (this.#released.size < MAX_RELEASED) this.#released.add(id);
  }

  /** The sockets for the next run: descriptors of this process, and in the same order their descriptions for the run. */
  handOver(): { readonly fds: readonly number[]; readonly handed: readonly InheritedSocket[] } {
    const sockets = [...this.#sockets.values()];
    return {
      fds: sockets.map(({ handle }) => handle.fd),
      handed: sockets.map(({ id, key, mark }, i) => ({ id, key, mark, fd: HELD_FD + i })),
    };
  }

  /** Descriptors of the sockets that speak HTTP. */
  get http(): number[] {
    return [...this.#sockets.values()].filter(({ http }) => http).map(({ handle }) => handle.fd);
  }

  /**
   * The run has exited by itself. Closes the sockets without a server, so that clients see an error: at once those on which the run
   * listened, the others in a moment, unless another run begins.
   *
   * @param isAnswered whether HTTP requests are answered nevertheless
   */
  exited(isAnswered: boolean): void {
    const closeThose = (inUse: boolean): void =>
      this.#close(
        [...this.#sockets.values()].filter(({ http, isInUse }) => isInUse === inUse && !(isAnswered && http)),
      );
    closeThose(true);
    this.#timer = setTimeout(closeThose, UNUSED_MS, false);
  }

  /** Closes all sockets: nothing will answer. */
  close(): void {
    clearTimeout(this.#timer);
    this.#released.clear();
    this.#close([...this.#sockets.values()]);
  }

  #find(id: string): HeldSocket | undefined {
    return [...this.#sockets.values()].find((held) => held.id === id);
  }

  #close(sockets: readonly HeldSocket[]): void {
    for (const { key, handle, file, mark } of sockets) {
      this.#sockets.delete(key);
      handle.close();
      // The run that bound the file left it for the next run, which would find the address in use.
      if (file !== undefined && markOf(file) === mark) removeFile(file);
      this.#log.debug(`lets go of ${key}`);
    }
    if (sockets.length > 0) this.#onChange();
  }
}

/** The address of a socket for people; none for a socket file. */
function addressOf({ host, mark, file, http }: HeldSocket): string[] {
  if (file !== undefined || mark === '') return [];
  if (!http) return [`port ${mark}`];
  const isAny = host === undefined || host === '::' || host === '0.0.0.0';
  const name = isAny ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return [`http://${name}:${mark}`];
}
