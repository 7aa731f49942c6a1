// The processes that one child has started, so that none outlives it. Owns the list; knows nothing of the child's own
// life.
import { descendants, isAlive, lookUp, note, signal } from './process-table.ts';
import type { Proc } from './process-table.ts';
import type { Scheduler } from '../util/scheduler.ts';

/** How often to look whether they have ended, in ms. */
const LOOK_MS = 10;

/** An app that starts many processes seldom has many at a time. */
const MANY = 32;

/** How long they have to end after SIGTERM, and again after SIGKILL, in ms. */
const GRACE_MS = 1000;

export class Descendants {
  readonly #child: number;
  readonly #known = new Map<number, Proc>();
  /** From this many on, those that have ended are forgotten. */
  #roomFor = MANY;

  /** @param child pid of the child */
  constructor(child: number) {
    this.#child = child;
  }

  /** The child has started a process. One that leads a session of its own was started to live on, and is let go. */
  add(pid: number): void {
    const proc = lookUp(pid);
    if (proc && !proc.detached) this.#known.set(pid, proc);
    if (this.#known.size <= this.#roomFor) return;
    this.#forgetDead();
    this.#roomFor = Math.max(MANY, this.#known.size * 2);
  }

  /** The processes that the child is known to have started and that may be alive. */
  procs(): Proc[] {
    return [...this.#known.values()];
  }

  /** Takes note of all that descend from the child, while the links between them can still be seen. */
  look(): void {
    note(this.#known, descendants(this.#child));
  }

  /**
   * Ends them all, and what they start in the meantime: SIGTERM, and SIGKILL for those that do not end.
   *
   * @returns pids of those that could not be ended
   */
  async end(scheduler: Scheduler): Promise<number[]> {
    const start = scheduler.now();
    const told = new Set<Proc>();
    for (;;) {
      for (const { pid } of this.procs()) note(this.#known, descendants(pid));
      this.#forgetDead();
      const waited = scheduler.now() - start;
      if (this.#known.size === 0 || waited >= 2 * GRACE_MS) return [...this.#known.keys()];
      for (const proc of this.procs()) {
        if (waited >= GRACE_MS) signal(proc.pid, 'SIGKILL');
        else if (!told.has(proc)) signal(proc.pid, 'SIGTERM');
        told.add(proc);
      }
      await new Promise<void>((resolve) => {
        scheduler.after(LOOK_MS, resolve);
      });
    }
  }

  #forgetDead(): void {
    for (const [pid, proc] of this.#known) if (!isAlive(proc)) this.#known.delete(pid);
  }
}
