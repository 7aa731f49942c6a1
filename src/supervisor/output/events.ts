// Defines the events of a supervised program for a tool. Types only.
import type { Readable, Writable } from 'node:stream';
import type { ChangedFile, RestartReason } from '../../protocol/app-bridge.cts';
import type { Ended } from '../lifecycle/state.ts';

/** The events of a supervised program, with the arguments of their listeners. */
export interface SupervisorEvents {
  /**
   * A run starts. `pid` is undefined if the start failed, `reason` for the first run. A stream is null unless it is a pipe;
   * read the output, or a full pipe blocks the program.
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
  /**
   * The run has loaded its modules, and its event loop is free. `ms`: time since the start or the save. `watching`: number of
   * watched files.
   */
  ready: [event: { readonly generation: number; readonly ms: number; readonly watching: number }];
  /** The run has loaded more modules. `files`: absolute paths of all modules so far. */
  graph: [event: { readonly generation: number; readonly files: readonly string[] }];
  /** Watched files have changed and settled. */
  change: [event: { readonly files: readonly ChangedFile[] }];
  /** Another run follows. `generation`: the run that stops or has exited. */
  restart: [event: { readonly generation: number; readonly reason: RestartReason }];
  /** The run and its descendants have exited. */
  exit: [event: { readonly generation: number } & Ended];
  /** The run has failed by itself. `error`: the uncaught error with its stack, if there was one. */
  crash: [event: { readonly generation: number; readonly error: string | undefined } & Ended];
  /** A line for the user, whether or not it is printed. */
  log: [event: { readonly text: string }];
  /** Supervision has ended, with the exit of the program. This is the last event. */
  close: [event: Ended];
}

/** Emits an event. */
export type Emit = <Name extends keyof SupervisorEvents>(
  name: Name,
  ...event: SupervisorEvents[Name]
) => void;
