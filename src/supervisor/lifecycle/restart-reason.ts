// Builds the reason of a restart from the events that led to it. Pure.
import type { RestartReason } from '../../protocol/app-bridge.cts';
import type { Change } from './state.ts';

/** Builds a reason. A change that has not settled yet is undefined: its files follow by {@link withChange}. */
export function reasonOf(
  cause: Change | 'request' | 'exit' | 'crash' | undefined,
  message?: string,
): RestartReason {
  if (typeof cause === 'string') return { cause, files: [], message };
  return { cause: 'change', files: cause?.files ?? [], message };
}

/** Adds the files of a later change to a reason. */
export function withChange(reason: RestartReason, change: Change | undefined): RestartReason {
  return change ? { ...reason, files: mergedFiles(reason.files, change.files) } : reason;
}

/** Merges two changes; the later one decides about a file of both. */
export function merged(earlier: Change, later: Change): Change {
  return { at: earlier.at, files: mergedFiles(earlier.files, later.files) };
}

function mergedFiles(earlier: Change['files'], later: Change['files']): Change['files'] {
  const paths = new Set(later.map(({ path }) => path));
  return [...earlier.filter(({ path }) => !paths.has(path)), ...later];
}
