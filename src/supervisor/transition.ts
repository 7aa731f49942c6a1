// The life cycle: what the supervisor does next, given what it is doing and what has happened. Pure: decides, and
// leaves the doing to the supervisor. Knows no process, file, timer or text.
import { restartDelay, STEADY_MS } from './backoff.ts';
import type { Change, Durations, Effect, Ended, Event, Line, State, Transition } from './state.ts';

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

/** Decides what follows from an event. Stale events, of a child that has been followed by another, change nothing. */
export function transition(state: State, event: Event, durations: Durations): Transition {
  if ('generation' in event && event.generation !== state.generation) return [state];
  switch (state.kind) {
    case 'idle':
      return event.kind === 'start' ? spawn(state, event.at, event.at) : [state];
    case 'running':
      return whileRunning(state, event, durations);
    case 'stopping':
      return whileStopping(state, event, durations);
    case 'settling':
      if (event.kind === 'settled') {
        const [next, ...effects] = spawn(state, state.since, event.at);
        return [next, ...announce(state, event), ...effects];
      }
      if (event.kind === 'signal') return leave(state, { code: null, signal: event.signal });
      return [state];
    case 'delaying':
      if (event.kind === 'elapsed') return spawn(state, event.at, event.at, state.quickRuns);
      if (event.kind === 'settled' && event.change)
        return [...restart(state, event.change, event.at), { kind: 'cancel' }];
      if (event.kind === 'signal') return leave(state, state.ended);
      return [state];
    case 'waiting':
      if (event.kind === 'settled' && event.change) return restart(state, event.change, event.at);
      // Killed is how the child ended, not how the user ended the supervisor.
      if (event.kind === 'signal')
        return leave(state, state.ended.signal ? { code: null, signal: event.signal } : state.ended);
      return [state];
    case 'ending':
      return whileEnding(state, event, durations);
    case 'ended':
      return [state];
  }
}

function whileRunning(state: State & { kind: 'running' }, event: Event, durations: Durations): Transition {
  const { generation } = state;
  if (event.kind === 'up') return [state, say({ kind: 'up', ms: event.at - state.since })];
  if (event.kind === 'settled' && event.change) {
    const { change } = event;
    const [next, ...effects] = stop(generation, change.at, durations);
    return [{ ...next, announced: true }, say({ kind: 'restarting', change }), ...effects];
  }
  // It ends while the files settle.
  if (event.kind === 'moving' && event.certain) {
    const [next, ...effects] = stop(generation, event.at, durations);
    return [{ ...next, moving: true }, ...effects];
  }
  if (event.kind === 'exit') {
    const { ended, at } = event;
    if (ended.code !== EXIT_RESTART)
      return [{ kind: 'waiting', generation, ended }, say({ kind: 'waiting', ended })];
    const quickRuns = at - state.spawnedAt < STEADY_MS ? state.quickRuns + 1 : 1;
    const delay = restartDelay(quickRuns);
    const asked = say({ kind: 'asked', delay });
    if (delay === 0) return [...spawn(state, at, at, quickRuns), asked];
    return [{ kind: 'delaying', generation, quickRuns, ended }, asked, { kind: 'wait', ms: delay }];
  }
  if (event.kind !== 'signal') return [state];
  const [next, ...effects] = end(generation, event, durations);
  if (!event.shared || event.at - state.spawnedAt > BIRTH_MS) return [next, ...effects];
  return [
    { ...next, owed: true },
    { kind: 'wait', ms: OWED_MS },
  ];
}

function whileStopping(state: State & { kind: 'stopping' }, event: Event, durations: Durations): Transition {
  const { generation, since, moving, announced, told } = state;
  const { patience, grace } = durations;
  if (event.kind === 'moving') return [{ ...state, moving: true }];
  if (event.kind === 'settled')
    return [{ ...state, moving: false, announced: true }, ...announce(state, event)];
  if (event.kind === 'elapsed' && !told && patience < grace)
    return [{ ...state, told: true }, say({ kind: 'slow' }), { kind: 'wait', ms: grace - patience }];
  if (event.kind === 'elapsed') return [state, say({ kind: 'forcing' }), { kind: 'kill' }];
  if (event.kind === 'exit') {
    if (moving) return [{ kind: 'settling', generation, since, announced }, { kind: 'cancel' }];
    return [...spawn(state, since, event.at), { kind: 'cancel' }];
  }
  return event.kind === 'signal' ? end(generation, event, durations) : [state];
}

function whileEnding(state: State & { kind: 'ending' }, event: Event, { patience }: Durations): Transition {
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
  if (event.kind === 'elapsed') return [state, say({ kind: 'patience' })];
  if (event.kind !== 'exit') return [state];
  const ended = state.forced ? { code: null, signal: state.signal } : event.ended;
  return [...leave(state, ended), { kind: 'cancel' }];
}

function end(
  generation: number,
  event: Event & { kind: 'signal' },
  { patience }: Durations,
): [State & { kind: 'ending' }, ...Effect[]] {
  const { signal, shared, at } = event;
  const next = { kind: 'ending', generation, signal, since: at, forced: false } as const;
  const wait: Effect = { kind: 'wait', ms: patience };
  return shared ? [next, wait] : [next, { kind: 'forward', signal }, wait];
}

function stop(
  generation: number,
  since: number,
  { patience, grace }: Durations,
): [State & { kind: 'stopping' }, ...Effect[]] {
  return [
    { kind: 'stopping', generation, since, moving: false, announced: false, told: false },
    { kind: 'stop' },
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

function restart(state: State, change: Change, at: number): Transition {
  const [next, ...effects] = spawn(state, change.at, at);
  return [next, say({ kind: 'restarting', change }), ...effects];
}

function spawn({ generation }: State, since: number, spawnedAt: number, quickRuns = 0): Transition {
  const next: State = { kind: 'running', generation: generation + 1, since, spawnedAt, quickRuns };
  return [next, { kind: 'spawn', generation: next.generation }];
}

function leave({ generation }: State, ended: Ended): Transition {
  return [
    { kind: 'ended', generation },
    { kind: 'leave', ended },
  ];
}

function say(line: Line): Effect {
  return { kind: 'say', line };
}
