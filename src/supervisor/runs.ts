// The processes of the program: the child that runs now, and the standby that will run next. Owns them, what the standby
// is to warm, and the guard that ends them should the supervisor be gone. Knows nothing of why a run begins or ends.
import { isInPackage } from '../module-url.ts';
import type { LaneRecord } from '../protocol.cts';
import { Child } from './child.ts';
import type { Command } from './command.ts';
import { Guard } from './guard.ts';
import { isInspected } from './inspector.ts';
import type { Launcher } from './launcher.ts';
import type { Log } from './log.ts';
import type { Proc } from './process-tree.ts';
import type { Scheduler } from './scheduler.ts';
import { Standby } from './standby.ts';
import type { Ended } from './state.ts';
import { UsageOfRun } from './usage.ts';

export interface RunsOptions {
  readonly command: Command;
  readonly scheduler: Scheduler;
  /** Whether the next child is to wait ready. */
  readonly standby: boolean;
  readonly launcher: Launcher;
  readonly log: Log;
  /** What a child tells, the standby's first records included: its generation is the one that it will have. */
  readonly onRecord: (generation: number, record: LaneRecord) => void;
  /** The child has ended, and all that it started. */
  readonly onExit: (generation: number, ended: Ended) => void;
}

export class Runs {
  readonly #options: RunsOptions;
  readonly #standby: Standby<Child> | undefined;
  /** Processes that must not outlive the supervisor, by the generation of their child. */
  readonly #procs = new Map<number, readonly Proc[]>();
  #guard: Guard | undefined;
  #child: Child | undefined;
  #generation = 0;
  #usage: UsageOfRun;

  constructor(options: RunsOptions) {
    this.#options = options;
    const { command, scheduler, log } = options;
    this.#usage = new UsageOfRun(command.settings);
    // The inspector of a standby would listen before its turn.
    if (!options.standby || isInspected(process)) return;
    this.#standby = new Standby({
      scheduler,
      spawn: () => this.#spawn(this.#generation + 1, true),
      usage: () => this.#usage.get(),
      onDebug: (text) => log.debug(text),
    });
  }

  /** The child of the current run, also when it has ended. */
  get child(): Child | undefined {
    return this.#child;
  }

  /** Starts the next run. Throws what Node throws if there can be no process. */
  start(generation: number): void {
    const { command, launcher } = this.#options;
    this.#generation = generation;
    this.#usage = new UsageOfRun(command.settings);
    this.#child = undefined;
    try {
      this.#child = this.#standby?.take() ?? this.#spawn(generation, false);
    } finally {
      launcher.connect(this.#child);
    }
  }

  /** From now on nothing outlives the supervisor. Not at once: the first child is not to wait for it. */
  guard(): void {
    this.#guard = new Guard();
    this.#child?.tellProcs();
  }

  /** Whether the whole process group has got a signal that this process has got. */
  async witnessed(signal: NodeJS.Signals): Promise<boolean> {
    return (await this.#guard?.witnessed(signal)) ?? false;
  }

  /** The run has loaded what it loads at start, or has ended by itself: there is time to make the next one ready. */
  prepare(): void {
    this.#standby?.prepare();
  }

  /** Files have changed. Where packages are installed, the standby has looked already. */
  changed(paths: readonly string[]): void {
    if (paths.some(isInPackage)) this.#standby?.discard();
  }

  /** There is to be no other run. */
  close(): void {
    this.#standby?.discard();
    // It is dying: there is nothing to guard.
    this.#entrust(this.#generation + 1, []);
    this.#guard?.close();
  }

  #spawn(generation: number, isStandby: boolean): Child {
    const { command, scheduler, launcher, log, onRecord, onExit } = this.#options;
    const child: Child = new Child({
      command,
      isStandby,
      scheduler,
      launcher: launcher.serialization,
      onRecord: (record) => {
        if (generation === this.#generation) this.#usage.record(record);
        onRecord(generation, record);
      },
      onMessage: (message, handle) => launcher.send(message, handle),
      onDisconnect: () => launcher.disconnect(),
      onProcs: (procs) => this.#entrust(generation, procs),
      onProblem: (error) => log.info(error.message),
      onExit: (ended) => {
        // A standby that ends is missed by nobody.
        if (this.#child !== child) return;
        launcher.connect(undefined);
        onExit(generation, ended);
      },
    });
    return child;
  }

  /** The child and the standby: neither must outlive the supervisor. */
  #entrust(generation: number, procs: readonly Proc[]): void {
    if (procs.length > 0) this.#procs.set(generation, procs);
    else this.#procs.delete(generation);
    this.#guard?.entrust([...this.#procs.values()].flat());
  }
}
