// Declares the properties that every run of the program has: a run of a Node program (node-run.ts) or of any other command
// (command-run.ts). Types only.
import type { ChildProcess } from 'node:child_process';
import type { RestartReason } from '../../protocol/app-bridge.cts';
import type { Ended } from '../lifecycle/state.ts';
import type { TreeOptions } from '../processes/process-tree.ts';

/** Options of every run. `signal` is the stop signal, `grace` the delay between that signal and SIGKILL (ms). */
export interface RunOptions extends Omit<TreeOptions, 'pid' | 'grouping'> {
  /** The run and all its descendants have exited. Never called before the constructor of the run has returned. */
  readonly onExit: (ended: Ended) => void;
}

/** Standard streams, where they are pipes. */
export type Streams = Pick<ChildProcess, 'stdin' | 'stdout' | 'stderr'>;

/** One run. It reports its exit to its creator after all its descendants have exited too. */
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
  signal: (name: NodeJS.Signals) => void;
}
