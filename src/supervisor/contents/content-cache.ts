// Hashes file content, and keeps each hash with the stamp of the file, so that a file is read only once after a save. Knows
// nothing of runs.
import fs from 'node:fs';
import type { Stamp } from '../../protocol/records.cts';
import { hashBytes, stampFile } from '../../shared/file-stamp.cts';
import { statOf } from '../util/safe-fs.ts';

/** The content of a file. */
export interface Content {
  readonly hash: number;
  readonly size: number;
  /** The file was saved so recently that the next save may leave the same stamp. The cache does not keep the hash. */
  readonly isYoung: boolean;
}

/** The hash of a file at the time of a stamp. */
interface KnownContent {
  readonly stamp: Stamp;
  readonly hash: number;
}

export class ContentCache {
  readonly #known = new Map<string, KnownContent>();

  /**
   * Reads a file.
   *
   * @param held a stamp that the caller holds; an equal stamp shares its memory, as there are many
   * @returns `gone` when there is no file, `denied` when it must not be read
   */
  read(path: string, held?: Stamp): Content | 'gone' | 'denied' {
    const before = stampFile(path, Date.now());
    if (!before && !statOf(path)?.isFile()) return 'gone';
    try {
      const bytes = fs.readFileSync(path);
      const hash = hashBytes(bytes);
      // Only the stamp of a young file carries a hash.
      const isYoung = !before || before.hash !== undefined || !sameStat(before, stampFile(path));
      if (!isYoung) this.#known.set(path, { stamp: held && sameStat(before, held) ? held : before, hash });
      return { hash, size: bytes.length, isYoung };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'gone';
    }
  }

  /** The hash of the content at the time of a stamp, if known. */
  at(path: string, stamp: Stamp | undefined): KnownContent | undefined {
    if (stamp?.hash !== undefined) return { stamp, hash: stamp.hash };
    const known = this.#known.get(path);
    return sameStat(known?.stamp, stamp) ? known : undefined;
  }

  /** The hash of the current content; undefined when the file cannot be read. */
  hashOf(path: string): number | undefined {
    const known = this.at(path, stampFile(path));
    if (known) return known.hash;
    const content = this.read(path);
    return typeof content === 'object' ? content.hash : undefined;
  }

  /** Forgets all other files. */
  retain(paths: ReadonlyMap<string, unknown>): void {
    for (const path of this.#known.keys()) if (!paths.has(path)) this.#known.delete(path);
  }
}

/** Whether two stamps have equal times and sizes: the content is the same, unless the file was young. */
export function sameStat(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs &&
    a.size === b.size
  );
}
