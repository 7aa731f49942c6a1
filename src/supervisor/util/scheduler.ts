// Time, injected, so that tests own it.

/** A clock and its timers. Every timer has one owner, which clears it. */
export interface Scheduler {
  /** Wall-clock time in ms. */
  now: () => number;
  /** Calls `callback` after `ms`. Returns what cancels it. */
  after: (ms: number, callback: () => void) => () => void;
}

/** The real clock. */
export const systemScheduler: Scheduler = {
  now: Date.now,
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
