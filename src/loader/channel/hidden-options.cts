// Removes the options of the supervisor from `process.execArgv`, which the app sees and its forks inherit. Knows nothing of their
// purpose.
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { HIDDEN_OPTIONS } from '../../protocol/control.cts';

/**
 * Removes the options from `process.execArgv`.
 *
 * @param isMainThread a worker thread starts with all options of its process; the main thread tells it which ones are ours
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
