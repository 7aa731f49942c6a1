// Lists folders. Keeps no state.
import fs from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../../shared/attempt.cts';
import { entryOf, statOf } from '../util/safe-fs.ts';

/** Sockets and pipes are no entries. A broken link may get a target later. */
export type EntryKind = 'file' | 'folder' | 'linked folder' | 'broken link';

export function isFolder(kind: EntryKind): boolean {
  return kind === 'folder' || kind === 'linked folder';
}

/** The entries of a folder; undefined if it cannot be read. */
export function entriesOf(folder: string): [name: string, kind: EntryKind][] | undefined {
  const entries = attempt(() => fs.readdirSync(folder, { withFileTypes: true }));
  return entries?.flatMap((entry): [string, EntryKind][] => {
    const isLink = entry.isSymbolicLink();
    const kind = kindOf(isLink ? statOf(join(folder, entry.name)) : entry, isLink);
    return kind ? [[entry.name, kind]] : [];
  });
}

/** The kind of the entry at a path; undefined if there is none. */
export function entryKindOf(path: string): EntryKind | undefined {
  return kindOf(statOf(path), entryOf(path)?.isSymbolicLink() ?? false);
}

/** @param target the entry itself, or where a link leads to */
function kindOf(
  target: Pick<fs.Stats, 'isFile' | 'isDirectory'> | undefined,
  isLink: boolean,
): EntryKind | undefined {
  if (target?.isDirectory()) return isLink ? 'linked folder' : 'folder';
  if (target?.isFile()) return 'file';
  return isLink && !target ? 'broken link' : undefined;
}
