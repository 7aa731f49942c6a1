// A path without symbolic links. CommonJS, because the child preloads it.
import fs from 'node:fs';

/** The path of the file behind a path; the path itself when there is none. */
export function realPath(path: string): string {
  try {
    return fs.realpathSync(path);
  } catch {
    return path;
  }
}
