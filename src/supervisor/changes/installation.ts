// Holds settled changes back while no run can start: an installation has removed our own files (`npm ci`), or the working directory is
// missing (`git checkout` of a branch without it). Does not know which files have changed.
import { dirname, join } from 'node:path';
import { OWN_FILES, OWN_FOLDER } from '../../shared/paths.cts';
import type { Change } from '../lifecycle/state.ts';
import { withChange } from '../lifecycle/steps.ts';
import { exists, markOf, statOf } from '../util/safe-fs.ts';
import type { Scheduler } from '../util/scheduler.ts';

/** Interval of the checks (ms). The files must be the same in two checks in a row. */
const CHECK_MS = 200;

/** Maximum time that a change is held for the lock file alone (ms): another package manager writes none. */
const LOCK_MS = 30_000;

/** The file that npm writes when it has installed everything. */
const LOCK = join(dirname(dirname(OWN_FOLDER)), '.package-lock.json');

const { preload, lateGate, linkedGate, hooksThread, warmEsmLoader } = OWN_FILES;

/** Our own files that a run may load. */
const LOADER = [
  preload,
  join(dirname(preload), 'preload.cjs'),
  lateGate,
  linkedGate,
  hooksThread,
  warmEsmLoader,
];

export interface InstallationOptions {
  /** The working directory. */
  readonly cwd: string;
  readonly scheduler: Scheduler;
  readonly onSettled: (change: Change | undefined) => void;
  /** Our files or the working directory (`isCwd`) are missing: called once for each time. */
  readonly onMissing: (isCwd: boolean) => void;
  /** Default: our own files that a run loads, and the lock file of npm. */
  readonly files?: { readonly own: readonly string[]; readonly lock: string };
}

export class Installation {
  readonly #options: InstallationOptions;
  /** Those paths that were there at the start. */
  readonly #needed: readonly string[];
  #lock: string | undefined;
  #held: Change | undefined;
  #since = 0;
  #cancel: (() => void) | undefined;

  constructor(options: InstallationOptions) {
    this.#options = options;
    const { own, lock } = options.files ?? { own: LOADER, lock: LOCK };
    this.#needed = [options.cwd, ...own].filter(exists);
    this.#lock = exists(lock) ? lock : undefined;
  }

  /** Whether a run can start. */
  get isComplete(): boolean {
    return !this.#cancel && this.#paths().every(exists);
  }

  /** Passes a change on: at once, or with the later ones as soon as nothing is missing. */
  settled(change: Change | undefined): void {
    const { cwd, onSettled, onMissing, scheduler } = this.#options;
    if (this.isComplete) return onSettled(change);
    this.#held = this.#held && change ? withChange(this.#held, change) : (change ?? this.#held);
    if (this.#cancel) return;
    this.#since = scheduler.now();
    onMissing(!exists(cwd));
    this.#wait(undefined);
  }

  close(): void {
    this.#cancel?.();
  }

  #wait(before: string | undefined): void {
    const { onSettled, scheduler } = this.#options;
    this.#cancel = scheduler.after(CHECK_MS, () => {
      if (scheduler.now() - this.#since > LOCK_MS) this.#lock = undefined;
      const now = this.#mark();
      if (now === undefined || now !== before) return this.#wait(now);
      this.#cancel = undefined;
      const change = this.#held;
      this.#held = undefined;
      onSettled(change);
    });
  }

  #paths(): readonly string[] {
    return this.#lock === undefined ? this.#needed : [...this.#needed, this.#lock];
  }

  /** A text that differs after each write of one of the paths; undefined if one is missing. */
  #mark(): string | undefined {
    const stats = this.#paths().map(statOf);
    return stats.includes(undefined) ? undefined : stats.map(markOf).join();
  }
}
