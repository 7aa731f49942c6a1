// What the supervisor needs of one run of the program, whatever it is: a child of Node's (child.ts) or any command
// (plain-child.ts). Types only.
import type { Receiver } from './ipc-relay.ts';
import type { RestartReason } from '../../protocol/app-bridge.cts';
import type { ControlMessage } from '../../protocol/control.cts';
import type { Readable, Writable } from 'node:stream';

/** Standard streams, where they are pipes. */
export interface Streams {
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
}

/** One run. How it ends is told to whoever has started it, when all that it started is gone as well. */
export interface Run extends Receiver {
  readonly pid: number | undefined;
  /** Whether it has been started and has not ended. */
  readonly isThere: boolean;
  /** Whether it was told to end, and is not sent its signal yet. */
  readonly isDraining: boolean;
  /** Whether it gets what a terminal sends to our process group. */
  readonly sharesGroup: boolean;
  readonly streams: Streams;
  /**
   * Asks it to end, in its own time.
   *
   * @param reason why another run follows; undefined if none does
   */
  stop: (reason: RestartReason | undefined) => void;
  /** Ends it at once. */
  kill: () => void;
  signal: (name: NodeJS.Signals) => void;
  /** The user has ended the program by a signal of its own: none follows. */
  keepSignal: () => void;
  /** Returns false when it takes no messages. */
  tell: (message: ControlMessage) => boolean;
  /** Tells which processes must not outlive the supervisor. */
  tellProcs: () => void;
}
