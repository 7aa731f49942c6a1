// Decides about events during the stop sequence of a run, before another run or before the exit of the supervisor. Pure.
import { PATIENCE_MS } from './state.ts';
import type { Event, Of, Policy, State, Transition } from './state.ts';
import { announcing, close, restartDelay, shutDown, spawn, startTimer, withChange } from './steps.ts';

/**
 * The same signal within this time is an echo, no second wish (ms): a closed terminal and its shell both send SIGHUP,
 * and wrappers forward the SIGINT that the terminal has sent already. Another signal within this time is for the run.
 */
const ECHO_MS = 100;

export function whileStopping(state: Of<State, 'stopping'>, event: Event, policy: Policy): Transition {
  const { grace, signal } = policy;
  const { generation, since, isAnnounced, isOverdue, reason, quickRuns } = state;
  switch (event.kind) {
    case 'writing':
      return [{ ...state, isWriting: true }];
    case 'settled':
      if (!reason) return [state];
      return announcing(isAnnounced, event, [
        { ...state, isWriting: false, isAnnounced: true, reason: withChange(reason, event.change) },
      ]);
    case 'elapsed':
      if (isOverdue || PATIENCE_MS >= grace) return [state, { kind: 'killing' }, { kind: 'kill' }];
      return [{ ...state, isOverdue: true }, { kind: 'overdue' }, startTimer(grace - PATIENCE_MS)];
    case 'exit': {
      // Death by the stop signal is the requested exit, no failure.
      const ended = event.ended.signal === signal ? { code: 0, signal: null } : event.ended;
      if (!reason) return close(state.generation, ended);
      if (state.isWriting) return [{ kind: 'settling', generation, since, isAnnounced, reason }];
      const delay = restartDelay(quickRuns);
      if (delay === 0) return spawn(state.generation, reason, since, event.at, quickRuns);
      return [{ kind: 'delaying', generation, quickRuns, ended, reason }, startTimer(delay)];
    }
    case 'stop':
      return [{ ...state, reason: undefined }];
    case 'signal':
      return shutDown(generation, event);
    default:
      return [state];
  }
}

export function whileShuttingDown(
  state: Of<State, 'shuttingDown'>,
  event: Event,
  policy: Policy,
): Transition {
  const { signal, since, others, isForced, isSignalDue } = state;
  switch (event.kind) {
    case 'signal':
      if (event.at - since < ECHO_MS) return afterTogether(state, event);
      if (event.signal === 'SIGHUP') return [state];
      return [{ ...state, isForced: true }, { kind: 'kill' }];
    case 'elapsed':
      if (!isSignalDue) return [state, { kind: 'killHint', signal }];
      return [{ ...state, isSignalDue: false }, { kind: 'forward', signal }, startTimer(PATIENCE_MS)];
    case 'exit': {
      // The run may have been told to exit before, for a restart.
      const { ended } = event;
      const isOurs = ended.signal === policy.signal && !others.includes(policy.signal);
      return close(state.generation, isForced || isOurs ? { code: null, signal } : ended);
    }
    default:
      return [state];
  }
}

/** Passes on a signal that was sent together with the first one. */
function afterTogether(state: Of<State, 'shuttingDown'>, event: Of<Event, 'signal'>): Transition {
  const { signal, others } = state;
  if (signal === event.signal || others.includes(event.signal)) return [state];
  const next = { ...state, others: [...others, event.signal] };
  return event.isShared ? [next] : [next, { kind: 'forward', signal: event.signal }];
}
