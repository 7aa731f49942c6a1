// The life cycle: what the supervisor does next, given what it is doing and what has happened. Pure: decides, and
// leaves the doing to main. Knows no process, file, timer or text.
import { restartDelay, STEADY_MS } from './backoff.ts';

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

/** How a child ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What happened to a file. */
export type How = 'changed' | 'created' | 'deleted';

/** One settled set of files that causes a restart. */
export interface Change {
  /** When the first sign of it was seen, wall-clock ms. */
  readonly at: number;
  readonly files: readonly { readonly path: string; readonly how: How }[];
}

/**
 * What the supervisor is doing. `generation` is the number of the newest child; `since` is when the save or the start
 * was seen that led to it; `quickRuns` counts short runs in a row that ended with {@link EXIT_RESTART}.
 */
export type State =
  | { readonly kind: 'idle'; readonly generation: 0 }
  | {
      readonly kind: 'running';
      readonly generation: number;
      readonly since: number;
      readonly spawnedAt: number;
      readonly quickRuns: number;
    }
  /** The child is ending, another will follow. `moving`: files are still being written. `told`: the user knows. */
  | {
      readonly kind: 'stopping';
      readonly generation: number;
      readonly since: number;
      readonly moving: boolean;
      readonly told: boolean;
    }
  /** The child is gone, the next one starts when the files have settled. */
  | { readonly kind: 'settling'; readonly generation: number; readonly since: number }
  /** The child asked for a restart too often. */
  | {
      readonly kind: 'delaying';
      readonly generation: number;
      readonly quickRuns: number;
      readonly ended: Ended;
    }
  | { readonly kind: 'waiting'; readonly generation: number; readonly ended: Ended }
  /** The supervisor was told to end, and the child with it. */
  | {
      readonly kind: 'ending';
      readonly generation: number;
      readonly signal: NodeJS.Signals;
      readonly since: number;
      readonly forced: boolean;
      /** It may not have got the signal. */
      readonly owed?: boolean;
    }
  | { readonly kind: 'ended'; readonly generation: number };

/** What has happened. Events of a child carry its generation. */
export type Event =
  | { readonly kind: 'start'; readonly at: number }
  | { readonly kind: 'up'; readonly generation: number; readonly at: number }
  | { readonly kind: 'exit'; readonly generation: number; readonly at: number; readonly ended: Ended }
  /** A file that counts is changing. */
  | { readonly kind: 'moving' }
  /** Files have come to rest; without a change when they are again as they were. */
  | { readonly kind: 'settled'; readonly at: number; readonly change: Change | undefined }
  /** The timer of this state has run out. */
  | { readonly kind: 'elapsed'; readonly at: number }
  /** `shared`: the child has got the same signal already, from the terminal. */
  | {
      readonly kind: 'signal';
      readonly at: number;
      readonly signal: NodeJS.Signals;
      readonly shared: boolean;
    };

/** What the user is told. */
export type Line =
  | { readonly kind: 'up'; readonly ms: number }
  | { readonly kind: 'restarting'; readonly change: Change }
  | { readonly kind: 'asked'; readonly delay: number }
  | { readonly kind: 'waiting'; readonly ended: Ended }
  | { readonly kind: 'slow' }
  | { readonly kind: 'forcing' }
  | { readonly kind: 'patience' };

/** What is to be done. There is one timer: `wait` sets it anew, `cancel` clears it. */
export type Effect =
  | { readonly kind: 'spawn'; readonly generation: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'kill' }
  | { readonly kind: 'forward'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'say'; readonly line: Line }
  | { readonly kind: 'leave'; readonly ended: Ended };

/** Durations that the life cycle needs, in ms. */
export interface Durations {
  /** Between the stop signal and SIGKILL. */
  readonly grace: number;
  /** Before a user who waits for the program to end is told that it has not. */
  readonly patience: number;
}

export type Transition = readonly [State, ...Effect[]];

/** The state before the first child. */
export const IDLE: State = { kind: 'idle', generation: 0 };

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
      if (event.kind === 'settled') return spawn(state, state.since, event.at);
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
    return [
      { kind: 'stopping', generation, since: change.at, moving: false, told: false },
      say({ kind: 'restarting', change }),
      { kind: 'stop' },
      { kind: 'wait', ms: Math.min(durations.patience, durations.grace) },
    ];
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
  const { generation, since, moving, told } = state;
  const { patience, grace } = durations;
  if (event.kind === 'moving') return [{ ...state, moving: true }];
  if (event.kind === 'settled') return [{ ...state, moving: false }];
  if (event.kind === 'elapsed' && !told && patience < grace)
    return [{ ...state, told: true }, say({ kind: 'slow' }), { kind: 'wait', ms: grace - patience }];
  if (event.kind === 'elapsed') return [state, say({ kind: 'forcing' }), { kind: 'kill' }];
  if (event.kind === 'exit') {
    if (moving) return [{ kind: 'settling', generation, since }, { kind: 'cancel' }];
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
