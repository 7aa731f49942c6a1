// Looks at paths at an interval, where the system does not report their changes. Owns the `fs.watchFile` handles: libuv
// takes a fifth of the processor time that polling in JavaScript takes. Does not know file contents or why a path is polled.
import fs from 'node:fs';
import { isInPackage } from '../../shared/module-url.ts';
import { isYoung, markOf, statOf } from '../util/safe-fs.ts';
import type { FsWatcherOptions } from './fs-watcher.ts';

/** Minimum interval for files of packages (ms): they are many, and seldom change. */
const PACKAGES_MS = 2000;

/**
 * Pause between two looks at all files while some of them change (ms). Without these looks, a tool that saves 20 files
 * 30 ms apart causes two or three restarts.
 */
const SWEEP_PAUSE_MS = 10;
/** Time after the last change for which all files are looked at (ms): longer than the debounce of such a change. */
const SWEEP_MS = 100;
const SWEEP_PACKAGES_MS = 300;

/** Time until a path is looked at once more (ms): the first look of libuv is over, and the file system's clock has ticked. */
const AGAIN_MS = 250;

interface PolledPath {
  readonly isOwn: boolean;
  /** How the path looked last. */
  mark: string;
  ino: number | undefined;
}

export interface PollerOptions extends Pick<FsWatcherOptions, 'onPath'> {
  /** Interval for the user's own files (ms). */
  readonly interval: number;
}

export class Poller {
  readonly #options: PollerOptions;
  readonly #polled = new Map<string, PolledPath>();
  /** Paths that need one more look, and whether their content may have changed without a new time stamp. */
  readonly #again = new Map<string, boolean>();
  #againTimer: NodeJS.Timeout | undefined;
  /** Until when the user's own files, and those of packages, are swept; wall-clock ms. */
  #ownUntil = 0;
  #packagesUntil = 0;
  #isSweeping = false;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** Polls a path. Changes from now on are reported. */
  add(path: string): void {
    if (this.#polled.has(path)) return;
    const stats = statOf(path);
    this.#polled.set(path, { isOwn: !isInPackage(path), mark: markOf(stats), ino: stats?.ino });
    // It reports a missing file as stats full of zeros, without even a type.
    fs.watchFile(path, { interval: this.intervalOf(path) }, (now) =>
      this.#onLook(path, now.mode === 0 ? undefined : now),
    );
    // The first look of `fs.watchFile` comes after it has returned, and never reports what was saved until then.
    this.#lookAgain(path, isYoung(stats));
  }

  delete(path: string): void {
    if (!this.#polled.delete(path)) return;
    this.#again.delete(path);
    fs.unwatchFile(path);
  }

  close(): void {
    clearTimeout(this.#againTimer);
    for (const path of this.#polled.keys()) this.delete(path);
  }

  /** Interval for a path (ms). */
  intervalOf(path: string): number {
    const { interval } = this.#options;
    return isInPackage(path) ? Math.max(interval, PACKAGES_MS) : interval;
  }

  /** @param isUnseen whether to report the path even if it looks as before */
  #onLook(path: string, stats: fs.Stats | undefined, isUnseen = false): void {
    const polled = this.#polled.get(path);
    if (!polled) return;
    const mark = markOf(stats);
    const isChanged = mark !== polled.mark;
    // The target of a link may be another file of the same age; but inode numbers are not stable on all file systems.
    const isReplaced = stats !== undefined && stats.ino !== polled.ino;
    if (!isChanged && !isReplaced && !isUnseen) return;
    polled.mark = mark;
    polled.ino = stats?.ino;
    this.#options.onPath(path);
    if (isChanged) this.#startSweep(polled.isOwn);
    // A second save in the same tick of the file system's clock changes nothing but the content.
    if (isChanged || isYoung(stats)) this.#lookAgain(path, true);
  }

  #lookAgain(path: string, isUnseen: boolean): void {
    this.#again.set(path, isUnseen);
    clearTimeout(this.#againTimer);
    this.#againTimer = setTimeout(() => {
      const paths = [...this.#again];
      this.#again.clear();
      for (const [again, isAgainUnseen] of paths) void this.#look(again, isAgainUnseen);
    }, AGAIN_MS);
  }

  #startSweep(isOwn: boolean): void {
    const now = Date.now();
    this.#ownUntil = Math.max(this.#ownUntil, now + (isOwn ? SWEEP_MS : SWEEP_PACKAGES_MS));
    if (!isOwn) this.#packagesUntil = now + SWEEP_PACKAGES_MS;
    if (!this.#isSweeping) void this.#sweep();
  }

  /**
   * A round begins when the previous one has ended, however slow the file system is. The last one finds nothing to look at, as
   * after {@link close}.
   */
  async #sweep(): Promise<void> {
    const now = Date.now();
    const isDue = ({ isOwn }: PolledPath): boolean => now <= (isOwn ? this.#ownUntil : this.#packagesUntil);
    const paths = [...this.#polled].filter(([, polled]) => isDue(polled)).map(([path]) => path);
    this.#isSweeping = paths.length > 0;
    await Promise.all(paths.map(async (path) => await this.#look(path)));
    if (this.#isSweeping) setTimeout(() => void this.#sweep(), SWEEP_PAUSE_MS);
  }

  async #look(path: string, isUnseen = false): Promise<void> {
    const stats = await fs.promises.stat(path).catch(() => undefined);
    this.#onLook(path, stats, isUnseen);
  }
}
