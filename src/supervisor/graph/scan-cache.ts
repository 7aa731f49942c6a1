// What the user's own modules say in their source, read once for each save. Knows nothing of runs.
import type { Stamp } from '../../protocol/records.cts';
import { stampFile } from '../../shared/file-stamp.cts';
import { sameStat } from '../contents/content-cache.ts';
import { textOf } from '../util/safe-fs.ts';
import { requireLine, scan } from './source-scan.ts';
import type { Scan } from './source-scan.ts';

export class ScanCache {
  readonly #known = new Map<string, { readonly stamp: Stamp | undefined; readonly scan: Scan }>();

  /** What a module says. */
  of(path: string): Scan {
    const stamp = stampFile(path);
    const known = this.#known.get(path);
    if (known && sameStat(known.stamp, stamp)) return known.scan;
    const found = scan(path, textOf(path) ?? '');
    this.#known.set(path, { stamp, scan: found });
    return found;
  }

  /** The line on which a module imports, requires or names a specifier, counted from 1. */
  lineOf(path: string, specifier: string): number | undefined {
    const { imports, assets } = this.of(path);
    const found = [...imports, ...assets].find((one) => one.specifier === specifier);
    return found?.line ?? requireLine(textOf(path) ?? '', specifier);
  }

  /** Forgets all other modules. */
  keepOnly(counts: (path: string) => boolean): void {
    for (const path of this.#known.keys()) if (!counts(path)) this.#known.delete(path);
  }
}
