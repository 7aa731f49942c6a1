// The properties that every run of the program has, of a Node program (node-run.ts) or of any other command (command-run.ts).
// Types only.
import type { Readable, Writable } from 'node:stream';
import type { RestartReason } from '../../protocol/app-bridge.cts';

/** Standard streams, where they are pipes. */
export interface Streams {
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
}

/** One run. It reports its exit to its creator when all its descendants have exited too. */
export interface Run {
  readonly pid: number | undefined;
  /** Whether a terminal signal to our process group reaches the run. */
  readonly sharesGroup: boolean;
  readonly streams: Streams;
  /**
   * Requests a graceful exit.
   *
   * @param reason cause of the next run; undefined if none follows
   */
  stop: (reason: RestartReason | undefined) => void;
  /** Kills the run at once. */
  kill: () => void;
  signal: (name: NodeJS.Signals) => void;
  /** Reports the processes that must not outlive the supervisor. */
  tellProcs: () => void;
}
