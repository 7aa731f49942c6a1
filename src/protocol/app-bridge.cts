// Defines how the API of the app finds the loader in its thread: over a diagnostics channel, which the app cannot list. The two
// may come from different copies of this package: fields are only ever added. Types only: each module costs a program without a
// supervisor a fifth of a millisecond.

/** Name of the channel. The API publishes a {@link BridgeRequest}; the loader answers within the same call. */
export type BridgeChannel = 'autoreload.bridge';

/** Exit code by which a run requests a restart: `EX_TEMPFAIL` of sysexits.h. A type, because the API loads no module. */
export type RestartExitCode = 75;

/** The message on the channel. The loader sets `bridge`. */
export interface BridgeRequest {
  bridge?: Bridge;
}

/** A changed file, with the kind of the change. */
export interface ChangedFile {
  /** Absolute path. */
  readonly path: string;
  readonly how: 'changed' | 'created' | 'deleted';
}

/** The files that caused a restart, or may cause one. */
export interface Change {
  readonly files: readonly ChangedFile[];
}

/** Why a run started or stops. */
export interface RestartReason extends Change {
  /**
   * Files have changed (`change`); the app, the user or a tool requested a restart (`request`); the previous run completed
   * (`exit`) or failed (`crash`) and is run again.
   */
  readonly cause: 'change' | 'request' | 'exit' | 'crash';
  /** The message of a request. */
  readonly message: string | undefined;
}

/** Is called before the program restarts. */
export type RestartHandler = (reason: RestartReason) => unknown;

/** Decides whether a change causes a restart. */
export type ChangeHandler = (change: Change) => unknown;

/**
 * What the loader does for the API. Worker threads and processes of the app have only the required members: handlers are not called
 * there, and nothing is preserved.
 */
export interface Bridge {
  track: (text: string, cwd: string, on: boolean) => void;
  request: (what: 'restart' | 'stop', message: string | undefined) => void;
  readonly generation?: number;
  readonly reason?: RestartReason | undefined;
  /** Returns a function that unregisters the handler. */
  onRestart?: (handler: RestartHandler) => () => void;
  onChange?: (handler: ChangeHandler) => () => void;
  /** Aborted when the run must stop for a restart. */
  signal?: () => AbortSignal;
  shouldRestart?: () => boolean;
  /** The value that the previous run preserved under a key, or `initial()`. The next run gets it. */
  preserve?: (key: string, initial: () => object) => object;
}
