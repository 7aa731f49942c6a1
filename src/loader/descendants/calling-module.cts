// Finds the module that starts a descendant, by the stack. Keeps no state.
import { isInPackage, OWN_URL } from '../../shared/paths.cts';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Maximum number of frames to search: the call may come from deep inside a package. */
const MAX_FRAMES = 50;

/** The properties by which V8 reports the frames of a stack. */
const KEYS = ['stackTraceLimit', 'prepareStackTrace'] as const;

/** URL of the nearest module on the stack that is not in a package; undefined when there is none. */
export function callerUrl(): string | undefined {
  const before = KEYS.map((key) => [key, Object.getOwnPropertyDescriptor(Error, key)] as const);
  try {
    let found: string | undefined;
    Error.stackTraceLimit = MAX_FRAMES;
    Error.prepareStackTrace = (_error, sites) => {
      found = sites.map((site) => urlOf(site.getFileName())).find((url) => url !== undefined);
    };
    // Reading the stack calls the function above.
    void new Error().stack;
    return found;
  } catch {
    // The app may have frozen `Error`.
    return undefined;
  } finally {
    for (const [key, descriptor] of before) {
      if (descriptor) Reflect.defineProperty(Error, key, descriptor);
      else Reflect.deleteProperty(Error, key);
    }
  }
}

/** CommonJS modules have a path, ES modules a URL. */
function urlOf(name: string | null | undefined): string | undefined {
  if (!name || isInPackage(name)) return undefined;
  const url = isAbsolute(name) ? pathToFileURL(name).href : name;
  return url.startsWith('file:') && !url.startsWith(OWN_URL) ? url : undefined;
}
