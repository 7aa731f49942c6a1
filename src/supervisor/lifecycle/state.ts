// Defines the states of the life cycle, its events and its effects. transition.ts decides what follows from an event.
import type { Options } from '../../options/options.ts';
import type { ChangedFile, RestartExitCode, RestartReason } from '../../protocol/app-bridge.cts';

/** Exit code by which a run asks for a restart (EX_TEMPFAIL of sysexits.h). */
export const EXIT_RESTART: RestartExitCode = 75;

/** Delay before the line about a slow exit, and timeout for a decision of the app (ms). */
export const PATIENCE_MS = 1000;

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

/** What the app wants before a restart: to decide about it (`change`), or to do something before its stop signal (`end`). */
export interface Wishes {
  readonly change: boolean;
  readonly end: boolean;
}

/** Facts about a run that has been started and not been stopped. */
interface RunFacts {
  since: number;
  /** Why it was started; undefined for the first run. */
  reason?: RestartReason | undefined;
  /** Start of the process (wall clock, ms). */
  spawnedAt: number;
  /** When the program was up: its entry had been evaluated, or any other command started (wall clock, ms). */
  upAt?: number;
  quickRuns: number;
  wishes?: Wishes;
  /** Number of changes about which the app was consulted. */
  rounds?: number;
}

/**
 * State of the supervisor. `generation`: number of the newest run. `since`: time of the save, start, request or signal that led to
 * this state (wall clock, ms). `quickRuns`: consecutive runs that were run again without a change; 1 after a long run, 0 after a
 * change. In `idle`, the first run has not been started.
 */
export type State = Readonly<
  { generation: number } & (
    | { kind: 'idle' }
    | ({ kind: 'running' } & RunFacts)
    /** The app decides whether a change causes a restart. */
    | ({ kind: 'consulting'; change: Change } & RunFacts)
    /** The stop sequence of the run is in progress. */
    | {
        kind: 'stopping';
        since: number;
        /** Files are still being written. */
        isWriting: boolean;
        /** The line about the restart has been printed. */
        isAnnounced: boolean;
        /** The line about a slow exit has been printed. */
        isOverdue: boolean;
        /** Why the next run starts; undefined if none does. */
        reason: RestartReason | undefined;
        quickRuns: number;
      }
    /** The run has exited; the next one starts when the files have settled. */
    | { kind: 'settling'; since: number; isAnnounced: boolean; reason: RestartReason }
    /** The run has exited; the next one starts after a delay. */
    | { kind: 'delaying'; quickRuns: number; ended: Ended; reason: RestartReason }
    /** The run has exited by itself; the next one starts after a change. */
    | { kind: 'waiting'; ended: Ended }
    /** The supervisor has received a signal, and exits after the run. */
    | {
        kind: 'shuttingDown';
        signal: NodeJS.Signals;
        since: number;
        /** Other signals that were sent together with it. */
        others: readonly NodeJS.Signals[];
        /** A second signal has killed the run. */
        isForced: boolean;
        /** The run may have missed the signal. */
        isSignalDue: boolean;
      }
    | { kind: 'ended' }
  )
>;

/** An event of the current run (of an earlier one, it is ignored), or of the rest. `at`: wall clock, ms. */
export type Event = Readonly<
  | ({ generation: number } &
      /** The entry has been evaluated. */
      (
        | { kind: 'up'; at: number }
        /** The entry is still being evaluated, after a long time if it is `isLong`. */
        | { kind: 'loading'; at: number; isLong: boolean }
        /** `isUnbegun`: the process was a standby that has been killed before it began its run. */
        | { kind: 'exit'; at: number; ended: Ended; isUnbegun?: boolean }
        | { kind: 'wishes'; wishes: Wishes }
        /** The app has decided whether the change of a round causes a restart. */
        | { kind: 'answered'; round: number; restart: boolean; at: number }
      ))
  | ({ at: number } &
      /** A file is being written. `isCertain`: its content differs already, so a restart will follow. */
      (
        | { kind: 'writing'; isCertain: boolean }
        /** The files have settled; without a change if their content is the same as before. */
        | { kind: 'settled'; change: Change | undefined }
        /** The user, a tool or the app itself (`isOwn`) requests a restart. */
        | { kind: 'restart'; message: string | undefined; isOwn?: boolean }
        /** A tool or the app requests the end of supervision. */
        | { kind: 'stop' }
        /** The timer has run out. */
        | { kind: 'elapsed' }
        /** The supervisor has received a signal. `isShared`: so has the run, because it went to the process group. */
        | { kind: 'signal'; signal: NodeJS.Signals; isShared: boolean }
      ))
>;

/** A state or an event by its kind. */
export type Of<Union extends { kind: string }, Kind extends Union['kind']> = Extract<Union, { kind: Kind }>;

/** A line that is printed for the user. output/messages.ts has the wording. */
export type Line = Readonly<
  /** The program is up, or it is still being loaded after a long time. */
  | { kind: 'up' | 'loading'; ms: number }
  /** The run restarts because of a change, or the app has applied the change itself (`handled`). */
  | { kind: 'restarting' | 'handled'; change: Change }
  /** The user, a tool or the app has requested a restart. */
  | { kind: 'requested'; message: string | undefined }
  /** The run has exited with code 75. */
  | { kind: 'exit75'; delay: number }
  /** The run has exited by itself, and another one follows without a change. */
  | { kind: 'rerun'; ended: Ended; delay: number }
  /** The run has exited by itself, and the next one waits for a change; or it has failed, and supervision ends. */
  | { kind: 'waiting' | 'exiting'; ended: Ended }
  /** The app has not decided about a change in time (`unanswered`), or the run has not exited soon, or in time. */
  | { kind: 'unanswered' | 'overdue' | 'killing' }
  /** How to kill a run that is still shutting down. */
  | { kind: 'killHint'; signal: NodeJS.Signals }
>;

/** An action of the supervisor. There is one timer: `startTimer` replaces it, and a state of another kind clears it. */
export type Effect = Readonly<
  | { kind: 'spawn'; generation: number; reason: RestartReason | undefined }
  /** Starts the stop sequence. Without a reason no other run follows. */
  | { kind: 'stop'; reason: RestartReason | undefined }
  | { kind: 'consult'; change: Change; round: number }
  /** Takes the content of the changed files as that of the run. */
  | { kind: 'accept'; change: Change }
  | { kind: 'kill' }
  | { kind: 'forward'; signal: NodeJS.Signals }
  | { kind: 'startTimer'; ms: number }
  | Line
  /** Ends supervision. */
  | { kind: 'close'; ended: Ended }
>;

/** Options of the life cycle. `overlap`: a run that is up serves on while the next one starts. */
export type Policy = Pick<Options, 'grace' | 'signal' | 'onExit' | 'onCrash' | 'overlap'>;

export type Transition = readonly [State, ...Effect[]];

/** The state before the first run. */
export const IDLE: State = { kind: 'idle', generation: 0 };
