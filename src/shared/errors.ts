// Defines the error class. docs/errors.md has the solution for each code.

/** The codes of {@link AutoreloadError}. */
export type ErrorCode =
  | 'ERR_AUTORELOAD_OPTION'
  | 'ERR_AUTORELOAD_SPAWN'
  | 'ERR_AUTORELOAD_WATCH_LIMIT'
  | 'ERR_AUTORELOAD_WATCH_DENIED'
  | 'ERR_AUTORELOAD_TSCONFIG'
  | 'ERR_AUTORELOAD_LOOP'
  | 'ERR_AUTORELOAD_LANE'
  | 'ERR_AUTORELOAD_PRESERVE'
  | 'ERR_AUTORELOAD_COMMAND'
  | 'ERR_AUTORELOAD_PROCESS_LEFT';

/**
 * An error of autoreload. Its message is one line: the problem, the value, the solution.
 *
 * @example
 * new AutoreloadError('ERR_AUTORELOAD_OPTION', 'AUTORELOAD_GRACE must be a duration, got "x". Use 5s.')
 */
export class AutoreloadError extends Error {
  override readonly name: string = 'AutoreloadError';
  /** Stable, unlike the message. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
