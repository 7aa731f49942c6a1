// Looks at paths at an interval, where the system does not report what happens to them. Owns the `fs.watchFile` handles:
// libuv does the looking, at a fifth of what it costs from JavaScript. Knows neither content nor why a path is polled.
import fs from 'node:fs';
import { isInPackage } from '../../shared/module-url.ts';
import { isYoung, markOf, statOf } from '../util/safe-fs.ts';
import type { Scheduler } from '../util/scheduler.ts';

/** Packages are many, and seldom change. */
const POLL_PACKAGES_MS = 2000;

/** While something changes, the rest is looked at with these pauses: a save seldom comes alone. */
const SWEEP_PAUSE_MS = 10;
/** For so long after the last change; longer than what a change waits for others that may follow (see settle.ts). */
const SWEEP_OWN_MS = 100;
const SWEEP_PACKAGES_MS = 300;

/** By then the first look of libuv is over, and a file system's clock has ticked. */
const AGAIN_MS = 250;

interface Polled {
  readonly own: boolean;
  /** What the last look saw. */
  mark: string;
  ino: number | undefined;
}

export interface PollerOptions {
  readonly scheduler: Scheduler;
  /** How often to look at the user's own files, in ms. */
  readonly interval: number;
  /** Something has happened to a path. */
  readonly onPath: (path: string) => void;
}

export class Poller {
  readonly #options: PollerOptions;
  readonly #polled = new Map<string, Polled>();
  /** Paths that need one more look, and whether their content may have changed without a trace. */
  readonly #again = new Map<string, boolean>();
  #cancelAgain: (() => void) | undefined;
  #sweep: { until: number; packages: boolean } | undefined;
  #cancelSweep: (() => void) | undefined;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** Polls a path. What happens to it from now on is told. */
  add(path: string): void {
    if (this.#polled.has(path)) return;
    const stats = statOf(path);
    this.#polled.set(path, { own: !isInPackage(path), mark: markOf(stats), ino: stats?.ino });
    fs.watchFile(path, { interval: this.intervalOf(path) }, (now) => this.#looked(path, existing(now)));
    // `watchFile` looks for the first time a while after it has returned, and never tells what was saved until then.
    this.#lookAgain(path, isYoung(stats));
  }

  delete(path: string): void {
    if (!this.#polled.delete(path)) return;
    this.#again.delete(path);
    fs.unwatchFile(path);
  }

  close(): void {
    this.#cancelAgain?.();
    this.#cancelSweep?.();
    for (const path of this.#polled.keys()) this.delete(path);
  }

  /** How often a path is looked at, in ms. */
  intervalOf(path: string): number {
    const { interval } = this.#options;
    return isInPackage(path) ? Math.max(interval, POLL_PACKAGES_MS) : interval;
  }

  /** `unseen`: tell it even if it looks as before. */
  #looked(path: string, stats: fs.Stats | undefined, unseen = false): void {
    const polled = this.#polled.get(path);
    if (!polled) return;
    const mark = markOf(stats);
    const changed = mark !== polled.mark;
    // A link may have been pointed to something just as old; but inodes are not stable everywhere.
    const replaced = stats !== undefined && stats.ino !== polled.ino;
    if (!changed && !replaced && !unseen) return;
    polled.mark = mark;
    polled.ino = stats?.ino;
    this.#options.onPath(path);
    if (changed) this.#startSweep(polled.own);
    // A second save in the same tick of the clock leaves no trace but the content.
    if (changed || isYoung(stats)) this.#lookAgain(path, true);
  }

  #lookAgain(path: string, unseen: boolean): void {
    this.#again.set(path, unseen);
    this.#cancelAgain?.();
    this.#cancelAgain = this.#options.scheduler.after(AGAIN_MS, () => {
      const paths = [...this.#again];
      this.#again.clear();
      for (const [one, isUnseen] of paths) stat(one, (stats) => this.#looked(one, stats, isUnseen));
    });
  }

  #startSweep(own: boolean): void {
    const now = this.#options.scheduler.now();
    const until = now + (own ? SWEEP_OWN_MS : SWEEP_PACKAGES_MS);
    if (this.#sweep) {
      this.#sweep.until = Math.max(this.#sweep.until, until);
      this.#sweep.packages ||= !own;
      return;
    }
    this.#sweep = { until, packages: !own };
    this.#lookAtAll();
  }

  /** One round begins when the one before has ended, however slow the file system is. */
  #lookAtAll(): void {
    const { scheduler } = this.#options;
    const sweep = this.#sweep;
    if (!sweep || scheduler.now() > sweep.until) {
      this.#sweep = undefined;
      return;
    }
    const paths = [...this.#polled].filter(([, { own }]) => own || sweep.packages).map(([path]) => path);
    let left = paths.length;
    const onEnd = (): void => {
      this.#cancelSweep = scheduler.after(SWEEP_PAUSE_MS, () => this.#lookAtAll());
    };
    if (left === 0) onEnd();
    for (const path of paths) {
      stat(path, (stats) => {
        if (--left === 0) onEnd();
        this.#looked(path, stats);
      });
    }
  }
}

function stat(path: string, callback: (stats: fs.Stats | undefined) => void): void {
  fs.stat(path, (error, stats) => callback(error ? undefined : stats));
}

/** `watchFile` gives a missing file as one that has nothing, not even a type. */
function existing(stats: fs.Stats): fs.Stats | undefined {
  return stats.mode === 0 ? undefined : stats;
}
