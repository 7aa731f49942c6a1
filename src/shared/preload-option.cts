// Defines the Node option that loads our preload into a child. In front of NODE_OPTIONS, it runs before all preloads of the user, and
// leaves `process.execArgv` and `process.argv` as the user gave them.

/**
 * The option as a word of NODE_OPTIONS.
 *
 * @param path absolute path of the preload
 */
export function preloadOption(path: string): string {
  return `--require="${path.replaceAll('\\', '/').replaceAll('"', '\\"')}"`;
}

/**
 * The option as an argument, for programs with a Node configuration file: Node ignores its options if NODE_OPTIONS is set.
 *
 * @param path absolute path of the preload
 */
export function preloadArgument(path: string): string {
  return `--require=${path}`;
}

/**
 * NODE_OPTIONS with our option in front.
 *
 * @param nodeOptions value of NODE_OPTIONS; undefined if it is not set
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
 * @returns undefined if our option is not in front; `inherited` is undefined if the variable was not set
 */
export function stripPreload(
  nodeOptions: string,
  path: string,
): { readonly inherited: string | undefined } | undefined {
  const option = preloadOption(path);
  if (nodeOptions === option) return { inherited: undefined };
  return nodeOptions.startsWith(`${option} `)
    ? { inherited: nodeOptions.slice(option.length + 1) }
    : undefined;
}
