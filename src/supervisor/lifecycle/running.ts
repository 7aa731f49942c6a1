// Decides about events while the program runs, including the time in which the app decides about a change. Pure.
import { EXIT_RESTART } from './state.ts';
import type { Change, Event, Policy, State, Transition } from './state.ts';
import {
  close,
  merged,
  print,
  printing,
  reasonOf,
  restart,
  respawn,
  restartDelay,
  shutDown,
  spawn,
  startTimer,
  STEADY_MS,
  stopRun,
  withChange,
} from './steps.ts';
import type { Of } from './steps.ts';

/** Age below which a run may miss a signal to the process group (ms). */
const BIRTH_MS = 100;

/** Such a run gets the signal if it is still there after this time (ms). */
const SIGNAL_DUE_MS = 300;

export function whileRunning(state: Of<State, 'running'>, event: Event, policy: Policy): Transition {
  const { generation, handlers } = state;
  switch (event.kind) {
    case 'up':
      return [state, print({ kind: 'up', ms: event.at - state.since })];
    case 'handlers':
      return [{ ...state, handlers: event.handlers }];
    case 'settled':
      if (!event.change) return [state];
      if (!handlers?.change) return restart(generation, event.change, policy);
      return [...consult(state, event.change), startTimer(policy.patience)];
    case 'writing': {
      // The run stops while the files settle, unless the app is to be told which files.
      if (!event.isCertain || handlers?.change || handlers?.end) return [state];
      const [next, ...effects] = stopRun(generation, event.at, reasonOf(undefined), policy);
      return [{ ...next, isWriting: true }, ...effects];
    }
    case 'restart':
      return restartOnRequest(state, event, policy);
    case 'stop':
      return stopRun(generation, event.at, undefined, policy);
    case 'exit':
      return afterExit(state, event, policy);
    case 'signal': {
      const [next, ...effects] = shutDown(generation, event, policy);
      if (!event.isShared || event.at - state.spawnedAt > BIRTH_MS) return [next, ...effects];
      return [{ ...next, isSignalDue: true }, startTimer(SIGNAL_DUE_MS)];
    }
    default:
      return [state];
  }
}

export function whileConsulting(state: Of<State, 'consulting'>, event: Event, policy: Policy): Transition {
  const { generation, run, change } = state;
  switch (event.kind) {
    case 'answered':
      if (event.round !== run.rounds) return [state];
      if (event.restart) return restart(generation, change, policy);
      return printing({ kind: 'handled', change }, [run]);
    case 'elapsed':
      return printing({ kind: 'unanswered' }, restart(generation, change, policy));
    case 'settled':
      // The timeout for the decision goes on.
      return event.change ? consult(run, event.change, change) : [state];
    case 'exit':
      return respawn(state, change, event.at);
    case 'up':
      return [state, print({ kind: 'up', ms: event.at - run.since })];
    case 'handlers':
      return [{ ...state, run: { ...run, handlers: event.handlers } }];
    case 'restart':
      return restartOnRequest(run, event, policy, change);
    case 'stop':
    case 'signal':
      return whileRunning(run, event, policy);
    default:
      return [state];
  }
}

/** Decides what follows when a run has exited by itself. */
function afterExit(
  { generation, spawnedAt, quickRuns: before }: Of<State, 'running'>,
  { ended, at }: Of<Event, 'exit'>,
  { onExit, onCrash }: Policy,
): Transition {
  const isRequest = ended.code === EXIT_RESTART;
  const isClean = ended.code === 0;
  const policy = isRequest ? 'restart' : isClean ? onExit : onCrash;
  if (policy === 'exit') {
    const next = close({ generation }, ended);
    return isClean ? next : printing({ kind: 'exiting', ended }, next);
  }
  if (policy === 'wait') return [{ kind: 'waiting', generation, ended }, print({ kind: 'waiting', ended })];
  const quickRuns = at - spawnedAt < STEADY_MS ? before + 1 : 1;
  // A failed program is never retried at once.
  const delay = restartDelay(policy === 'retry' ? quickRuns + 1 : quickRuns);
  const line = print(isRequest ? { kind: 'exit75', delay } : { kind: 'rerun', ended, delay });
  const reason = reasonOf(isRequest ? 'request' : isClean ? 'exit' : 'crash');
  if (delay === 0) return [...spawn({ generation }, reason, at, at, quickRuns), line];
  return [{ kind: 'delaying', generation, quickRuns, ended, reason }, line, startTimer(delay)];
}

/**
 * Lets the app decide about a change, merged into the pending one. The run counts as having the content of the files as of now:
 * a later save is another change.
 */
function consult(run: Of<State, 'running'>, change: Change, pending?: Change): Transition {
  const round = (run.rounds ?? 0) + 1;
  const all = pending ? merged(pending, change) : change;
  return [
    { kind: 'consulting', generation: run.generation, run: { ...run, rounds: round }, change: all },
    { kind: 'accept', change },
    { kind: 'consult', change: all, round },
  ];
}

/** Restarts the run on request. An app that requests it soon after each start is restarted with a growing delay. */
function restartOnRequest(
  { generation, spawnedAt, quickRuns }: Of<State, 'running'>,
  { at, message, isOwn }: Of<Event, 'restart'>,
  policy: Policy,
  change?: Change,
): Transition {
  const [next, ...effects] = stopRun(
    generation,
    at,
    withChange(reasonOf('request', message), change),
    policy,
  );
  const isQuick = isOwn === true && at - spawnedAt < STEADY_MS;
  const announced = { ...next, isAnnounced: true, quickRuns: isQuick ? quickRuns + 1 : 0 };
  return printing({ kind: 'requested', message }, [announced, ...effects]);
}
