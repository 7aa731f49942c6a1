// The life cycle: what the supervisor does next, given what it is doing and what has happened. Pure: decides, and
// leaves the doing to the supervisor. Knows no process, file, timer or text.
import type { RestartReason } from '../../protocol/app-bridge.cts';
import { restartDelay, retryDelay, STEADY_MS } from './backoff.ts';
import { merged, reasonOf, withChange } from './restart-reason.ts';
import type { Change, Effect, Ended, Event, Line, Policy, State, Transition } from './state.ts';

/** Exit code by which a child asks to be restarted (EX_TEMPFAIL of sysexits.h). */
export const EXIT_RESTART = 75;

/**
 * A second signal within this many ms is no second wish: a terminal that closes and its shell both send one, and
 * wrappers pass on what the terminal has sent already. Nor is SIGHUP ever.
 */
const ECHO_MS = 100;

/**
 * A child that was started so many ms before a signal to the whole process group was told may have been started after it
 * was sent. If it is still there after as many ms again as in {@link OWED_MS}, it is sent the signal.
 */
const BIRTH_MS = 100;
const OWED_MS = 300;

type Running = State & { kind: 'running' };
type Asking = State & { kind: 'asking' };
type Stopping = State & { kind: 'stopping' };
type Ending = State & { kind: 'ending' };

/** Decides what follows from an event. Stale events, of a child that has been followed by another, change nothing. */
export function transition(state: State, event: Event, policy: Policy): Transition {
  if ('generation' in event && event.generation !== state.generation) return [state];
  switch (state.kind) {
    case 'idle':
      return event.kind === 'start' ? spawn(state, undefined, event.at, event.at) : [state];
    case 'running':
      return whileRunning(state, event, policy);
    case 'asking':
      return whileAsking(state, event, policy);
    case 'stopping':
      return whileStopping(state, event, policy);
    case 'settling':
      if (event.kind === 'settled') {
        const [next, ...effects] = spawn(
          state,
          withChange(state.reason, event.change),
          state.since,
          event.at,
        );
        return [next, ...announce(state, event), ...effects];
      }
      if (event.kind === 'signal') return leave(state, { code: null, signal: event.signal });
      return event.kind === 'stop' ? leave(state, { code: 0, signal: null }) : [state];
    case 'delaying':
      if (event.kind === 'elapsed') return spawn(state, state.reason, event.at, event.at, state.quickRuns);
      if (event.kind === 'settled' || event.kind === 'restart') return cancelled(whileDown(state, event));
      if (event.kind === 'signal') return leave(state, endOf(state.ended, event.signal));
      if (event.kind === 'stop') return leave(state, endOf(state.ended, undefined));
      return [state];
    case 'waiting':
      if (event.kind === 'settled' || event.kind === 'restart') return whileDown(state, event);
      // Killed is how the child ended, not how the user ended the supervisor.
      if (event.kind === 'signal')
        return leave(state, state.ended.signal ? { code: null, signal: event.signal } : state.ended);
      return event.kind === 'stop' ? leave(state, state.ended) : [state];
    case 'ending':
      return whileEnding(state, event, policy);
    case 'ended':
      return [state];
  }
}

function whileRunning(state: Running, event: Event, policy: Policy): Transition {
  const { generation, wishes } = state;
  switch (event.kind) {
    case 'up':
      return [state, say({ kind: 'up', ms: event.at - state.since })];
    case 'wishes':
      return [{ ...state, wishes: event.wishes }];
    case 'settled':
      if (!event.change) return [state];
      return wishes?.change ? ask(state, event.change, policy) : restart(generation, event.change, policy);
    case 'moving': {
      // It ends while the files settle, unless it wants to know of which.
      if (!event.certain || wishes?.change || wishes?.end) return [state];
      const [next, ...effects] = stop(generation, event.at, reasonOf(undefined), policy);
      return [{ ...next, moving: true }, ...effects];
    }
    case 'restart':
      return request(state, event, policy);
    case 'stop':
      return stopForGood(generation, event.at, policy);
    case 'exit':
      return afterEnd(state, event, policy);
    case 'signal': {
      const [next, ...effects] = end(generation, event, policy);
      if (!event.shared || event.at - state.spawnedAt > BIRTH_MS) return [next, ...effects];
      return [
        { ...next, owed: true },
        { kind: 'wait', ms: OWED_MS },
      ];
    }
    default:
      return [state];
  }
}

/** The run has ended by itself. */
function afterEnd(
  { generation, spawnedAt, quickRuns: before }: Running,
  { ended, at }: Event & { kind: 'exit' },
  { onExit, onCrash }: Policy,
): Transition {
  const isAsked = ended.code === EXIT_RESTART;
  const isClean = ended.code === 0;
  const wish = isClean ? onExit : onCrash;
  if (!isAsked && wish === 'exit') {
    const [next, ...effects] = leave({ generation }, ended);
    return isClean ? [next, ...effects] : [next, say({ kind: 'leaving', ended }), ...effects];
  }
  if (!isAsked && wish === 'wait')
    return [{ kind: 'waiting', generation, ended }, say({ kind: 'waiting', ended })];
  const quickRuns = at - spawnedAt < STEADY_MS ? before + 1 : 1;
  const delay = isAsked || isClean ? restartDelay(quickRuns) : retryDelay(quickRuns);
  const line = say(isAsked ? { kind: 'asked', delay } : { kind: 'again', ended, delay });
  const reason = reasonOf(isAsked ? 'request' : isClean ? 'exit' : 'crash');
  if (delay === 0) return [...spawn({ generation }, reason, at, at, quickRuns), line];
  return [{ kind: 'delaying', generation, quickRuns, ended, reason }, line, { kind: 'wait', ms: delay }];
}

/** No run is there, and something calls for one. */
function whileDown(state: State, event: Event & { kind: 'settled' | 'restart' }): Transition {
  if (event.kind === 'restart') {
    const [next, ...effects] = spawn(state, reasonOf('request', event.message), event.at, event.at);
    return [next, say({ kind: 'requested', message: event.message }), ...effects];
  }
  const { change, at } = event;
  if (!change) return [state];
  const [next, ...effects] = spawn(state, reasonOf(change), change.at, at);
  return [next, say({ kind: 'restarting', change }), ...effects];
}

function whileAsking(state: Asking, event: Event, policy: Policy): Transition {
  const { generation, run, change } = state;
  switch (event.kind) {
    case 'answered':
      if (event.round !== run.asked) return [state];
      if (event.restart) return restart(generation, change, policy);
      return [run, { kind: 'cancel' }, say({ kind: 'taken', change })];
    case 'elapsed': {
      const [next, ...effects] = restart(generation, change, policy);
      return [next, say({ kind: 'unanswered' }), ...effects];
    }
    case 'settled':
      if (!event.change) return [state];
      // The time for an answer goes on.
      return ask(run, event.change, undefined, change);
    case 'up':
    case 'wishes': {
      const [next, ...effects] = whileRunning(run, event, policy);
      return next.kind === 'running' ? [{ ...state, run: next }, ...effects] : [state];
    }
    case 'exit': {
      const [next, ...effects] = spawn(state, reasonOf(change), change.at, event.at);
      return [next, { kind: 'cancel' }, say({ kind: 'restarting', change }), ...effects];
    }
    case 'restart':
      return request(run, event, policy, change);
    case 'stop':
    case 'signal':
      return whileRunning(run, event, policy);
    default:
      return [state];
  }
}

function whileStopping(state: Stopping, event: Event, policy: Policy): Transition {
  const { generation, since, moving, announced, told, reason, last, quickRuns = 0 } = state;
  const { patience, grace, signal } = policy;
  switch (event.kind) {
    case 'moving':
      return [{ ...state, moving: true }];
    case 'settled': {
      const next = { ...state, moving: false, announced: true, reason: withChange(reason, event.change) };
      return [next, ...(last ? [] : announce(state, event))];
    }
    case 'elapsed':
      if (told || patience >= grace) return [state, say({ kind: 'forcing' }), { kind: 'kill' }];
      return [{ ...state, told: true }, say({ kind: 'slow' }), { kind: 'wait', ms: grace - patience }];
    case 'exit': {
      // Its end is what was asked for.
      const ended = event.ended.signal === signal ? { code: 0, signal: null } : event.ended;
      if (last) return cancelled(leave(state, ended));
      if (moving) return [settling(generation, since, announced, reason), { kind: 'cancel' }];
      const delay = restartDelay(quickRuns);
      if (delay === 0 || !reason) return cancelled(spawn(state, reason, since, event.at, quickRuns));
      return [
        { kind: 'delaying', generation, quickRuns, ended, reason },
        { kind: 'wait', ms: delay },
      ];
    }
    case 'stop':
      return [{ ...state, last: true }];
    case 'signal':
      return end(generation, event, policy);
    default:
      return [state];
  }
}

function whileEnding(state: Ending, event: Event, { patience }: Policy): Transition {
  if (event.kind === 'signal') {
    const again = event.at - state.since >= ECHO_MS && event.signal !== 'SIGHUP';
    return again ? [{ ...state, forced: true }, { kind: 'kill' }] : [state];
  }
  if (event.kind === 'elapsed' && state.owed) {
    const { signal } = state;
    return [
      { ...state, owed: false },
      { kind: 'forward', signal },
      { kind: 'wait', ms: patience },
    ];
  }
  if (event.kind === 'elapsed') return [state, say({ kind: 'patience', signal: state.signal })];
  if (event.kind !== 'exit') return [state];
  const ended = state.forced ? { code: null, signal: state.signal } : event.ended;
  return cancelled(leave(state, ended));
}

function end(
  generation: number,
  event: Event & { kind: 'signal' },
  { patience }: Policy,
): [Ending, ...Effect[]] {
  const { signal, shared, at } = event;
  const next = { kind: 'ending', generation, signal, since: at, forced: false } as const;
  const wait: Effect = { kind: 'wait', ms: patience };
  return shared ? [next, wait] : [next, { kind: 'forward', signal }, wait];
}

/**
 * Asks the app about a change, together with what it was asked about before. The files count as they are now: what is
 * saved from here on is another change. Without a policy, the time for an answer is already running.
 */
function ask(run: Running, change: Change, policy: Policy | undefined, before?: Change): Transition {
  const round = (run.asked ?? 0) + 1;
  const all = before ? merged(before, change) : change;
  return [
    { kind: 'asking', generation: run.generation, run: { ...run, asked: round }, change: all },
    { kind: 'accept', change },
    { kind: 'ask', change: all, round },
    ...(policy ? [{ kind: 'wait', ms: policy.patience } as const] : []),
  ];
}

function restart(generation: number, change: Change, policy: Policy): Transition {
  const [next, ...effects] = stop(generation, change.at, reasonOf(change), policy);
  return [{ ...next, announced: true }, say({ kind: 'restarting', change }), ...effects];
}

/** An app that asks for it again and again, right after each start, is restarted with a growing delay. */
function request(
  { generation, spawnedAt, quickRuns }: Running,
  { at, message, isOwn }: Event & { kind: 'restart' },
  policy: Policy,
  change?: Change,
): Transition {
  const [next, ...effects] = stop(generation, at, withChange(reasonOf('request', message), change), policy);
  const isHasty = isOwn === true && at - spawnedAt < STEADY_MS;
  return [
    { ...next, announced: true, ...(isHasty ? { quickRuns: quickRuns + 1 } : {}) },
    say({ kind: 'requested', message }),
    ...effects,
  ];
}

/** Exit code 75 is for us: whoever has started this supervisor must not take it for a wish to start it again. */
function endOf(ended: Ended, signal: NodeJS.Signals | undefined): Ended {
  if (ended.code !== EXIT_RESTART) return ended;
  return signal ? { code: null, signal } : { code: 0, signal: null };
}

function stopForGood(generation: number, at: number, policy: Policy): Transition {
  const [next, ...effects] = stop(generation, at, undefined, policy);
  return [{ ...next, last: true }, ...effects];
}

function stop(
  generation: number,
  since: number,
  reason: RestartReason | undefined,
  { patience, grace }: Policy,
): [Stopping, ...Effect[]] {
  const next = { kind: 'stopping', generation, since, moving: false, announced: false, told: false } as const;
  return [
    reason ? { ...next, reason } : next,
    { kind: 'stop', reason },
    { kind: 'wait', ms: Math.min(patience, grace) },
  ];
}

/** Says why the program restarts, once. When all is again as it was there is nothing to name. */
function announce(
  { announced }: { announced: boolean },
  { at, change }: Event & { kind: 'settled' },
): Effect[] {
  return announced ? [] : [say({ kind: 'restarting', change: change ?? { at, files: [] } })];
}

function settling(
  generation: number,
  since: number,
  announced: boolean,
  reason: RestartReason | undefined,
): State {
  return { kind: 'settling', generation, since, announced, ...(reason ? { reason } : {}) };
}

function spawn(
  { generation }: { generation: number },
  reason: RestartReason | undefined,
  since: number,
  spawnedAt: number,
  quickRuns = 0,
): Transition {
  const next: State = { kind: 'running', generation: generation + 1, since, spawnedAt, quickRuns };
  return [next, { kind: 'spawn', generation: next.generation, reason }];
}

function leave({ generation }: { generation: number }, ended: Ended): Transition {
  return [
    { kind: 'ended', generation },
    { kind: 'leave', ended },
  ];
}

/** The timer of the state before does not count any more. */
function cancelled([next, ...effects]: Transition): Transition {
  return effects.length === 0 ? [next] : [next, ...effects, { kind: 'cancel' }];
}

function say(line: Line): Effect {
  return { kind: 'say', line };
}
