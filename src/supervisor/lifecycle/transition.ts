// Decides what the supervisor does next, given its state and an event. Pure. Knows no process, file, timer or wording. The states
// with a run are in running.ts (exit code 75 too) and stopping.ts.
import { whileConsulting, whileRunning } from './running.ts';
import { EXIT_RESTART } from './state.ts';
import type { Ended, Event, Of, Policy, State, Transition } from './state.ts';
import { announcing, close, printing, reasonOf, respawn, spawn, withChange } from './steps.ts';
import { whileShuttingDown, whileStopping } from './stopping.ts';

/** Decides what follows from an event. An event of an earlier run changes nothing. */
export function transition(state: State, event: Event, policy: Policy): Transition {
  if ('generation' in event && event.generation !== state.generation) return [state];
  switch (state.kind) {
    case 'running':
      return whileRunning(state, event, policy);
    case 'consulting':
      return whileConsulting(state, event, policy);
    case 'stopping':
      return whileStopping(state, event, policy);
    case 'settling':
      return whileSettling(state, event);
    case 'delaying':
    case 'waiting':
      return whileWaiting(state, event);
    case 'shuttingDown':
      return whileShuttingDown(state, event, policy);
    case 'idle':
    case 'ended':
      return [state];
  }
}

function whileSettling(state: Of<State, 'settling'>, event: Event): Transition {
  if (event.kind === 'signal' || event.kind === 'stop')
    return close(state.generation, exitAfter(undefined, event));
  if (event.kind !== 'settled') return [state];
  const reason = withChange(state.reason, event.change);
  return announcing(state.isAnnounced, event, spawn(state.generation, reason, state.since, event.at));
}

function whileWaiting(state: Of<State, 'waiting' | 'delaying'>, event: Event): Transition {
  switch (event.kind) {
    case 'settled':
      return event.change ? respawn(state.generation, event.change, event.at) : [state];
    case 'elapsed':
      if (state.kind === 'waiting') return [state];
      return spawn(state.generation, state.reason, event.at, event.at, state.quickRuns);
    case 'restart': {
      const { message, at } = event;
      return printing(
        { kind: 'requested', message },
        spawn(state.generation, reasonOf('request', message), at, at),
      );
    }
    case 'signal':
    case 'stop':
      return close(state.generation, exitAfter(state.ended, event));
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
  const own = ended?.code === EXIT_RESTART ? undefined : ended;
  if (event.kind === 'stop') return own ?? { code: 0, signal: null };
  return own && !own.signal ? own : { code: null, signal: event.signal };
}
