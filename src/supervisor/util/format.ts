// How paths and lengths of time are written for the user. Pure.
import { isAbsolute, relative, sep } from 'node:path';

/** A path as the user would write it: relative where that is shorter. */
export function display(path: string, cwd: string): string {
  const short = relative(cwd, path);
  const outside = isAbsolute(short) || short.startsWith(`..${sep}..${sep}..`);
  return (outside || short === '' ? path : short).replaceAll('\\', '/');
}

/** `48 ms`, `1.2 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.max(0, Math.round(ms))} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}
