// Options that the supervisor has added to the user's, and that the app must not see in `process.execArgv`, which whatever
// it forks gets as well. Knows nothing of what they are for.
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { HIDDEN_OPTIONS } from '../../protocol/control.cts';

/**
 * Takes the options out of `process.execArgv`.
 *
 * @param isMainThread a worker thread has the options of its process again, and learns which are ours from the main thread
 * @returns the options
 */
export function hideOptions(isMainThread: boolean): string[] {
  const text = isMainThread ? process.env[HIDDEN_OPTIONS] : getEnvironmentData(HIDDEN_OPTIONS);
  if (typeof text !== 'string') return [];
  if (isMainThread) setEnvironmentData(HIDDEN_OPTIONS, text);
  delete process.env[HIDDEN_OPTIONS];
  const options = text.split('\n');
  for (const option of options) {
    const at = process.execArgv.lastIndexOf(option);
    if (at >= 0) process.execArgv.splice(at, 1);
  }
  return options;
}
