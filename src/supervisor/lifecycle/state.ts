// Defines the states of the life cycle, its events and its effects. transition.ts decides what follows from an event.
import type { Options } from '../../options/options.ts';
import type { ChangedFile, RestartExitCode, RestartReason } from '../../protocol/app-bridge.cts';

/** Exit code by which a run asks for a restart (EX_TEMPFAIL of sysexits.h). */
export const EXIT_RESTART: RestartExitCode = 75;

/** The exit of a run: its exit code, or the signal that killed it. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A settled set of changed files. */
export interface Change {
  /** Time of the first file event (wall clock, ms). */
  readonly at: number;
  readonly files: readonly ChangedFile[];
}

/** Handlers that the app has registered: `change` decides about a restart, `end` runs before one. */
export interface Handlers {
  readonly change: boolean;
  readonly end: boolean;
}

/** A run that has been started and not been stopped. */
interface Running {
  readonly kind: 'running';
  readonly generation: number;
  readonly since: number;
  /** Start of the process (wall clock, ms). */
  readonly spawnedAt: number;
  readonly quickRuns: number;
  readonly handlers?: Handlers;
  /** Number of changes about which the app was consulted. */
  readonly rounds?: number;
}

/**
 * State of the supervisor. `generation`: number of the newest run. `since`: time of the save, start, request or signal that led to
 * this state (wall clock, ms). `quickRuns`: consecutive runs that were run again without a change; 1 after a long run, 0 after a
 * change.
 */
export type State = { readonly generation: number } &
  /** The first run has not been started. */
  (
    | { readonly kind: 'idle' }
    | Running
    /** The app decides whether a change causes a restart. */
    | { readonly kind: 'consulting'; readonly run: Running; readonly change: Change }
    /** The stop sequence of the run is in progress. */
    | {
        readonly kind: 'stopping';
        readonly since: number;
        /** Files are still being written. */
        readonly isWriting: boolean;
        /** The line about the restart has been printed. */
        readonly isAnnounced: boolean;
        /** The line about a slow exit has been printed. */
        readonly isOverdue: boolean;
        /** Why the next run starts; undefined if none does. */
        readonly reason: RestartReason | undefined;
        readonly quickRuns: number;
      }
    /** The run has exited; the next one starts when the files have settled. */
    | {
        readonly kind: 'settling';
        readonly since: number;
        readonly isAnnounced: boolean;
        readonly reason: RestartReason;
      }
    /** The run has exited; the next one starts after a delay. */
    | {
        readonly kind: 'delaying';
        readonly quickRuns: number;
        readonly ended: Ended;
        readonly reason: RestartReason;
      }
    /** The run has exited by itself; the next one starts after a change. */
    | { readonly kind: 'waiting'; readonly ended: Ended }
    /** The supervisor has received a signal, and exits after the run. */
    | {
        readonly kind: 'shuttingDown';
        readonly signal: NodeJS.Signals;
        readonly since: number;
        /** A second signal has killed the run. */
        readonly isForced: boolean;
        /** The run may have missed the signal. */
        readonly isSignalDue: boolean;
      }
    | { readonly kind: 'ended' }
  );

/** An event of the current run; an event of an earlier one is ignored. `at`: wall clock, ms. */
type RunEvent = { readonly generation: number } & (
  | { readonly kind: 'up'; readonly at: number }
  | { readonly kind: 'exit'; readonly at: number; readonly ended: Ended }
  /** The app has registered or removed handlers. */
  | { readonly kind: 'handlers'; readonly handlers: Handlers }
  /** The app has decided whether the change of a round causes a restart. */
  | { readonly kind: 'answered'; readonly round: number; readonly restart: boolean }
);

/** An event. `at`: wall clock, ms. */
export type Event =
  | RunEvent
  | ({ readonly at: number } &
      /** A file is being written. `isCertain`: its content differs already, so a restart will follow. */
      (
        | { readonly kind: 'writing'; readonly isCertain: boolean }
        /** The files have settled; without a change if their content is the same as before. */
        | { readonly kind: 'settled'; readonly change: Change | undefined }
        /** The user, a tool or the app itself (`isOwn`) requests a restart. */
        | { readonly kind: 'restart'; readonly message: string | undefined; readonly isOwn?: boolean }
        /** A tool or the app requests the end of supervision. */
        | { readonly kind: 'stop' }
        /** The timer has run out. */
        | { readonly kind: 'elapsed' }
        /** The supervisor has received a signal. `isShared`: so has the run, because it went to the process group. */
        | { readonly kind: 'signal'; readonly signal: NodeJS.Signals; readonly isShared: boolean }
      ));

/** A line for the user. output/messages.ts has the wording. */
export type Line =
  | { readonly kind: 'up'; readonly ms: number }
  | { readonly kind: 'restarting'; readonly change: Change }
  /** The user, a tool or the app has requested a restart. */
  | { readonly kind: 'requested'; readonly message: string | undefined }
  /** The app has not decided about a change in time. */
  | { readonly kind: 'unanswered' }
  /** The app has applied a change itself. */
  | { readonly kind: 'handled'; readonly change: Change }
  /** The run has exited with code 75. */
  | { readonly kind: 'exit75'; readonly delay: number }
  /** The run has exited by itself, and another one follows without a change. */
  | { readonly kind: 'rerun'; readonly ended: Ended; readonly delay: number }
  | { readonly kind: 'waiting'; readonly ended: Ended }
  | { readonly kind: 'overdue' }
  | { readonly kind: 'killing' }
  /** How to kill a run that is still shutting down. */
  | { readonly kind: 'killHint'; readonly signal: NodeJS.Signals }
  /** The run has failed, and supervision ends. */
  | { readonly kind: 'exiting'; readonly ended: Ended };

/** An action of the supervisor. There is one timer: `startTimer` replaces it, and a state of another kind clears it. */
export type Effect =
  | { readonly kind: 'spawn'; readonly generation: number; readonly reason: RestartReason | undefined }
  /** Starts the stop sequence. Without a reason no other run follows. */
  | { readonly kind: 'stop'; readonly reason: RestartReason | undefined }
  | { readonly kind: 'consult'; readonly change: Change; readonly round: number }
  /** Takes the content of the changed files as that of the run. */
  | { readonly kind: 'accept'; readonly change: Change }
  | { readonly kind: 'kill' }
  | { readonly kind: 'forward'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'startTimer'; readonly ms: number }
  | { readonly kind: 'print'; readonly line: Line }
  /** Ends supervision. */
  | { readonly kind: 'close'; readonly ended: Ended };

/** Options of the life cycle. `patience`: time until a slow exit is reported, and timeout for a decision of the app (ms). */
export type Policy = Pick<Options, 'grace' | 'signal' | 'onExit' | 'onCrash'> & { readonly patience: number };

export type Transition = readonly [State, ...Effect[]];

/** The state before the first run. */
export const IDLE: State = { kind: 'idle', generation: 0 };
