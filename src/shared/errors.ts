// The one error class. Each code has a section on how to solve it in docs/errors.md.

/** Every code that an {@link AutoreloadError} can carry. */
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
 * Something that autoreload could not do. Its message is one line: what is wrong, the value, what to do instead.
 *
 * @example
 * new AutoreloadError('ERR_AUTORELOAD_OPTION', 'AUTORELOAD_GRACE must be … got "5s". Use 5000.')
 */
export class AutoreloadError extends Error {
  override readonly name: string = 'AutoreloadError';
  /** Stable; compare this, not the message. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
