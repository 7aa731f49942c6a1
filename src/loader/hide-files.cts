// Keeps our files out of the app's sight.
import { dirname, sep } from 'node:path';

/** The app must not find our files among its modules. */
export function hideFiles(): void {
  for (const path of Object.keys(require.cache)) {
    if (path.startsWith(dirname(__dirname) + sep)) Reflect.deleteProperty(require.cache, path);
  }
}
