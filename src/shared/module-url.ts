// A module's identity: the URL of its file, without query and fragment, so that one file is one module here however
// often the app loads it.
import { fileURLToPath, pathToFileURL } from 'node:url';

/** `file:` URL without query and fragment. */
export type ModuleUrl = string & { readonly __brand: 'ModuleUrl' };

/**
 * The module behind a URL as Node resolved it.
 *
 * @returns undefined for anything that is not a file (`node:`, `data:`, `http:`)
 * @example
 * toModuleUrl('file:///app/a.js?v=2') // 'file:///app/a.js'
 */
export function toModuleUrl(url: string): ModuleUrl | undefined {
  if (!url.startsWith('file:')) return undefined;
  const end = url.search(/[?#]/);
  return (end === -1 ? url : url.slice(0, end)) as ModuleUrl;
}

/** The module in a file, given the absolute path. */
export function fromPath(path: string): ModuleUrl {
  return pathToFileURL(path).href as ModuleUrl;
}

/** The absolute path of a module's file. */
export function toPath(url: ModuleUrl): string {
  return fileURLToPath(url);
}

/** Like {@link toPath}; undefined for a URL that is no path: it has a host, or an encoded slash. */
export function pathOf(url: ModuleUrl): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** Whether a file belongs to an installed package. */
export function isInPackage(path: string): boolean {
  return /[\\/]node_modules[\\/]/.test(path);
}
