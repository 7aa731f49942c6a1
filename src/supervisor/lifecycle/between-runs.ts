// Decides about events while no run is left: until the files have settled, a delay is over, or a change comes. Pure.
import { reasonOf, withChange } from './restart-reason.ts';
import { EXIT_RESTART } from './state.ts';
import type { Ended, Event, State, Transition } from './state.ts';
import { announcing, close, printing, spawn, withoutTimer } from './steps.ts';
import type { Of } from './steps.ts';

export function whileSettling(state: Of<State, 'settling'>, event: Event): Transition {
  if (event.kind === 'signal' || event.kind === 'stop') return close(state, exitAfter(undefined, event));
  if (event.kind !== 'settled') return [state];
  const reason = withChange(state.reason, event.change);
  return announcing(state, event, spawn(state, reason, state.since, event.at));
}

export function whileDelaying(state: Of<State, 'delaying'>, event: Event): Transition {
  if (event.kind === 'elapsed') return spawn(state, state.reason, event.at, event.at, state.quickRuns);
  const next = whileWaiting(state, event);
  return next[0].kind === 'running' ? withoutTimer(next) : next;
}

export function whileWaiting(state: Of<State, 'waiting' | 'delaying'>, event: Event): Transition {
  switch (event.kind) {
    case 'settled': {
      const { change, at } = event;
      if (!change) return [state];
      return printing({ kind: 'restarting', change }, spawn(state, reasonOf(change), change.at, at));
    }
    case 'restart': {
      const { message, at } = event;
      return printing({ kind: 'requested', message }, spawn(state, reasonOf('request', message), at, at));
    }
    case 'signal':
    case 'stop':
      return close(state, exitAfter(state.ended, event));
    default:
      return [state];
  }
}

/**
 * Returns the exit of the supervisor after the last run: the exit of that run, with two exceptions. Exit code 75 is a request to
 * autoreload, and must not reach the parent of the supervisor. A signal of the user takes precedence over a signal that killed
 * the run.
 */
function exitAfter(ended: Ended | undefined, event: Of<Event, 'signal' | 'stop'>): Ended {
  const isSignal = event.kind === 'signal';
  if (ended && ended.code !== EXIT_RESTART && !(isSignal && ended.signal)) return ended;
  return isSignal ? { code: null, signal: event.signal } : { code: 0, signal: null };
}
