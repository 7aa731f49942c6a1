// Defines the Node option that loads our preload into a child, and hides it from the app. In front of NODE_OPTIONS, it runs before all
// preloads of the user, and leaves `process.execArgv` and `process.argv` as the user gave them.
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import { HIDDEN_OPTIONS } from '../protocol/control.cts';
import { OWN_FILES } from './paths.cts';

/**
 * The option as a word of NODE_OPTIONS.
 *
 * @param path absolute path of another preload
 */
export function preloadOption(path: string = OWN_FILES.preload): string {
  return `--require="${path.replaceAll('\\', '/').replaceAll('"', '\\"')}"`;
}

/**
 * The option as an argument, for programs with a Node configuration file: Node ignores its options if NODE_OPTIONS is set.
 *
 * @param path absolute path of another preload
 */
export function preloadArgument(path: string = OWN_FILES.preload): string {
  return `--require=${path}`;
}

/**
 * NODE_OPTIONS with our option in front.
 *
 * @param nodeOptions value of NODE_OPTIONS; undefined if it is not set
 * @param path absolute path of another preload
 */
export function withPreload(nodeOptions: string | undefined, path?: string): string {
  return nodeOptions === undefined ? preloadOption(path) : `${preloadOption(path)} ${nodeOptions}`;
}

/**
 * NODE_OPTIONS without our option in front.
 *
 * @param nodeOptions value of NODE_OPTIONS
 * @param path absolute path of another preload
 * @returns undefined if our option is not in front; `inherited` is undefined if the variable was not set
 */
export function stripPreload(nodeOptions: string, path?: string) {
  const option = preloadOption(path);
  if (nodeOptions === option) return { inherited: undefined };
  return nodeOptions.startsWith(`${option} `)
    ? { inherited: nodeOptions.slice(option.length + 1) }
    : undefined;
}

/**
 * Removes the options of the supervisor from `process.execArgv`, which the app sees and its forks inherit.
 * A worker thread starts with all options of its process: the main thread tells it which ones are ours.
 *
 * @returns the options
 */
export function hideOptions(): string[] {
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
