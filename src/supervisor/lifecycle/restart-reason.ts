// Why a run is started, put together from what has happened. Pure.
import type { RestartReason } from '../../protocol/app-bridge.cts';
import type { Change } from './state.ts';

/** Why a run is started. */
export function reasonOf(
  cause: Change | 'request' | 'exit' | 'crash' | undefined,
  message?: string,
): RestartReason {
  if (typeof cause === 'string') return { cause, files: [], message };
  return { cause: 'change', files: cause?.files ?? [], message };
}

/** The reason with what has changed since. */
export function withChange(reason: RestartReason | undefined, change: Change | undefined): RestartReason {
  const before = reason ?? reasonOf(undefined);
  return change ? { ...before, files: mergedFiles(before.files, change.files) } : before;
}

/** Two changes as one, of which the later says how a file is. */
export function merged(before: Change, after: Change): Change {
  return { at: before.at, files: mergedFiles(before.files, after.files) };
}

function mergedFiles(before: Change['files'], after: Change['files']): Change['files'] {
  const later = new Set(after.map(({ path }) => path));
  return [...before.filter(({ path }) => !later.has(path)), ...after];
}
