// How the clock of a file system relates to that of the system.

/** It is this many ms behind, at most: it ticks every 1 to 10 ms. */
export const CLOCK_SLACK_MS = 20;

/**
 * Up to which time, by the clock of its file system, a run has seen what was saved.
 *
 * @param at when the run began, wall-clock ms
 * @param isFirst whether it is the first one. That one is not ready: it boots for longer than the clock may be behind
 * before it reads anything.
 */
export function seenUntil(at: number, isFirst: boolean): number {
  return isFirst ? at : at - CLOCK_SLACK_MS;
}
