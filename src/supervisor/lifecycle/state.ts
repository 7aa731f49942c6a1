// The states of the life cycle, what can happen in them, and what can be done. Types only: what follows from what is
// decided in transition.ts.
import type { ChangedFile, RestartReason } from '../../protocol/app-bridge.cts';

/** How a child ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One settled set of files that causes a restart. */
export interface Change {
  /** When the first sign of it was seen, wall-clock ms. */
  readonly at: number;
  readonly files: readonly ChangedFile[];
}

/** What the app wants to do about a change: be asked whether it causes a restart, or do something before it ends. */
export interface Wishes {
  readonly change: boolean;
  readonly end: boolean;
}

/** A run, from its start until something happens to it. */
interface Running {
  readonly kind: 'running';
  readonly generation: number;
  readonly since: number;
  readonly spawnedAt: number;
  readonly quickRuns: number;
  readonly wishes?: Wishes;
  /** How often the app was asked about a change. */
  readonly asked?: number;
}

/**
 * What the supervisor is doing. `generation` is the number of the newest child; `since` is when the save or the start
 * was seen that led to it; `quickRuns` counts short runs in a row that were followed by another without a change.
 */
export type State =
  | { readonly kind: 'idle'; readonly generation: 0 }
  | Running
  /** The app is asked whether a change causes a restart. */
  | {
      readonly kind: 'asking';
      readonly generation: number;
      readonly run: Running;
      readonly change: Change;
    }
  /**
   * The child is ending, another will follow; or none, if it is the `last`. `moving`: files are still being written.
   * `announced`: the user knows why. `told`: the user knows that it takes long.
   */
  | {
      readonly kind: 'stopping';
      readonly generation: number;
      readonly since: number;
      readonly moving: boolean;
      readonly announced: boolean;
      readonly told: boolean;
      /** Why the next run is started, as far as it is known. */
      readonly reason?: RestartReason;
      readonly last?: boolean;
      readonly quickRuns?: number;
    }
  /** The child is gone, the next one starts when the files have settled. */
  | {
      readonly kind: 'settling';
      readonly generation: number;
      readonly since: number;
      readonly announced: boolean;
      readonly reason?: RestartReason;
    }
  /** The child has ended too often or failed, and is started again in a while. */
  | {
      readonly kind: 'delaying';
      readonly generation: number;
      readonly quickRuns: number;
      readonly ended: Ended;
      readonly reason: RestartReason;
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
  /** The app says what it wants to do about changes. */
  | { readonly kind: 'wishes'; readonly generation: number; readonly wishes: Wishes }
  /** The app says whether the change of this round causes a restart. */
  | {
      readonly kind: 'answered';
      readonly generation: number;
      readonly round: number;
      readonly restart: boolean;
    }
  /** Somebody wants the program to be restarted, whatever the files are. */
  | {
      readonly kind: 'restart';
      readonly at: number;
      readonly message: string | undefined;
      /** The app itself wants it. */
      readonly isOwn?: boolean;
    }
  /** The program is to end for good, with its own stop sequence. */
  | { readonly kind: 'stop'; readonly at: number }
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
  /** Somebody has asked for it. */
  | { readonly kind: 'requested'; readonly message: string | undefined }
  /** The app was asked about a change and has not answered. */
  | { readonly kind: 'unanswered' }
  /** The app has dealt with a change itself. */
  | { readonly kind: 'taken'; readonly change: Change }
  | { readonly kind: 'asked'; readonly delay: number }
  /** It is run again although nothing has changed. */
  | { readonly kind: 'again'; readonly ended: Ended; readonly delay: number }
  | { readonly kind: 'waiting'; readonly ended: Ended }
  | { readonly kind: 'slow' }
  | { readonly kind: 'forcing' }
  | { readonly kind: 'patience'; readonly signal: NodeJS.Signals }
  /** It has failed, and supervision ends with it. */
  | { readonly kind: 'leaving'; readonly ended: Ended };

/** What is to be done. There is one timer: `wait` sets it anew, `cancel` clears it. */
export type Effect =
  | { readonly kind: 'spawn'; readonly generation: number; readonly reason: RestartReason | undefined }
  /** Without a reason there will be no other run. */
  | { readonly kind: 'stop'; readonly reason: RestartReason | undefined }
  | { readonly kind: 'ask'; readonly change: Change; readonly round: number }
  /** The files are from now on as the run took them. */
  | { readonly kind: 'accept'; readonly change: Change }
  | { readonly kind: 'kill' }
  | { readonly kind: 'forward'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'say'; readonly line: Line }
  | { readonly kind: 'leave'; readonly ended: Ended };

/** What the user has decided about the life cycle. Durations in ms. */
export interface Policy {
  /** Between the stop signal and SIGKILL. */
  readonly grace: number;
  /** Before a user who waits for the program to end is told that it has not; an app that is asked has as long. */
  readonly patience: number;
  /** The stop signal. */
  readonly signal: NodeJS.Signals;
  readonly onExit: 'wait' | 'exit' | 'restart';
  readonly onCrash: 'wait' | 'retry' | 'exit';
}

export type Transition = readonly [State, ...Effect[]];

/** The state before the first child. */
export const IDLE: State = { kind: 'idle', generation: 0 };
