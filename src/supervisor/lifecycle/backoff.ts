// Computes the delay before the next run of a program that exits again and again. Pure.

/** A run of at least this length is not part of a tight loop (ms). */
export const STEADY_MS = 1000;

/** First and longest delay (ms). */
const FIRST_MS = 100;
const MAX_MS = 10_000;

/**
 * Computes the delay before a restart: none at first, then 0.1 s, doubled with each quick run.
 *
 * @param quickRuns number of consecutive runs shorter than {@link STEADY_MS}
 * @returns ms
 */
export function restartDelay(quickRuns: number): number {
  return quickRuns <= 1 ? 0 : Math.min(FIRST_MS * 2 ** (quickRuns - 2), MAX_MS);
}

/**
 * Computes the delay before a failed program is retried: 0.1 s at first, doubled with each quick run.
 *
 * @param quickRuns number of consecutive runs shorter than {@link STEADY_MS}
 * @returns ms
 */
export function retryDelay(quickRuns: number): number {
  return restartDelay(Math.max(quickRuns, 1) + 1);
}
