// The listening sockets of the program, which stay open while one run ends and the next begins. Owns the supervisor's copy of
// each; accepts no connection, and reads nothing. Knows nothing of processes.
import { markOf, removeFile } from '../../shared/socket-file.cts';
import { HELD_FD } from '../../protocol/control.cts';
import type { InheritedSocket, ListeningSocket } from '../../protocol/control.cts';

/** As many are held; what is above would not be marked as close-on-exec by Node when it starts. */
const MAX_HELD = 16 - HELD_FD;

/** Most of those that are let go and never arrive were not held: there were too many. */
const MAX_GONE = 1000;

/** A socket as it arrives over Node's channel: a handle of Node's own. */
export interface SocketHandle {
  readonly fd: number;
  close: () => void;
}

interface Entry extends ListeningSocket {
  readonly handle: SocketHandle;
}

export interface HeldSocketsOptions {
  /** What is held is not what it was. */
  readonly onChange: () => void;
  readonly onDebug: (text: string) => void;
}

export class HeldSockets {
  readonly #options: HeldSocketsOptions;
  /** By what they are bound to. */
  readonly #entries = new Map<string, Entry>();
  /** Those that were let go before they have arrived: two ways lead here. */
  readonly #gone = new Set<string>();

  constructor(options: HeldSocketsOptions) {
    this.#options = options;
  }

  /** Takes a socket of the program's. */
  add(listening: ListeningSocket, handle: SocketHandle): void {
    const { id, key } = listening;
    if (this.#gone.delete(id)) {
      handle.close();
      return;
    }
    const before = this.#entries.get(key);
    if (!before && this.#entries.size >= MAX_HELD) {
      this.#options.onDebug(`not held, since ${MAX_HELD} others are: ${key}`);
      handle.close();
      return;
    }
    before?.handle.close();
    this.#entries.set(key, { ...listening, handle });
    this.#options.onDebug(`holds ${key}`);
    this.#options.onChange();
  }

  /** The program does not listen there any more. */
  release(id: string): void {
    const entry = [...this.#entries.values()].find((one) => one.id === id);
    if (entry) this.#close([entry]);
    else if (this.#gone.size < MAX_GONE) this.#gone.add(id);
  }

  /** What the next run is handed: descriptors of this process, in order, and what it is told of them. */
  handOver(): { readonly fds: readonly number[]; readonly handed: readonly InheritedSocket[] } {
    const entries = [...this.#entries.values()];
    return {
      fds: entries.map(({ handle }) => handle.fd),
      handed: entries.map(({ id, key, mark }, i) => ({ id, key, mark, fd: HELD_FD + i })),
    };
  }

  /** Which sockets there are. */
  get version(): string {
    return [...this.#entries.values()].map(({ id }) => id).join();
  }

  /** Descriptors of those that speak HTTP. */
  get http(): number[] {
    return [...this.#entries.values()].filter(({ http }) => http).map(({ handle }) => handle.fd);
  }

  /** The program has ended by itself. Clients of what is not answered are to be told the truth. */
  ended(isAnswered: boolean): void {
    this.#gone.clear();
    this.#close([...this.#entries.values()].filter(({ http }) => !(isAnswered && http)));
  }

  /** There will be no other run. */
  close(): void {
    this.#close([...this.#entries.values()]);
  }

  #close(entries: readonly Entry[]): void {
    for (const { key, handle, file, mark } of entries) {
      this.#entries.delete(key);
      handle.close();
      // The run that had bound it has kept it for the next one, which would find the address in use.
      if (file !== undefined && markOf(file) === mark) removeFile(file);
      this.#options.onDebug(`lets go of ${key}`);
    }
    if (entries.length > 0) this.#options.onChange();
  }
}
