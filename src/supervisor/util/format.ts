// Formats paths and durations for people. Pure.
import { isAbsolute, relative, sep } from 'node:path';

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
