// Decides about events while the program runs, including the time in which the app decides about a change. Pure.
import { EXIT_RESTART, PATIENCE_MS } from './state.ts';
import type { Change, Event, Line, Of, Policy, State, Transition } from './state.ts';
import {
  close,
  isQuick,
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

/** Age below which a run may miss a signal to the process group (ms). */
const BIRTH_MS = 100;

/** A run, about whose pending change the app may be deciding. */
type LiveRun = Of<State, 'running' | 'consulting'>;

export function whileRunning(state: LiveRun, event: Event, policy: Policy): Transition {
  const { generation, wishes } = state;
  switch (event.kind) {
    case 'up':
      return [
        { ...state, upAt: event.at },
        { kind: 'up', ms: event.at - state.since },
      ];
    case 'loading':
      return event.isLong ? [state, { kind: 'loading', ms: event.at - state.since }] : [state];
    case 'wishes':
      return [{ ...state, wishes: event.wishes }];
    case 'settled':
      if (!event.change) return [state];
      if (!wishes?.change) return replace(state, event.change, event.at, policy);
      return [...consult(state, event.change), startTimer(PATIENCE_MS)];
    case 'writing':
      // The run stops while the files settle, unless the app is to be told which files.
      if (!event.isCertain || wishes?.change || wishes?.end || overlaps(state, policy)) return [state];
      return stopRun(generation, event.at, reasonOf('change'), policy, { isWriting: true });
    case 'restart':
      return restartOnRequest(state, event, policy);
    case 'stop':
      return stopRun(generation, event.at, undefined, policy);
    case 'exit':
      if (event.isUnbegun) return spawn(generation, state.reason, state.since, event.at, state.quickRuns);
      return afterExit(state, event, policy);
    case 'signal':
      return shutDown(generation, event, event.isShared && event.at - state.spawnedAt <= BIRTH_MS);
    default:
      return [state];
  }
}

export function whileConsulting(state: Of<State, 'consulting'>, event: Event, policy: Policy): Transition {
  const { change, ...run } = state;
  switch (event.kind) {
    case 'answered':
      if (event.round !== run.rounds) return [state];
      if (event.restart) return replace(run, change, event.at, policy);
      return printing({ kind: 'handled', change }, [{ ...run, kind: 'running' }]);
    case 'elapsed':
      return printing({ kind: 'unanswered' }, replace(run, change, event.at, policy));
    case 'settled':
      // The timeout for the decision goes on.
      return event.change ? consult(state, event.change) : [state];
    case 'exit':
      return respawn(state.generation, change, event.at);
    case 'writing':
      return [state];
    default:
      return whileRunning(state, event, policy);
  }
}

/** Decides what follows when a run has exited by itself. */
function afterExit(run: LiveRun, { ended, at }: Of<Event, 'exit'>, { onExit, onCrash }: Policy): Transition {
  const { generation, spawnedAt } = run;
  const isRequest = ended.code === EXIT_RESTART;
  const isClean = ended.code === 0;
  const reaction = isRequest ? 'restart' : isClean ? onExit : onCrash;
  if (reaction === 'exit') {
    const next = close(generation, ended);
    return isClean ? next : printing({ kind: 'exiting', ended }, next);
  }
  if (reaction === 'wait')
    return printing({ kind: 'waiting', ended }, [{ kind: 'waiting', generation, ended }]);
  const isShort = isClean ? at - spawnedAt < STEADY_MS : isQuick(run, at);
  const quickRuns = isShort ? run.quickRuns + 1 : 1;
  // A failed program is never retried at once.
  const delay = restartDelay(reaction === 'retry' ? quickRuns + 1 : quickRuns);
  const line: Line = isRequest ? { kind: 'exit75', delay } : { kind: 'rerun', ended, delay };
  const reason = reasonOf(isRequest ? 'request' : isClean ? 'exit' : 'crash');
  if (delay === 0) return [...spawn(generation, reason, at, at, quickRuns), line];
  return [{ kind: 'delaying', generation, quickRuns, ended, reason }, line, startTimer(delay)];
}

/**
 * Lets the app decide about a change, merged into the pending one. The run counts as having the content of the files as of now:
 * a later save is another change.
 */
function consult(run: LiveRun, change: Change): Transition {
  const round = (run.rounds ?? 0) + 1;
  const all = 'change' in run ? withChange(run.change, change) : change;
  return [
    { ...run, kind: 'consulting', rounds: round, change: all },
    { kind: 'accept', change },
    { kind: 'consult', change: all, round },
  ];
}

/** Whether the next run starts beside this one. */
function overlaps({ upAt }: Pick<LiveRun, 'upAt'>, { overlap }: Policy): boolean {
  return overlap && upAt !== undefined;
}

/** Starts the next run because of a change, after this one or beside it. */
function replace(
  run: Pick<LiveRun, 'generation' | 'upAt'>,
  change: Change,
  at: number,
  policy: Policy,
): Transition {
  if (overlaps(run, policy)) return respawn(run.generation, change, at);
  return restart(run.generation, change, policy);
}

/** Restarts the run on request. An app that requests it soon after each start is restarted with a growing delay. */
function restartOnRequest(run: LiveRun, event: Of<Event, 'restart'>, policy: Policy): Transition {
  const { generation, quickRuns } = run;
  const { at, message, isOwn } = event;
  const reason = withChange(reasonOf('request', message), 'change' in run ? run.change : undefined);
  const facts = { isAnnounced: true, quickRuns: isOwn && isQuick(run, at) ? quickRuns + 1 : 0 };
  return printing({ kind: 'requested', message }, stopRun(generation, at, reason, policy, facts));
}
