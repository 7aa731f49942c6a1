// Wanted paths in, paths at which something may have happened out. The only file that knows chokidar. Knows neither
// content nor what a path is wanted for.
import { basename, dirname } from 'node:path';
import { FSWatcher } from 'chokidar';
import { AutoreloadError } from '../../shared/errors.ts';
import { isInPackage } from '../../shared/module-url.ts';
import { DEFAULT_POLL_MS } from '../../options/value-types.ts';
import { entryOf, isYoung, markOf } from '../util/safe-fs.ts';
import { commonFolder } from '../util/paths.ts';
import { NetworkFs } from './network-fs.ts';
import type { Unreported } from './network-fs.ts';
import { FolderWatches } from './folder-watches.ts';
import { Poller } from './poller.ts';
import type { Scheduler } from '../util/scheduler.ts';

export interface FsWatcherOptions {
  /** Working directory of the program. */
  readonly root: string;
  readonly scheduler: Scheduler;
  /** Polls every path, at this interval in ms; 0 polls what cannot be watched. */
  readonly poll: number;
  /** Something may have happened to a wanted path. */
  readonly onPath: (path: string) => void;
  /** Something may have happened in a wanted folder: to what has this name, or to the folder itself. */
  readonly onFolder: (folder: string, name: string | undefined) => void;
  /** Something cannot be watched; told once for each kind of reason. */
  readonly onProblem: (error: AutoreloadError) => void;
  /** Files are polled because of where they are; told once for each kind of file system. */
  readonly onUnreported: (unreported: Unreported) => void;
}

/**
 * Watches the folder of each path, which sees everything that happens to a name; and each file of the user's own
 * with chokidar too, which sees a write that comes by another name: a hard link, a single file mounted into a
 * container. What cannot be watched is polled, and so is what is on a file system that does not report every change.
 */
export class FsWatcher {
  readonly #options: FsWatcherOptions;
  readonly #folders: FolderWatches;
  readonly #files = new FSWatcher({ atomic: false, followSymlinks: false });
  readonly #poller: Poller;
  readonly #eventLess = new NetworkFs();
  readonly #wanted = new Set<string>();
  /** Paths that are polled without trying to watch them, and the file system if it is the reason. */
  readonly #unwatched = new Map<string, string | undefined>();
  /** Files that chokidar does not watch, because they were not there. */
  readonly #lost = new Set<string>();
  /** Files that chokidar is about to watch, and how they looked before; undefined: that does not tell. */
  readonly #arming = new Map<string, string | undefined>();
  readonly #told = new Set<string>();
  /** Folders that are wanted as a whole. */
  readonly #wantedFolders = new Set<string>();
  /** Those of them that are polled, and the files in them. */
  readonly #polledFolders = new Set<string>();
  readonly #polledIn = new Set<string>();

  constructor(options: FsWatcherOptions) {
    this.#options = options;
    const { root, scheduler, poll, onPath, onFolder } = options;
    this.#poller = new Poller({
      scheduler,
      interval: poll || DEFAULT_POLL_MS,
      onPath: (path) => this.#onPolled(path),
    });
    this.#folders = new FolderWatches({
      root,
      onPath: (path) => {
        if (this.#lost.has(path) && isOwnFile(path)) this.#watchFile(path);
        onPath(path);
      },
      onFailure: (folder, path, error) => {
        this.#tell(folder, error);
        if (this.#wantedFolders.has(path)) this.#polledFolders.add(path);
        this.#poller.add(path);
      },
      onFolder,
    });
    // `raw` comes with the event of the system itself; `all` waits for a stat, and holds back what follows closely.
    this.#files.on('raw', (_event, _path, details: unknown) => {
      const path = (details as { watchedPath?: string } | undefined)?.watchedPath;
      if (path !== undefined) onPath(path);
    });
    this.#files.on('add', (path) => this.#onArmed(path));
    this.#files.on('unlink', (path) => this.#lost.add(path));
    this.#files.on('error', (error) => this.#tell('files', error as NodeJS.ErrnoException));
  }

  /** Wants exactly these paths. All are watched when this returns. */
  want(paths: ReadonlySet<string>): void {
    for (const path of this.#wanted) if (!paths.has(path)) this.#remove(path);
    for (const path of paths) this.add(path);
    this.#tellUnreported();
  }

  /** Wants one more path. It is watched when this returns. */
  add(path: string): void {
    if (this.#wanted.has(path)) return;
    this.#wanted.add(path);
    const fileSystem = this.#options.poll > 0 ? undefined : this.#eventLess.nameOf(path);
    if (this.#options.poll > 0 || fileSystem !== undefined) {
      this.#unwatched.set(path, fileSystem);
      this.#poller.add(path);
      return;
    }
    this.#folders.add(path);
    if (isInPackage(path)) return;
    if (isOwnFile(path)) this.#watchFile(path);
    else this.#lost.add(path);
  }

  /** Wants everything that happens in a folder. It is watched when this returns. */
  addFolder(folder: string): void {
    this.#wantedFolders.add(folder);
    const fileSystem = this.#options.poll > 0 ? undefined : this.#eventLess.nameOf(folder);
    if (this.#options.poll > 0 || fileSystem !== undefined) {
      this.#unwatched.set(folder, fileSystem);
      this.#polledFolders.add(folder);
      this.#poller.add(folder);
    } else this.#folders.addFolder(folder);
  }

  /** Wants a folder no longer as a whole. */
  deleteFolder(folder: string): void {
    this.#wantedFolders.delete(folder);
    const isPolled = this.#polledFolders.delete(folder);
    if (isPolled && !this.#wanted.has(folder)) this.#poller.delete(folder);
    if (!this.#wanted.has(folder)) this.#unwatched.delete(folder);
    this.#folders.deleteFolder(folder);
  }

  /** Wants a file in a wanted folder. Where the folder is watched, nothing more is needed. */
  addIn(path: string): void {
    if (!this.#polledFolders.has(dirname(path)) || this.#polledIn.has(path)) return;
    this.#polledIn.add(path);
    this.#poller.add(path);
  }

  /** Wants such a file no longer. */
  deleteIn(path: string): void {
    if (this.#polledIn.delete(path) && !this.#wanted.has(path)) this.#poller.delete(path);
  }

  async close(): Promise<void> {
    this.#folders.close();
    this.#poller.close();
    await this.#files.close();
  }

  #remove(path: string): void {
    this.#wanted.delete(path);
    const isPolledToo = this.#polledIn.has(path) || this.#polledFolders.has(path);
    if (!isPolledToo) this.#poller.delete(path);
    if (isPolledToo ? this.#unwatched.has(path) : this.#unwatched.delete(path)) return;
    this.#folders.delete(path);
    this.#lost.delete(path);
    this.#arming.delete(path);
    // chokidar remembers what it is not to watch, and looks it all through at each addition. What is gone it forgets.
    if (!isInPackage(path) && entryOf(path)) this.#files.unwatch(path);
  }

  #onPolled(path: string): void {
    if (this.#polledFolders.has(path)) this.#options.onFolder(path, undefined);
    // What is in a folder is told as the events of a folder would tell it.
    if (this.#polledIn.has(path)) this.#options.onFolder(dirname(path), basename(path));
    if (this.#wanted.has(path) || !(this.#polledFolders.has(path) || this.#polledIn.has(path)))
      this.#options.onPath(path);
  }

  #watchFile(path: string): void {
    const stats = entryOf(path);
    this.#lost.delete(path);
    this.#arming.set(path, isYoung(stats) ? undefined : markOf(stats));
    this.#files.add(path);
  }

  /** chokidar does not watch at once: what was saved by another name until now went unseen. */
  #onArmed(path: string): void {
    if (!this.#arming.has(path)) return;
    const before = this.#arming.get(path);
    this.#arming.delete(path);
    if (before !== markOf(entryOf(path))) this.#options.onPath(path);
  }

  /** When all paths of a run are known, so that one line can say where they are. */
  #tellUnreported(): void {
    for (const fileSystem of new Set(this.#unwatched.values())) {
      if (fileSystem === undefined || this.#told.has(fileSystem)) continue;
      this.#told.add(fileSystem);
      const paths = [...this.#unwatched.keys()].filter((path) => this.#unwatched.get(path) === fileSystem);
      const interval = Math.min(...paths.map((path) => this.#poller.intervalOf(path)));
      this.#options.onUnreported({ fileSystem, folder: commonFolder(paths), interval });
    }
  }

  #tell(what: string, { code = 'unknown error', message }: NodeJS.ErrnoException): void {
    if (this.#told.has(code)) return;
    this.#told.add(code);
    this.#options.onProblem(problem(what, code, message));
  }
}

/** chokidar watches what the user edits; of packages, and for links, the folders are enough. */
function isOwnFile(path: string): boolean {
  return !isInPackage(path) && entryOf(path)?.isFile() === true;
}

function problem(what: string, code: string, message: string): AutoreloadError {
  if (code === 'ENOSPC' || code === 'EMFILE') {
    const limit = code === 'ENOSPC' ? 'max_user_watches=524288' : 'max_user_instances=1024';
    return new AutoreloadError(
      'ERR_AUTORELOAD_WATCH_LIMIT',
      `the limit of file watches is reached (${code}), polling the rest. ` +
        (process.platform === 'linux'
          ? `Raise it: sudo sysctl fs.inotify.${limit}`
          : 'Raise it: ulimit -n 65536'),
    );
  }
  const reason = code === 'EACCES' || code === 'EPERM' ? `permission denied (${code})` : message;
  return new AutoreloadError(
    'ERR_AUTORELOAD_WATCH_DENIED',
    `cannot watch ${what}: ${reason}; polling its files. Give yourself the right to read it.`,
  );
}
