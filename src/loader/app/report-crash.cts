// Tells the supervisor which error ends the child, for those who ask for the program while it is down. Only looks on:
// Node calls a monitor before it decides what becomes of the error. Knows nothing of what the text is for.
import { OWN_FOLDER } from '../../shared/paths.cts';
import { inspect, types } from 'node:util';
import { send } from '../channel/record-writer.cts';

/** What is longer is cut off: nobody reads on. In characters. */
const MAX_LENGTH = 16_384;

/** A record is to be less than a page, also when each character takes six bytes. */
const PIECE_LENGTH = 600;

/** A cause may have a cause. */
const MAX_CAUSES = 5;

/** From now on, tells each error that nobody has caught. */
export function reportCrashes(): void {
  process.on('uncaughtExceptionMonitor', (error: unknown) => {
    try {
      tell(textOf(error));
    } catch {
      // What was thrown cannot be put into words: it may be anything.
    }
  });
}

function tell(text: string): void {
  const lines = text.split('\n').filter((line) => !line.includes(OWN_FOLDER));
  const shown = lines.join('\n').slice(0, MAX_LENGTH);
  for (let at = 0; at === 0 || at < shown.length; at += PIECE_LENGTH)
    send({ kind: 'crashed', first: at === 0, text: shown.slice(at, at + PIECE_LENGTH) });
}

/**
 * The error with its stack, and its causes with theirs. Other properties stay here: a request that has failed may hold a
 * password.
 */
function textOf(error: unknown, causes = 0): string {
  if (!types.isNativeError(error) && !(error instanceof Error)) return thrown(error);
  const { stack, cause } = error;
  const text = typeof stack === 'string' && stack !== '' ? stack : `${error.name}: ${error.message}`;
  const inner = inside(error).map((one) => `\n  ${one.replaceAll('\n', '\n  ')}`);
  if (cause === undefined || causes === MAX_CAUSES) return text + inner.join('');
  return `${text + inner.join('')}\n[cause]: ${textOf(cause, causes + 1)}`;
}

/** Something else was thrown. What it holds is nobody's business. */
function thrown(value: unknown): string {
  if (typeof value === 'function' || (typeof value === 'object' && value !== null))
    return `A value that is no error was thrown: ${Object.prototype.toString.call(value)}`;
  return inspect(value);
}

/** What the errors in an `AggregateError` say. */
function inside(error: Error): string[] {
  const { errors } = error as Partial<AggregateError>;
  return Array.isArray(errors) ? errors.slice(0, MAX_CAUSES).map((one) => textOf(one, MAX_CAUSES)) : [];
}
