// Declares the properties that every run of the program has: a run of a Node program (node-run.ts) or of any other command
// (command-run.ts).
import type { ChildProcess } from 'node:child_process';
import type { RestartReason } from '../../protocol/app-bridge.cts';
import type { ControlMessage } from '../../protocol/control.cts';
import type { AutoreloadError } from '../../shared/errors.ts';
import type { Ended } from '../lifecycle/state.ts';
import type { ProcessTree, TreeOptions } from '../processes/process-tree.ts';
import type { DrainTimer } from './drain-timer.ts';

/** Options of every run. `signal` is the stop signal, `grace` the time from the beginning of a stop to SIGKILL (ms). */
export interface RunOptions extends Omit<TreeOptions, 'pid' | 'identity' | 'grouping'> {
  /**
   * The run and all its descendants have exited, or `problem` has prevented its start. Never called before the constructor of the run
   * has returned.
   */
  readonly onExit: (ended: Ended, problem?: AutoreloadError) => void;
}

/** One run. It reports its exit to its creator after all its descendants have exited too. */
export abstract class Run {
  /** Whether a terminal signal to our process group reaches the run. */
  abstract readonly sharesGroup: boolean;
  /** Delays the stop signal while the run finishes in-flight responses; undefined for a command. */
  readonly drain?: DrainTimer;
  /** The process, with the IPC channel to the app; undefined if it could not be started. */
  child: ChildProcess | undefined;
  /** The process and its descendants; undefined as the process is. */
  tree: ProcessTree | undefined;

  /** Time at which the process exited (wall clock, ms); Infinity while it is running. Its descendants may run on for a while. */
  exitedAt: number = Infinity;
  /** Whether a signal has killed the process. */
  wasKilled = false;

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Standard streams, where they are pipes. */
  get streams(): Pick<ChildProcess, 'stdin' | 'stdout' | 'stderr'> {
    const { stdin = null, stdout = null, stderr = null } = this.child ?? {};
    return { stdin, stdout, stderr };
  }

  /**
   * Requests a graceful exit.
   *
   * @param reason cause of the next run; undefined if none follows
   */
  abstract stop(reason: RestartReason | undefined): void;

  abstract signal(name: NodeJS.Signals): void;

  /** The process has exited, or could not be started. */
  protected exited({ signal }: Ended): void {
    this.exitedAt = Date.now();
    this.wasKilled = signal !== null;
  }

  /** Sends a control message. Returns false if the channel is closed. Undefined for a command. */
  tell?(message: ControlMessage): boolean;
}
