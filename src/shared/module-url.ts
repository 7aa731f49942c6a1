// Identifies a module by the URL of its file, without query and fragment: one file is one module, however often the app
// loads it.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { attempt } from './attempt.cts';

export { isInPackage } from './paths.cts';

/** `file:` URL without query and fragment. */
export type ModuleUrl = string & { readonly __brand: 'ModuleUrl' };

/**
 * The module of a URL that Node resolved.
 *
 * @returns undefined for other URLs (`node:`, `data:`, `http:`)
 * @example
 * toModuleUrl('file:///app/a.js?v=2') // 'file:///app/a.js'
 */
export function toModuleUrl(url: string): ModuleUrl | undefined {
  if (!url.startsWith('file:')) return undefined;
  const end = url.search(/[?#]/);
  return (end === -1 ? url : url.slice(0, end)) as ModuleUrl;
}

/** The module in a file, by its absolute path. */
export function fromPath(path: string): ModuleUrl {
  return pathToFileURL(path).href as ModuleUrl;
}

/** The absolute path of the file of a module. */
export function toPath(url: ModuleUrl): string {
  return fileURLToPath(url);
}

/** Like {@link toPath}; undefined for a URL without a path, which has a host or an encoded slash. */
export function pathOf(url: ModuleUrl): string | undefined {
  return attempt(() => fileURLToPath(url));
}
