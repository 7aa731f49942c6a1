// Knows where our own files are, which are no part of the program, and resolves symbolic links. Depends on its own place in
// the package: one folder below ours, in the sources and in the build. CommonJS, because the child preloads it.
import fs from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { attempt } from './attempt.cts';

/** Our folder, with a trailing separator. */
export const OWN_FOLDER: string = dirname(__dirname) + sep;

/** Our folder as a URL. */
export const OWN_URL: string = pathToFileURL(OWN_FOLDER).href;

/** Paths of our files that processes load by path or URL. */
export const OWN_FILES = {
  register: join(OWN_FOLDER, 'register.js'),
  cli: join(OWN_FOLDER, 'cli.js'),
  preload: join(OWN_FOLDER, 'loader/entry.cjs'),
  lateGate: join(OWN_FOLDER, 'loader/late-gate.cjs'),
  linkedGate: join(OWN_FOLDER, 'loader/linked-gate.mjs'),
  hooksThread: join(OWN_FOLDER, 'loader/off-thread-hooks.cjs'),
  warmEsmLoader: join(OWN_FOLDER, 'loader/warm-esm-loader.mjs'),
  reaper: join(OWN_FOLDER, 'supervisor/reaper.js'),
  crashPage: join(OWN_FOLDER, 'crash-page/main.js'),
  supervision: join(OWN_FOLDER, 'supervisor/supervision.js'),
};

/** Returns the path without symlinks; the path itself if the file does not exist. */
export function realPath(path: string): string {
  return attempt(() => fs.realpathSync(path)) ?? path;
}

/** Whether a file belongs to an installed package. */
export function isInPackage(path: string): boolean {
  return /[\\/]node_modules[\\/]/.test(path);
}
