// Relates the clock of a file system to the system clock.
import { TICK_MS } from '../../shared/file-stamp.cts';

/** Maximum lag of the file-system clock behind the system clock (ms): the length of a tick. */
export const CLOCK_SLACK_MS: number = TICK_MS;

/**
 * The file time from which on the run may not have seen a save.
 *
 * @param at start of the run, wall-clock ms
 * @param isFirst whether it is the first run. It boots for longer than the clock may lag before it reads any file; later
 *   runs come from a standby that has booted already.
 */
export function seenUntil(at: number, isFirst: boolean): number {
  return isFirst ? at : at - CLOCK_SLACK_MS;
}
