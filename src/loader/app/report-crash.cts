// Reports the uncaught error that ends the child, for the crash page. Does not interfere: Node calls a monitor before it handles
// the error. Knows nothing of the use of the text.
import { attempt } from '../../shared/attempt.cts';
import { OWN_FOLDER } from '../../shared/paths.cts';
import { inspect, types } from 'node:util';
import { send } from '../channel/record-writer.cts';

/** Maximum length of the text of an error (characters). */
const MAX_LENGTH = 16_384;

/** Maximum length of the text in a record, which must fit into a page with six bytes for each character. */
const PIECE_LENGTH = 600;

/** Maximum number of nested causes, and of errors in an `AggregateError`. */
const MAX_CAUSES = 5;

/** Reports every uncaught error from now on. */
export function reportCrashes(): void {
  // The app may throw any value, and reading it may throw.
  process.on('uncaughtExceptionMonitor', (error: unknown) => attempt(() => report(textOf(error))));
}

function report(text: string): void {
  const lines = text.split('\n').filter((line) => !line.includes(OWN_FOLDER));
  const shown = lines.join('\n').slice(0, MAX_LENGTH);
  for (let at = 0; at === 0 || at < shown.length; at += PIECE_LENGTH)
    send({ kind: 'crashed', first: at === 0, text: shown.slice(at, at + PIECE_LENGTH) });
}

/**
 * The error and its causes, with their stacks. Other properties are left out: those of a failed request may contain a password.
 */
function textOf(error: unknown, causes = 0): string {
  if (!types.isNativeError(error) && !(error instanceof Error)) return textOfValue(error);
  const { stack, cause, errors } = error as Error & Partial<AggregateError>;
  const text = typeof stack === 'string' && stack !== '' ? stack : `${error.name}: ${error.message}`;
  const inner = (Array.isArray(errors) ? errors.slice(0, MAX_CAUSES) : []).map((innerError) =>
    `\n${textOf(innerError, MAX_CAUSES)}`.replaceAll('\n', '\n  '),
  );
  const all = text + inner.join('');
  return cause === undefined || causes === MAX_CAUSES ? all : `${all}\n[cause]: ${textOf(cause, causes + 1)}`;
}

/** Describes a thrown value that is not an error, without the content of an object. */
function textOfValue(value: unknown): string {
  if (typeof value === 'function' || (typeof value === 'object' && value !== null))
    return `A value that is no error was thrown: ${Object.prototype.toString.call(value)}`;
  return inspect(value);
}
