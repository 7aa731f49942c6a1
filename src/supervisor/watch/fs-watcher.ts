// Takes wanted paths and folders, and reports which of them may have changed. Does not know file contents or why a path
// is wanted.
import { dirname } from 'node:path';
import { AutoreloadError } from '../../shared/errors.ts';
import { FileWatches } from './file-watches.ts';
import { FolderWatches } from './folder-watches.ts';
import { PolledPaths } from './polled-paths.ts';
import type { PolledPathsOptions } from './polled-paths.ts';

export interface FsWatcherOptions extends PolledPathsOptions {
  /** Working directory of the program. */
  readonly root: string;
  /** A path cannot be watched. Called once for each error code. */
  readonly onProblem: (error: AutoreloadError) => void;
}

/**
 * A path is watched through its folder, which shows every event of the name; and through the file, which shows writes by
 * another name. What cannot be watched is polled, and so are file systems that do not report every change.
 */
export class FsWatcher {
  readonly #onProblem: (error: AutoreloadError) => void;
  readonly #folders: FolderWatches;
  readonly #files: FileWatches;
  readonly #polled: PolledPaths;
  readonly #wanted = new Set<string>();
  /** Error codes that have been reported. */
  readonly #reported = new Set<string>();

  constructor(options: FsWatcherOptions) {
    const { root, scheduler, onPath, onFolder, onProblem } = options;
    this.#onProblem = onProblem;
    this.#polled = new PolledPaths(options);
    this.#files = new FileWatches(scheduler, onPath, (error) => this.#report('files', error));
    this.#folders = new FolderWatches({
      root,
      onPath: (path, isRename) => {
        if (isRename) this.#files.rearm(path);
        onPath(path);
      },
      onFolder,
      onFailure: (path, isFolder, folder, error) => {
        this.#report(folder, error);
        this.#polled.add(path, isFolder ? 'folder' : 'path');
      },
    });
  }

  /** Replaces the wanted paths. All are watched when this returns. */
  setPaths(paths: ReadonlySet<string>): void {
    for (const path of this.#wanted) if (!paths.has(path)) this.#delete(path);
    for (const path of paths) this.add(path);
    this.#polled.announce();
  }

  /** Adds a wanted path. It is watched when this returns. */
  add(path: string): void {
    if (this.#wanted.has(path)) return;
    this.#wanted.add(path);
    if (this.#polled.addIfNeeded(path, 'path')) return;
    this.#folders.add(path);
    this.#files.add(path);
  }

  /** Adds a folder in which every event is wanted. It is watched when this returns. */
  addFolder(folder: string): void {
    if (!this.#polled.addIfNeeded(folder, 'folder')) this.#folders.addFolder(folder);
  }

  deleteFolder(folder: string): void {
    this.#polled.delete(folder, 'folder');
    this.#folders.deleteFolder(folder);
  }

  /** Adds a file in a wanted folder. If the folder is watched, the file is watched already. */
  addEntry(path: string): void {
    if (this.#polled.has(dirname(path), 'folder')) this.#polled.add(path, 'entry');
  }

  deleteEntry(path: string): void {
    this.#polled.delete(path, 'entry');
  }

  async close(): Promise<void> {
    this.#folders.close();
    this.#polled.close();
    await this.#files.close();
  }

  #delete(path: string): void {
    this.#wanted.delete(path);
    this.#polled.delete(path, 'path');
    this.#folders.delete(path);
    this.#files.delete(path);
  }

  #report(what: string, { code = 'unknown error', message }: NodeJS.ErrnoException): void {
    if (this.#reported.has(code)) return;
    this.#reported.add(code);
    this.#onProblem(problemOf(what, code, message));
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
