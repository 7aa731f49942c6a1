// Decides what the supervisor does next, given its state and an event. Pure. Knows no process, file, timer or wording.
import { whileDelaying, whileSettling, whileWaiting } from './between-runs.ts';
import { whileConsulting, whileRunning } from './running.ts';
import type { Event, Policy, State, Transition } from './state.ts';
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
      return whileDelaying(state, event);
    case 'waiting':
      return whileWaiting(state, event);
    case 'shuttingDown':
      return whileShuttingDown(state, event, policy);
    case 'idle':
    case 'ended':
      return [state];
  }
}
