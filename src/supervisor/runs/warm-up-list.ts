// What a run has used of Node and of installed packages, which the next run will use as well: what a standby makes ready.
// Knows nothing of processes.
import { dirname, join } from 'node:path';
import { isInPackage, pathOf, toModuleUrl } from '../../shared/module-url.ts';
import type { PackageResolution } from '../../protocol/control.cts';
import type { LaneRecord, UsedBuiltin } from '../../protocol/records.cts';
import { ancestors } from '../util/paths.ts';
import { markOf, statOf, textOf } from '../util/safe-fs.ts';
import type { Usage } from './standby.ts';

/** A program that finds more in packages starts slowly for other reasons; this would take memory. */
const MAX_FOUND = 4000;

const PACKAGE = /^(.*[\\/]node_modules)[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

export class WarmUpList {
  readonly #builtins: UsedBuiltin[] = [];
  readonly #found: PackageResolution[] = [];
  /** Folders that packages are found in, and the package.json of each. */
  readonly #installed = new Set<string>();

  /** Takes a record of the run. */
  record(record: LaneRecord): void {
    if (record.kind === 'builtin') this.#builtins.push(record);
    if (record.kind === 'resolved' && isInPackage(record.url)) this.#resolved(record);
  }

  /**
   * What has been used until now.
   *
   * @param settings files that are read before the program begins
   */
  get(settings: readonly string[]): Usage {
    const installed = [...this.#installed];
    return {
      message: { kind: 'warm', builtins: [...this.#builtins], found: [...this.#found] },
      mark: () => [...settings.map(textOf), ...installed.map((path) => markOf(statOf(path)))].join('\0'),
    };
  }

  #resolved({ specifier, parent, url }: LaneRecord & { kind: 'resolved' }): void {
    // A preload has no parent but the working directory.
    if (parent === undefined || parent.endsWith('/') || this.#found.length >= MAX_FOUND) return;
    const module = toModuleUrl(url);
    const [, folder, name] = PACKAGE.exec((module && pathOf(module)) ?? '') ?? [];
    if (folder === undefined || name === undefined) return;
    this.#found.push([specifier, parent, url]);
    this.#installed.add(folder).add(`${folder}/${name}/package.json`).add(`${folder}/.package-lock.json`);
    if (isInPackage(parent)) return;
    const from = toModuleUrl(parent);
    this.#nearer((from && pathOf(from)) ?? '', folder, name);
  }

  /** Another package of this name may be installed where Node looks first. */
  #nearer(from: string, folder: string, name: string): void {
    for (const ancestor of ancestors(from)) {
      const nearer = join(ancestor, 'node_modules');
      if (nearer === folder) return;
      // With a scope there is one more folder.
      this.#installed.add(nearer).add(dirname(join(nearer, name)));
    }
  }
}
