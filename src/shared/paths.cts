// Knows where our own files are, which are no part of the program, and resolves symbolic links. Depends on its own place in
// the package. CommonJS, because the child preloads it.
import fs from 'node:fs';
import { dirname, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Our folder, with a trailing separator. */
export const OWN_FOLDER: string = dirname(__dirname) + sep;

/** Our folder as a URL. */
export const OWN_URL: string = pathToFileURL(OWN_FOLDER).href;

/** Returns the path without symlinks; the path itself if the file does not exist. */
export function realPath(path: string): string {
  try {
    return fs.realpathSync(path);
  } catch {
    return path;
  }
}
