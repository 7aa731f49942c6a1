// What files hold, as a hash; remembered with the time stamp that they had, so that what was loaded with that stamp is
// known, and no file is read again in every run. Knows nothing of runs.
import fs from 'node:fs';
import type { Stamp } from '../../protocol/records.cts';
import { hashBytes, stampFile } from '../../shared/file-stamp.cts';
import { statOf } from '../util/safe-fs.ts';

/** What a file holds. */
export interface Content {
  readonly hash: number;
  readonly size: number;
  /** Too young for its time stamp to tell it from the next save: it cannot be remembered yet. */
  readonly young: boolean;
}

/** What a file held when it had this stamp. */
interface Seen {
  readonly stamp: Stamp;
  readonly hash: number;
}

export class ContentCache {
  readonly #seen = new Map<string, Seen>();

  /**
   * Reads a file.
   *
   * @param loaded the stamp that the caller holds, which is kept instead of an equal one: there are many
   * @returns `gone` when there is none, `denied` when it may not be read
   */
  read(path: string, loaded?: Stamp): Content | 'gone' | 'denied' {
    const before = stampFile(path, Date.now());
    if (!before && !statOf(path)?.isFile()) return 'gone';
    try {
      const bytes = fs.readFileSync(path);
      const hash = hashBytes(bytes);
      // A stamp that carries a hash is that of a young file.
      const young = !before || before.hash !== undefined || !sameStat(before, stampFile(path));
      if (!young) this.#seen.set(path, { stamp: loaded && sameStat(before, loaded) ? loaded : before, hash });
      return { hash, size: bytes.length, young };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'gone';
    }
  }

  /** What the file held when it had this stamp, if that is known. */
  at(path: string, stamp: Stamp | undefined): Seen | undefined {
    if (stamp?.hash !== undefined) return { stamp, hash: stamp.hash };
    const seen = this.#seen.get(path);
    return sameStat(seen?.stamp, stamp) ? seen : undefined;
  }

  /** Forgets all other files. */
  keepOnly(paths: ReadonlyMap<string, unknown>): void {
    for (const path of this.#seen.keys()) if (!paths.has(path)) this.#seen.delete(path);
  }
}

/** Whether two stamps are of the same content, as far as time stamps tell. */
export function sameStat(a: Stamp | undefined, b: Stamp | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs &&
    a.size === b.size
  );
}
