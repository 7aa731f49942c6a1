// The processes that one child has started, so that none outlives it. Owns the list; knows nothing of the child's own
// life.
import { descendants, isAlive, lookUp, signal } from './process-tree.ts';
import type { Proc } from './process-tree.ts';
import type { Scheduler } from './scheduler.ts';

/** How often to look whether they have ended, in ms. */
const LOOK_MS = 10;

/** How long they have to end after SIGTERM, in ms. */
const GRACE_MS = 1000;

export class Family {
  readonly #child: number;
  readonly #known = new Map<number, Proc>();

  /** @param child pid of the child */
  constructor(child: number) {
    this.#child = child;
  }

  /** The child has started a process. One that leads a session of its own was started to live on, and is let go. */
  add(pid: number): void {
    const proc = lookUp(pid);
    if (proc && !proc.detached) this.#known.set(pid, proc);
  }

  /** Pids of the processes that the child is known to have started and that may be alive. */
  pids(): number[] {
    return [...this.#known.keys()];
  }

  /** Takes note of all that descend from the child, while the links between them can still be seen. */
  look(): void {
    for (const proc of descendants(this.#child)) this.#known.set(proc.pid, proc);
  }

  /** Ends them all: SIGTERM, and SIGKILL for those that do not end. Resolves when none is left. */
  async end(scheduler: Scheduler): Promise<void> {
    for (const pid of this.pids()) for (const proc of descendants(pid)) this.#known.set(proc.pid, proc);
    const deadline = scheduler.now() + GRACE_MS;
    this.#signalAll('SIGTERM');
    while (this.#anyAlive()) {
      if (scheduler.now() >= deadline) this.#signalAll('SIGKILL');
      await new Promise<void>((resolve) => {
        scheduler.after(LOOK_MS, resolve);
      });
    }
  }

  #signalAll(name: NodeJS.Signals): void {
    for (const proc of this.#known.values()) if (isAlive(proc)) signal(proc.pid, name);
  }

  #anyAlive(): boolean {
    for (const [pid, proc] of this.#known) if (!isAlive(proc)) this.#known.delete(pid);
    return this.#known.size > 0;
  }
}
