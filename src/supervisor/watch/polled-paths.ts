// Decides which paths are polled, and remembers for what. Does not know how paths are watched otherwise.
import { basename, dirname } from 'node:path';
import { DEFAULT_POLL_MS } from '../../options/value-types.ts';
import { commonFolder } from '../util/paths.ts';
import type { Scheduler } from '../util/scheduler.ts';
import { NetworkFs } from './network-fs.ts';
import type { Unreported } from './network-fs.ts';
import { Poller } from './poller.ts';

/** A path may be polled for itself, as a folder in which everything is wanted, and as an entry of such a folder. */
type Purpose = 'path' | 'folder' | 'entry';

export interface PolledPathsOptions {
  readonly scheduler: Scheduler;
  /** Interval for every path (ms); 0: only what cannot be watched is polled. */
  readonly poll: number;
  readonly onPath: (path: string) => void;
  /** The entry with this name in a folder has changed; without a name, the folder itself. */
  readonly onFolder: (folder: string, name: string | undefined) => void;
  /** Files are polled because of their file system. Called once for each kind of file system. */
  readonly onUnreported: (found: Unreported) => void;
}

export class PolledPaths {
  readonly #options: PolledPathsOptions;
  readonly #poller: Poller;
  readonly #networkFs = new NetworkFs();
  readonly #polled: Readonly<Record<Purpose, Set<string>>> = {
    path: new Set(),
    folder: new Set(),
    entry: new Set(),
  };
  /** Names of the file systems because of which paths are polled. */
  readonly #fileSystems = new Map<string, string>();
  readonly #announced = new Set<string>();

  constructor(options: PolledPathsOptions) {
    this.#options = options;
    const { scheduler, poll } = options;
    this.#poller = new Poller({
      scheduler,
      interval: poll || DEFAULT_POLL_MS,
      onPath: (path) => this.#onChange(path),
    });
  }

  /** Polls a path if the user wants that, or if its file system does not report every change. Returns whether it does. */
  addIfNeeded(path: string, purpose: Purpose): boolean {
    const isForced = this.#options.poll > 0;
    const fileSystem = isForced ? undefined : this.#networkFs.nameOf(path);
    if (!isForced && fileSystem === undefined) return false;
    if (fileSystem !== undefined) this.#fileSystems.set(path, fileSystem);
    this.add(path, purpose);
    return true;
  }

  add(path: string, purpose: Purpose): void {
    this.#polled[purpose].add(path);
    this.#poller.add(path);
  }

  delete(path: string, purpose: Purpose): void {
    this.#polled[purpose].delete(path);
    const { path: paths, folder, entry } = this.#polled;
    if (paths.has(path) || folder.has(path)) return;
    this.#fileSystems.delete(path);
    if (!entry.has(path)) this.#poller.delete(path);
  }

  has(path: string, purpose: Purpose): boolean {
    return this.#polled[purpose].has(path);
  }

  /** Reports the file systems. Called when all paths of a run are known, so that one line covers all of them. */
  announce(): void {
    for (const fileSystem of new Set(this.#fileSystems.values())) {
      if (this.#announced.has(fileSystem)) continue;
      this.#announced.add(fileSystem);
      const paths = [...this.#fileSystems.keys()].filter(
        (path) => this.#fileSystems.get(path) === fileSystem,
      );
      const interval = Math.min(...paths.map((path) => this.#poller.intervalOf(path)));
      this.#options.onUnreported({ fileSystem, folder: commonFolder(paths), interval });
    }
  }

  close(): void {
    this.#poller.close();
  }

  #onChange(path: string): void {
    const { onFolder, onPath } = this.#options;
    if (this.has(path, 'folder')) onFolder(path, undefined);
    if (this.has(path, 'entry')) onFolder(dirname(path), basename(path));
    if (this.has(path, 'path')) onPath(path);
  }
}
