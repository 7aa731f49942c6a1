// What a supervisor tells the tool that uses it. Types only.
import type { ChangedFile, RestartReason } from '../../protocol/app-bridge.cts';
import type { Readable, Writable } from 'node:stream';

/** The events of a supervised program, by name, with what a listener is called with. */
export interface SupervisorEvents {
  /**
   * A run begins. `pid`: undefined if it could not be started. `reason`: undefined for the first. `stdin`, `stdout`,
   * `stderr`: where they are pipes, which have to be read, or the program waits when they are full.
   */
  start: [
    event: {
      readonly generation: number;
      readonly pid: number | undefined;
      readonly reason: RestartReason | undefined;
      readonly stdin: Writable | null;
      readonly stdout: Readable | null;
      readonly stderr: Readable | null;
    },
  ];
  /** The run has loaded all that it loads at start, and its event loop is free, `ms` after the start or the save. `watching`: how many files. */
  ready: [event: { readonly generation: number; readonly ms: number; readonly watching: number }];
  /** The run has loaded more. `files`: absolute paths of all that it has loaded until now. */
  graph: [event: { readonly generation: number; readonly files: readonly string[] }];
  /** Files that count have changed, and have settled. */
  change: [event: { readonly files: readonly ChangedFile[] }];
  /** Another run follows, because of this. The one of this `generation` is ending, or has ended. */
  restart: [event: { readonly generation: number; readonly reason: RestartReason }];
  /** The run has ended, for whatever reason, and all that it had started. */
  exit: [
    event: {
      readonly generation: number;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
    },
  ];
  /** The run has failed by itself. `error`: the error that nobody has caught, with its stack, if there was one. */
  crash: [
    event: {
      readonly generation: number;
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      readonly error: string | undefined;
    },
  ];
  /** A line for the user, whether or not it is printed: what is said at each step, and what autoreload cannot do. */
  log: [event: { readonly text: string }];
  /** Supervision has ended, with how the program has ended. Nothing comes after it. */
  close: [event: { readonly code: number | null; readonly signal: NodeJS.Signals | null }];
}

/** Tells an event. */
export type Emit = <Name extends keyof SupervisorEvents>(
  name: Name,
  ...event: SupervisorEvents[Name]
) => void;
