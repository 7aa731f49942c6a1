// Answers questions about paths, and formats paths and durations for people. Pure.
import { dirname, isAbsolute, parse, relative, sep } from 'node:path';

/** The folders from a file up to the root. */
export function ancestors(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) return folders;
  }
}

/** Whether a path lies in a folder, at any depth. A folder does not lie in itself. */
export function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** The deepest folder that contains all these paths. */
export function commonFolder(paths: readonly string[]): string {
  const [first = '', ...others] = paths;
  const common = ancestors(first).find((folder) => others.every((path) => isInside(path, folder)));
  return common ?? parse(first).root;
}

/** A path as the user would type it: relative to the working directory, unless it lies two folders or more above it. */
export function display(path: string, cwd: string): string {
  const short = relative(cwd, path);
  const isFar = isAbsolute(short) || short.startsWith(`..${sep}..${sep}..`);
  return (isFar || short === '' ? path : short).replaceAll('\\', '/');
}

/** `48 ms`, `1.2 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.max(0, Math.round(ms))} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}
