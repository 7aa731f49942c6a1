// File-system helpers that return undefined instead of throwing. Keeps no state.
import fs from 'node:fs';
import { attempt } from '../../shared/attempt.cts';
import { isYoung as isYoungTime } from '../../shared/file-stamp.cts';

/** The file or folder at a path. Follows links. */
export function statOf(path: string): fs.Stats | undefined {
  return attempt(() => fs.statSync(path, { throwIfNoEntry: false }));
}

/** Whether a file or folder exists at a path. Follows links. */
export function exists(path: string): boolean {
  return attempt(() => fs.existsSync(path)) ?? false;
}

/** Whether there is a folder at a path. Follows links. */
export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() === true;
}

/** The file, folder or link at a path. Does not follow links. */
export function entryOf(path: string): fs.Stats | undefined {
  return attempt(() => fs.lstatSync(path, { throwIfNoEntry: false }));
}

/** The target in a symbolic link, as written. */
export function linkTarget(path: string): string | undefined {
  return attempt(() => fs.readlinkSync(path));
}

/** The path with all symbolic links resolved. */
export function realOf(path: string): string | undefined {
  return attempt(() => fs.realpathSync(path));
}

/** The content of a text file. */
export function textOf(path: string): string | undefined {
  return attempt(() => fs.readFileSync(path, 'utf8'));
}

/** A text that differs after most saves: by size and time stamps. */
export function markOf(stats: fs.Stats | undefined): string {
  return stats ? [stats.size, stats.mtimeMs, stats.ctimeMs].join() : 'missing';
}

/** Whether the next save may leave the same {@link markOf}. */
export function isYoung(stats: fs.Stats | undefined): boolean {
  return stats !== undefined && isYoungTime(stats.mtimeMs, Date.now());
}
