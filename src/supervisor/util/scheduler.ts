// Provides time as a dependency, so that tests control it.

/** A clock and its timers. The creator of a timer cancels it. */
export interface Scheduler {
  /** Wall-clock time (ms). */
  now: () => number;
  /** Calls `callback` after `ms`. Returns a function that cancels the timer. */
  after: (ms: number, callback: () => void) => () => void;
}

/** The system clock. */
export const systemScheduler: Scheduler = {
  now: Date.now,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
