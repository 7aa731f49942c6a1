// The option by which the supervisor gets our preload into a child: in front of NODE_OPTIONS, so that it runs before
// every preload of the user's, and `process.execArgv` and `process.argv` stay the user's own.

/**
 * The option, as a word of NODE_OPTIONS.
 *
 * @param path absolute path of the preload
 */
export function preloadOption(path: string): string {
  return `--require="${path.replaceAll('\\', '/').replaceAll('"', '\\"')}"`;
}

/**
 * The option, as an argument. Where a configuration file of Node's has options, which Node reads only if there is no
 * NODE_OPTIONS.
 *
 * @param path absolute path of the preload
 */
export function preloadArgument(path: string): string {
  return `--require=${path}`;
}

/**
 * NODE_OPTIONS with our option in front.
 *
 * @param nodeOptions value of NODE_OPTIONS, undefined when the variable is not set
 * @param path absolute path of the preload
 */
export function withPreload(nodeOptions: string | undefined, path: string): string {
  return nodeOptions === undefined ? preloadOption(path) : `${preloadOption(path)} ${nodeOptions}`;
}

/**
 * NODE_OPTIONS without our option in front.
 *
 * @param nodeOptions value of NODE_OPTIONS
 * @param path absolute path of the preload
 * @returns the value without it, undefined inside when the variable was not set; or undefined when our option is not in
 *   front
 */
export function stripPreload(
  nodeOptions: string,
  path: string,
): { inherited: string | undefined } | undefined {
  const option = preloadOption(path);
  if (nodeOptions === option) return { inherited: undefined };
  return nodeOptions.startsWith(`${option} `)
    ? { inherited: nodeOptions.slice(option.length + 1) }
    : undefined;
}
