// What a run has used of Node and of installed packages, which the next run will use as well: what a standby makes ready.
// Knows nothing of processes.
import { sep } from 'node:path';
import { isInPackage, pathOf, toModuleUrl } from '../module-url.ts';
import type { LaneRecord, UsedBuiltin } from '../protocol.cts';
import { markOf, statOf, textOf } from './disk.ts';
import type { Usage } from './standby.ts';

/** A program with more requests than this starts slowly for other reasons; they would take memory. */
const MAX_REQUESTS = 4000;

const PACKAGE = /^(.*[\\/]node_modules)[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

export class UsageOfRun {
  readonly #builtins: UsedBuiltin[] = [];
  readonly #requests = new Map<string, string[]>();
  #count = 0;
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
      message: { kind: 'warm', builtins: [...this.#builtins], requests: [...this.#requests] },
      mark: () => [...settings.map(textOf), ...installed.map((path) => markOf(statOf(path)))].join('\0'),
    };
  }

  #resolved({ specifier, parent, url }: LaneRecord & { kind: 'resolved' }): void {
    const [from, to] = [parent, url].map((one) => {
      const module = one === undefined ? undefined : toModuleUrl(one);
      return module && pathOf(module);
    });
    const [, folder, name] = PACKAGE.exec(to ?? '') ?? [];
    // A preload has no parent but the working directory.
    if (
      from === undefined ||
      from.endsWith(sep) ||
      folder === undefined ||
      name === undefined ||
      this.#count >= MAX_REQUESTS
    )
      return;
    this.#count++;
    const specifiers = this.#requests.get(from);
    if (specifiers) specifiers.push(specifier);
    else this.#requests.set(from, [specifier]);
    this.#installed.add(folder).add(`${folder}/${name}/package.json`).add(`${folder}/.package-lock.json`);
  }
}
