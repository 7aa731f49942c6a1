// Watches files themselves, which shows writes that come by another name: a hard link, or a single file that is mounted
// into a container. The only file that knows chokidar. Does not know folders or file contents.
import { FSWatcher } from 'chokidar';
import { isInPackage } from '../../shared/module-url.ts';
import { entryOf, isYoung, markOf } from '../util/safe-fs.ts';

/**
 * Time after an event until a file is looked at again (ms). chokidar 5.0.0 drops the events of a file for 50 ms after a
 * `change`; and within 5 ms of any event it misses that the file was replaced, and goes on watching the old inode.
 */
const AGAIN_MS = 60;

export class FileWatches {
  readonly #onPath: (path: string) => void;
  readonly #files = new Set<string>();
  /**
   * Symbolic links are watched by their folders. `atomic` would delay each `unlink` by 100 ms. When a file is missing, chokidar
   * turns to its folder and those above: needlessly, and without end if the permission model denies the root.
   */
  readonly #chokidar = new FSWatcher({
    followSymlinks: false,
    atomic: false,
    ignored: (path) => !this.#files.has(path),
  });
  /** Files that chokidar does not watch yet, and how each looked when it was added; undefined: that proves nothing. */
  readonly #arming = new Map<string, string | undefined>();
  /** Files to be looked at again, and whether they may have been replaced. */
  readonly #again = new Map<string, boolean>();
  #againTimer: NodeJS.Timeout | undefined;

  /** @param onPath a file may have changed */
  constructor(onPath: (path: string) => void, onError: (error: NodeJS.ErrnoException) => void) {
    this.#onPath = onPath;
    this.#chokidar
      .on('add', (path) => this.#onArmed(path))
      .on('change', (path) => this.#onChange(path))
      .on('unlink', (path) => this.#files.delete(path))
      .on('error', (error) => onError(error as NodeJS.ErrnoException));
  }

  /** Watches a file, unless it is missing, a link or part of a package: for these, the watch on the folder is enough. */
  add(path: string): void {
    if (isInPackage(path)) return;
    const stats = entryOf(path);
    if (stats?.isFile()) this.#watch(path, isYoung(stats) ? undefined : markOf(stats));
  }

  /** Watches a file anew, a moment later: it has appeared or may have been replaced. */
  rearm(path: string): void {
    if (!isInPackage(path)) this.#lookAgain(path, true);
  }

  delete(path: string): void {
    this.#again.delete(path);
    this.#arming.delete(path);
    // chokidar keeps a list of what it no longer watches, and searches it for each new file.
    if (this.#files.delete(path)) this.#chokidar.unwatch(path);
  }

  async close(): Promise<void> {
    clearTimeout(this.#againTimer);
    await this.#chokidar.close();
  }

  #onChange(path: string): void {
    // chokidar reports a change after a look at the file: the file may have been deleted from here meanwhile.
    if (!this.#files.has(path)) return;
    this.#lookAgain(path, false);
    this.#onPath(path);
  }

  #watch(path: string, mark: string | undefined): void {
    this.#files.add(path);
    this.#arming.set(path, mark);
    this.#chokidar.add(path);
  }

  #lookAgain(path: string, isReplaced: boolean): void {
    this.#again.set(path, isReplaced || this.#again.get(path) === true);
    this.#againTimer ??= setTimeout(() => {
      const files = [...this.#again];
      this.#again.clear();
      this.#againTimer = undefined;
      for (const [file, isNew] of files) {
        if (isNew) this.#rearm(file);
        else this.#onPath(file);
      }
    }, AGAIN_MS);
  }

  #rearm(path: string): void {
    if (!entryOf(path)?.isFile()) return;
    this.#chokidar.unwatch(path);
    this.#watch(path, undefined);
  }

  /** chokidar watches a file some time after it was added: a write by another name in between went unseen. */
  #onArmed(path: string): void {
    if (!this.#arming.has(path)) return;
    const before = this.#arming.get(path);
    this.#arming.delete(path);
    if (before !== markOf(entryOf(path))) this.#onPath(path);
  }
}
