// Lists the built-in modules and installed packages that a run has used, for the warm-up of the next run. Knows nothing of
// processes.
import { dirname, join } from 'node:path';
import type { PackageResolution } from '../../protocol/control.cts';
import type { LaneRecord, UsedBuiltin } from '../../protocol/records.cts';
import { isInPackage, pathOf, toModuleUrl } from '../../shared/module-url.ts';
import { ancestors } from '../util/paths.ts';
import { markOf, statOf, textOf } from '../util/safe-fs.ts';
import type { WarmUp } from './standby.ts';

/** Maximum number of resolutions. A program with more starts slowly for other reasons, and the list would take memory. */
const MAX_RESOLUTIONS = 4000;

const PACKAGE = /^(.*[\\/]node_modules)[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

export class WarmUpList {
  readonly #builtins: UsedBuiltin[] = [];
  readonly #resolutions: PackageResolution[] = [];
  /** Folders and files that change when a package is installed or removed. */
  readonly #installed = new Set<string>();
  readonly #previous: readonly PackageResolution[];

  /** @param previous resolutions that the run knows from its warm-up */
  constructor(previous: readonly PackageResolution[]) {
    this.#previous = previous;
  }

  /** Adds a record of the run. Returns it, or the resolution that it refers to; undefined for an unknown reference. */
  add(record: LaneRecord): LaneRecord | undefined {
    if (record.kind === 'again') {
      const { index, onlyResolved, format } = record;
      const [specifier, parent, url] = this.#previous[index] ?? [];
      if (specifier === undefined || url === undefined) return undefined;
      return this.add({ kind: 'resolved', specifier, parent, url, onlyResolved, format, again: true });
    }
    if (record.kind === 'builtin') this.#builtins.push(record);
    if (record.kind === 'resolved' && isInPackage(record.url)) this.#addResolution(record);
    return record;
  }

  /**
   * The warm-up of the next run.
   *
   * @param settings absolute paths of files that are read before the program starts
   * @param cwd the working directory, which may be replaced by a new one
   * @param link URLs of the modules to link
   * @param run URLs of the packages to run
   */
  get(
    settings: readonly string[],
    cwd: string,
    link: readonly string[] = [],
    run: readonly string[] = [],
  ): WarmUp {
    const installed = [...this.#installed];
    return {
      message: { kind: 'warm', builtins: [...this.#builtins], found: [...this.#resolutions], link, run },
      fingerprint: () =>
        [identityOf(cwd), ...settings.map(textOf), ...installed.map((path) => markOf(statOf(path)))].join(
          '\0',
        ),
    };
  }

  #addResolution({ specifier, parent, url }: LaneRecord & { kind: 'resolved' }): void {
    // A preload has no parent but the working directory.
    if (parent === undefined || parent.endsWith('/') || this.#resolutions.length >= MAX_RESOLUTIONS) return;
    const module = toModuleUrl(url);
    const [, folder, name] = PACKAGE.exec((module && pathOf(module)) ?? '') ?? [];
    if (folder === undefined || name === undefined) return;
    this.#resolutions.push([specifier, parent, url]);
    this.#installed.add(folder).add(`${folder}/${name}/package.json`).add(`${folder}/.package-lock.json`);
    if (isInPackage(parent)) return;
    const from = toModuleUrl(parent);
    // A package of the same name may be installed in a folder that Node searches first.
    for (const ancestor of ancestors((from && pathOf(from)) ?? '')) {
      const closer = join(ancestor, 'node_modules');
      if (closer === folder) return;
      // The name of a scoped package has one more folder.
      this.#installed.add(closer).add(dirname(join(closer, name)));
    }
  }
}

/** Tells a folder from another one of that name. File systems reuse inode numbers at once. */
function identityOf(folder: string): string | undefined {
  const stats = statOf(folder);
  return stats && `${stats.dev}:${stats.ino}:${stats.birthtimeMs}`;
}
