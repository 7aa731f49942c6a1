// How long to wait before a child that asked for a restart is started again. Pure.

/** A run that lasted at least this many ms was not part of a tight loop. */
export const STEADY_MS = 1000;

const FIRST_MS = 100;
const MAX_MS = 10_000;

/**
 * The delay before a restart: none at first, then doubling.
 *
 * @param quickRuns how many runs in a row were shorter than {@link STEADY_MS}
 * @returns ms
 */
export function restartDelay(quickRuns: number): number {
  return quickRuns <= 1 ? 0 : Math.min(FIRST_MS * 2 ** (quickRuns - 2), MAX_MS);
}

/**
 * The delay before a program that has failed is run again: at least 0.1 s, then doubling.
 *
 * @param quickRuns how many runs in a row were shorter than {@link STEADY_MS}
 * @returns ms
 */
export function retryDelay(quickRuns: number): number {
  return restartDelay(Math.max(quickRuns, 1) + 1);
}
