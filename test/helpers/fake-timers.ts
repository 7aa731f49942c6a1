// Replaces the timers of Node by timers that a test controls.
import { mock } from 'node:test';

export interface FakeTimers {
  /** Moves the time forward, and runs what is due. */
  readonly advance: (ms: number) => void;
}

/** Replaces `setTimeout` until the next call, without earlier timers. */
export function fakeTimers(): FakeTimers {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  return { advance: (ms) => mock.timers.tick(ms) };
}
