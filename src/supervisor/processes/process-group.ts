// The processes of one run of any command: the one that was started, and all that came of it, also those whose parent
// has gone. Owns the list, and what they have been told; knows nothing of why they are to end.
import { descendants, identify, isAlive, isGroup, killTree, lookUp, members, note } from './process-table.ts';
import { signal, signalGroup } from './process-table.ts';
import type { Proc } from './process-table.ts';
import type { Grouping } from '../program/program.ts';
import type { Scheduler } from '../util/scheduler.ts';

/** How often to look whether they have ended, in ms: at first, and at most. */
const LOOK_MS = 10;
const MAX_LOOK_MS = 100;

/** When the first one has ended by itself, others may be about to: `tee` has to write what it was given. In ms. */
const LINGER_MS = 200;

/** How long they have to end after SIGKILL, in ms. */
const DEATH_MS = 1000;

export interface GroupOptions {
  /** Pid of the process that was started. */
  readonly pid: number;
  readonly grouping: Grouping;
  readonly scheduler: Scheduler;
  /** The stop signal. */
  readonly signal: NodeJS.Signals;
  /** ms between the stop signal and SIGKILL. */
  readonly grace: number;
}

export class ProcessGroup {
  readonly #options: GroupOptions;
  readonly #leader: Proc;
  /** Descendants that were seen. */
  readonly #known = new Map<number, Proc>();
  /** When they were sent the stop signal, and SIGKILL. */
  #toldAt: number | undefined;
  #killedAt: number | undefined;

  constructor(options: GroupOptions) {
    this.#options = options;
    const { pid, grouping } = options;
    this.#leader = { ...identify(pid), ...(grouping === 'job' ? {} : { group: grouping }) };
  }

  /** What must not outlive the supervisor: the first one stands for its group. */
  procs(): Proc[] {
    return [this.#leader, ...this.#known.values()];
  }

  /** Sends all of them a signal. On Windows there are none: they end at once. */
  tell(name: NodeJS.Signals): void {
    const { pid, scheduler, grouping } = this.#options;
    if (name === this.#options.signal) this.#toldAt ??= scheduler.now();
    if (name === 'SIGKILL') this.#killedAt ??= scheduler.now();
    if (grouping === 'job') return killTree(pid);
    // While the links between them can still be seen.
    if (isAlive(this.#leader)) note(this.#known, descendants(pid));
    if (grouping === 'own') signalGroup(pid, name);
    for (const proc of this.procs()) {
      const row = lookUp(proc.pid);
      if (row?.started === proc.started && !(grouping === 'own' && row.pgrp === pid)) signal(proc.pid, name);
    }
  }

  /**
   * Ends what is left when the first one has ended: those that have not got the stop signal get it, and SIGKILL when the
   * grace period is over.
   *
   * @returns pids of those that could not be ended
   */
  async end(): Promise<number[]> {
    const { scheduler, grace, signal: stopSignal } = this.#options;
    const start = scheduler.now();
    for (;;) {
      const left = this.#left();
      const now = scheduler.now();
      if (left.length === 0) return [];
      if (this.#killedAt !== undefined && now - this.#killedAt >= DEATH_MS) return left.map(({ pid }) => pid);
      if (this.#killedAt !== undefined || (this.#toldAt !== undefined && now - this.#toldAt >= grace))
        this.tell('SIGKILL');
      else if (this.#toldAt === undefined && now - start >= LINGER_MS) this.tell(stopSignal);
      await new Promise<void>((resolve) => {
        scheduler.after(Math.min(LOOK_MS + (now - start) / 10, MAX_LOOK_MS), resolve);
      });
    }
  }

  /** Those that are there. */
  #left(): Proc[] {
    const { pid, grouping } = this.#options;
    for (const proc of this.#known.values()) if (!isAlive(proc)) this.#known.delete(proc.pid);
    // The usual case, without a look at all the processes that there are.
    if (grouping === 'own' && this.#known.size === 0 && !isGroup(pid)) return [];
    note(this.#known, members(this.#leader));
    for (const proc of this.#known.values()) note(this.#known, descendants(proc.pid));
    return [...this.#known.values()];
  }
}
