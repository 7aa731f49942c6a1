// How the app's API and the loader find each other in one thread: a diagnostics channel of Node's, which shows in no list
// of the app's. They may come from two copies of this package, so what is agreed on is only added to. Types only: each module
// less is a fifth of a millisecond for programs that are not supervised.

/** Name of the channel. The API publishes a {@link Request}; a loader that is there answers in the same call. */
export type BridgeChannel = 'autoreload.bridge';

/** What the API asks with. */
export interface Request {
  bridge?: Bridge;
}

/** A file, and what happened to it. */
export interface ChangedFile {
  /** Absolute path. */
  readonly path: string;
  readonly how: 'changed' | 'created' | 'deleted';
}

/** The files that caused a restart, or may cause one. */
export interface Change {
  readonly files: readonly ChangedFile[];
}

/** Why a run was started or is ended. */
export interface RestartReason extends Change {
  /**
   * Files have `change`d; somebody has `request`ed it; the run before has completed (`exit`) or failed (`crash`), and was to
   * be run again.
   */
  readonly cause: 'change' | 'request' | 'exit' | 'crash';
  /** What the one who has requested it says. */
  readonly message: string | undefined;
}

/** Is called before the program restarts. */
export type RestartHandler = (reason: RestartReason) => unknown;

/** Is asked whether a change causes a restart. */
export type ChangeHandler = (change: Change) => unknown;

/** What the loader does for the API. */
export interface Bridge {
  readonly generation: number;
  readonly reason: RestartReason | undefined;
  track: (text: string, cwd: string, on: boolean) => void;
  request: (what: 'restart' | 'stop', message: string | undefined) => void;
  /** Returns what takes the handler away again. */
  onRestart: (handler: RestartHandler) => () => void;
  onChange: (handler: ChangeHandler) => () => void;
  /** Aborted when the run is to end for a restart. */
  signal: () => AbortSignal;
  shouldRestart: () => boolean;
  /** What the run before has left under a key, or `initial`; kept for the next run. */
  preserve: (key: string, initial: () => object) => object;
}
