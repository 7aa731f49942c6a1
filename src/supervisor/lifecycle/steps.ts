// Builds the steps, restart reasons and delays that several states need. Pure.
import type { RestartReason } from '../../protocol/app-bridge.cts';
import { PATIENCE_MS } from './state.ts';
import type { Change, Effect, Ended, Event, Line, Of, Policy, State, Transition } from './state.ts';

/** A run that was up for at least this time is not part of a tight loop (ms); a run that has completed, since its start. */
export const STEADY_MS = 1000;

/** Nor is a run of at least this length that was never up (ms). */
const LOADING_MS = 10_000;

/** First and longest delay (ms). */
const FIRST_MS = 100;
const MAX_MS = 10_000;

/** Delay after which a run gets a signal that it may have missed, if it has not exited (ms). */
const SIGNAL_DUE_MS = 300;

/** Starts the next run. */
export function spawn(
  generation: number,
  reason: RestartReason | undefined,
  since: number,
  spawnedAt: number,
  quickRuns = 0,
): Transition {
  const next: State = { kind: 'running', generation: generation + 1, since, spawnedAt, quickRuns, reason };
  return [next, { kind: 'spawn', generation: next.generation, reason }];
}

/** Starts the next run because of a change, when no run is left. */
export function respawn(generation: number, change: Change, at: number): Transition {
  return printing({ kind: 'restarting', change }, spawn(generation, reasonOf(change), change.at, at));
}

/** Starts the stop sequence of the run. Another run follows if there is a reason. */
export function stopRun(
  generation: number,
  since: number,
  reason: RestartReason | undefined,
  { grace }: Policy,
  facts: Partial<Of<State, 'stopping'>> = {},
): Transition {
  const flags = { isWriting: false, isAnnounced: false, isOverdue: false };
  return [
    { kind: 'stopping', generation, since, ...flags, reason, quickRuns: 0, ...facts },
    { kind: 'stop', reason },
    startTimer(Math.min(PATIENCE_MS, grace)),
  ];
}

/** Restarts the run because of a change. */
export function restart(generation: number, change: Change, policy: Policy): Transition {
  const next = stopRun(generation, change.at, reasonOf(change), policy, { isAnnounced: true });
  return printing({ kind: 'restarting', change }, next);
}

/**
 * Passes a signal on to the run, unless it has received the signal itself. The supervisor exits after the run.
 *
 * @param isSignalDue whether the run may have missed the signal that it received
 */
export function shutDown(generation: number, event: Of<Event, 'signal'>, isSignalDue = false): Transition {
  const { signal, isShared, at } = event;
  return [
    { kind: 'shuttingDown', generation, signal, since: at, others: [], isForced: false, isSignalDue },
    ...(isShared ? [] : [{ kind: 'forward', signal } as const]),
    startTimer(isSignalDue ? SIGNAL_DUE_MS : PATIENCE_MS),
  ];
}

/** Ends supervision. */
export function close(generation: number, ended: Ended): Transition {
  return [
    { kind: 'ended', generation },
    { kind: 'close', ended },
  ];
}

/** Prints the cause of a restart, once. No file is named if the content is the same as before. */
export function announcing(isAnnounced: boolean, event: Of<Event, 'settled'>, next: Transition): Transition {
  if (isAnnounced) return next;
  return printing({ kind: 'restarting', change: event.change ?? { at: event.at, files: [] } }, next);
}

/** Prints a line before the other effects. */
export function printing(line: Line, [next, ...effects]: Transition): Transition {
  return [next, line, ...effects];
}

export function startTimer(ms: number): Effect {
  return { kind: 'startTimer', ms };
}

/** Whether a run has failed, or asked for a restart, so soon that the next one may do the same. */
export function isQuick({ spawnedAt, upAt }: Of<State, 'running' | 'consulting'>, at: number): boolean {
  return upAt === undefined ? at - spawnedAt < LOADING_MS : at - upAt < STEADY_MS;
}

/**
 * Computes the delay before a restart: none at first, then 0.1 s, doubled with each quick run.
 *
 * @param quickRuns number of consecutive quick runs
 * @returns ms
 */
export function restartDelay(quickRuns: number): number {
  return quickRuns <= 1 ? 0 : Math.min(FIRST_MS * 2 ** (quickRuns - 2), MAX_MS);
}

/** Builds a reason. The files of a change that has not settled yet follow by {@link withChange}. */
export function reasonOf(cause: Change | RestartReason['cause'], message?: string): RestartReason {
  if (typeof cause === 'string') return { cause, files: [], message };
  return { cause: 'change', files: cause.files, message };
}

/** Adds the files of a later change to a reason or a change; the later one decides about a file of both. */
export function withChange<Into extends Pick<Change, 'files'>>(earlier: Into, later?: Change): Into {
  if (!later) return earlier;
  const paths = new Set(later.files.map(({ path }) => path));
  return { ...earlier, files: [...earlier.files.filter(({ path }) => !paths.has(path)), ...later.files] };
}

/** Whether the run has been stopped for the next one, and may have exited. */
export function isStopped({ kind }: State): boolean {
  return kind === 'stopping' || kind === 'settling';
}
