// A scheduler with a fake clock, which only the test advances.
import type { Scheduler } from '../../src/supervisor/util/scheduler.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export class FakeScheduler implements Scheduler {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(now = 1_000_000) {
    this.#now = now;
  }

  readonly now = (): number => this.#now;

  readonly after = (ms: number, callback: () => void): (() => void) => {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** Number of active timers. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Advances the clock. Due timers run in order, each at its due time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.callback();
    }
    this.#now = end;
  }
}
