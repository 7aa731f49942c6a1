// Takes wanted paths and folders, and reports which of them may have changed. Decides which are watched and which are
// polled. Does not know file contents or why a path is wanted.
import { basename, dirname, join } from 'node:path';
import { DEFAULT_POLL_MS } from '../../options/value-types.ts';
import { AutoreloadError } from '../../shared/errors.ts';
import { commonFolder } from '../util/paths.ts';
import { entryOf } from '../util/safe-fs.ts';
import { FileWatches } from './file-watches.ts';
import { FolderWatches } from './folder-watches.ts';
import { LinkHops } from './link-hops.ts';
import { networkFs } from './network-fs.ts';
import type { Unreported } from './network-fs.ts';
import { Poller } from './poller.ts';

export interface FsWatcherOptions {
  /** Working directory of the program. */
  readonly root: string;
  /** Interval at which every path is polled (ms); 0: only what cannot be watched is polled. */
  readonly poll: number;
  /** A wanted or followed path may have changed, or something on the way to it. */
  readonly onPath: (path: string) => void;
  /** The entry with this name in a wanted folder may have changed; without a name, the folder itself. */
  readonly onFolder: (folder: string, name: string | undefined) => void;
  /** A path cannot be watched. Called once for each error code. */
  readonly onProblem: (error: AutoreloadError) => void;
  /** Files are polled because of their file system. Called once for each kind of file system. */
  readonly onUnreported: (unreported: Unreported) => void;
}

/**
 * A path is watched through its folder, which shows every event of the name; and through the file, which shows writes by
 * another name. Where it leads through symbolic links, these and their ends are watched in the same way. What cannot be watched is
 * polled, and so are file systems that do not report every change.
 */
export class FsWatcher {
  readonly #options: FsWatcherOptions;
  readonly #folders: FolderWatches;
  readonly #files: FileWatches;
  readonly #poller: Poller;
  readonly #networkFsOf = networkFs();
  readonly #wanted = new Set<string>();
  readonly #links = new LinkHops();
  /** Paths on which wanted or followed paths depend. */
  #hops = new Set<string>();
  /** Links in wanted folders. */
  readonly #followed = new Set<string>();
  /** Folders in which everything is wanted and that are polled, and files in them: a path may be any of these, and wanted. */
  readonly #polledFolders = new Set<string>();
  readonly #polledEntries = new Set<string>();
  /** The file systems because of which paths are polled, by path. */
  readonly #fileSystems = new Map<string, string>();
  /** Error codes and file systems that have been reported. */
  readonly #reported = new Set<string>();

  constructor(options: FsWatcherOptions) {
    const { root, poll, onFolder } = options;
    this.#options = options;
    this.#poller = new Poller({
      interval: poll || DEFAULT_POLL_MS,
      onPath: (path) => {
        if (this.#polledFolders.has(path)) onFolder(path, undefined);
        if (this.#polledEntries.has(path)) onFolder(dirname(path), basename(path));
        this.#report(path, true);
      },
    });
    this.#files = new FileWatches(
      (path) => this.#report(path, false),
      (error) => this.#onError('files', error),
    );
    this.#folders = new FolderWatches({
      root,
      onPath: (path, isRename) => {
        if (isRename) this.#files.rearm(path);
        this.#report(path, isRename);
      },
      onFolder: (folder, name) => {
        this.#links.lookAgain();
        const path = join(folder, name ?? '');
        if (this.#followed.has(path)) this.#follow(path);
        onFolder(folder, name);
      },
      onFailure: (folder, name, nearest) => {
        if (nearest.error) this.#onError(nearest.path, nearest.error);
        if (name === undefined) this.#polledFolders.add(folder);
        this.#poller.add(join(folder, name ?? ''));
      },
    });
  }

  /** Replaces the wanted paths. All are watched when this returns. */
  setPaths(paths: ReadonlySet<string>): void {
    const before = [...this.#wanted, ...this.#hops];
    this.#hops = new Set(this.#links.retain((path) => paths.has(path) || this.#followed.has(path)));
    for (const path of this.#wanted) if (!paths.has(path)) this.#wanted.delete(path);
    for (const path of before) if (!this.#isWatched(path)) this.#unwatch(path);
    for (const path of paths) this.add(path);
    // Now that all paths of the run are known, one line covers all of a file system.
    for (const fileSystem of new Set(this.#fileSystems.values())) this.#reportFileSystem(fileSystem);
  }

  /**
   * Adds a wanted path. It is watched when this returns.
   *
   * @param isReal whether the path is known to lead through no link
   */
  add(path: string, isReal = false): void {
    if (this.#wanted.has(path)) return;
    if (!this.#isWatched(path)) this.#watch(path);
    this.#wanted.add(path);
    if (!isReal) this.#follow(path);
  }

  /** Adds a folder in which every event is wanted. It is watched when this returns. */
  addFolder(folder: string): void {
    if (this.#pollIfNeeded(folder)) this.#polledFolders.add(folder);
    else this.#folders.add(folder, undefined);
  }

  deleteFolder(folder: string): void {
    this.#polledFolders.delete(folder);
    this.#stopPolling(folder);
    this.#folders.delete(folder, undefined);
  }

  /** Adds an entry of a wanted folder. If the folder is watched, the entry is watched already, but not where a link leads. */
  addEntry(path: string): void {
    if (entryOf(path)?.isSymbolicLink()) {
      this.#followed.add(path);
      this.#follow(path);
    } else this.#followed.delete(path);
    if (!this.#polledFolders.has(dirname(path))) return;
    this.#polledEntries.add(path);
    this.#poller.add(path);
  }

  deleteEntry(path: string): void {
    this.#followed.delete(path);
    this.#polledEntries.delete(path);
    this.#stopPolling(path);
  }

  async close(): Promise<void> {
    this.#folders.close();
    this.#poller.close();
    await this.#files.close();
  }

  #isWatched(path: string): boolean {
    return this.#wanted.has(path) || this.#hops.has(path);
  }

  #watch(path: string): void {
    if (this.#pollIfNeeded(path)) return;
    this.#folders.add(dirname(path), basename(path));
    this.#files.add(path);
  }

  #unwatch(path: string): void {
    this.#stopPolling(path);
    this.#folders.delete(dirname(path), basename(path));
    this.#files.delete(path);
  }

  /** Watches the links on the way to a path, and where they end, whether or not it exists. */
  #follow(path: string): void {
    for (const hop of this.#links.follow(path)) {
      if (!this.#isWatched(hop)) this.#watch(hop);
      this.#hops.add(hop);
    }
  }

  /** @param isRename whether another file or link may be at the path */
  #report(path: string, isRename: boolean): void {
    const { onPath } = this.#options;
    if (isRename) this.#links.lookAgain();
    for (const dependent of this.#links.dependents(path)) {
      if (isRename) this.#follow(dependent);
      onPath(dependent);
    }
    if (!this.#wanted.has(path)) return;
    if (isRename) this.#follow(path);
    onPath(path);
  }

  /** Polls a path if the user wants that, or if its file system does not report every change. Returns whether it does. */
  #pollIfNeeded(path: string): boolean {
    if (this.#options.poll === 0) {
      const fileSystem = this.#networkFsOf(path);
      if (fileSystem === undefined) return false;
      this.#fileSystems.set(path, fileSystem);
    }
    this.#poller.add(path);
    return true;
  }

  /** Stops polling a path, unless it is wanted for another reason. */
  #stopPolling(path: string): void {
    if ([this.#wanted, this.#hops, this.#polledFolders, this.#polledEntries].some((paths) => paths.has(path)))
      return;
    this.#fileSystems.delete(path);
    this.#poller.delete(path);
  }

  #reportFileSystem(fileSystem: string): void {
    if (!this.#isNew(fileSystem)) return;
    const paths = [...this.#fileSystems].flatMap(([path, name]) => (name === fileSystem ? [path] : []));
    const interval = Math.min(...paths.map((path) => this.#poller.intervalOf(path)));
    this.#options.onUnreported({ fileSystem, folder: commonFolder(paths), interval });
  }

  #onError(what: string, { code = 'unknown error', message }: NodeJS.ErrnoException): void {
    if (this.#isNew(code)) this.#options.onProblem(problemOf(what, code, message));
  }

  #isNew(report: string): boolean {
    const isNew = !this.#reported.has(report);
    this.#reported.add(report);
    return isNew;
  }
}

function problemOf(what: string, code: string, message: string): AutoreloadError {
  if (code === 'ENOSPC' || code === 'EMFILE') {
    const limit = code === 'ENOSPC' ? 'max_user_watches=524288' : 'max_user_instances=1024';
    const command = process.platform === 'linux' ? `sudo sysctl fs.inotify.${limit}` : 'ulimit -n 65536';
    return new AutoreloadError(
      'ERR_AUTORELOAD_WATCH_LIMIT',
      `the limit of file watches is reached (${code}), polling the rest. Raise it: ${command}`,
    );
  }
  const reason = code === 'EACCES' || code === 'EPERM' ? `permission denied (${code})` : message;
  return new AutoreloadError(
    'ERR_AUTORELOAD_WATCH_DENIED',
    `cannot watch ${what}: ${reason}; polling its files. Give yourself the right to read it.`,
  );
}
