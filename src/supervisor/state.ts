// The states of the life cycle, what can happen in them, and what can be done. Types only: what follows from what is
// decided in transition.ts.

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
  /**
   * The child is ending, another will follow. `moving`: files are still being written. `announced`: the user knows why.
   * `told`: the user knows that it takes long.
   */
  | {
      readonly kind: 'stopping';
      readonly generation: number;
      readonly since: number;
      readonly moving: boolean;
      readonly announced: boolean;
      readonly told: boolean;
    }
  /** The child is gone, the next one starts when the files have settled. */
  | {
      readonly kind: 'settling';
      readonly generation: number;
      readonly since: number;
      readonly announced: boolean;
    }
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
  /** A file that counts is changing. `certain`: it holds something new, so that there will be a restart. */
  | { readonly kind: 'moving'; readonly at: number; readonly certain: boolean }
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
