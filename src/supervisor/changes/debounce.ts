// Decides how long to wait after a save before a restart: merges the events of one save, or of many files that are saved
// together, into one change. Does not know watches, and does not read files: program-files.ts does.
import { isInPackage } from '../../shared/module-url.ts';
import type { ChangedFile } from '../../protocol/app-bridge.cts';
import type { Difference } from '../contents/content-cache.ts';
import type { Change } from '../lifecycle/state.ts';
import type { Scheduler } from '../util/scheduler.ts';

/** Quiet times (ms): how long no further event must come before a change is settled. */
export const QUIET = {
  /** One file that is certainly complete. */
  complete: 4,
  /** One file, of which more may follow. */
  unsure: 20,
  /** Several files. */
  burst: 60,
  /** More files than an editor saves together: a tool rewrites them one by one. */
  sweep: 120,
  /** Packages, which are installed file by file. */
  packages: 250,
  /** A file whose content looks cut off, in case the rest follows. */
  partial: 250,
  /** A deleted or emptied file: most editors and tools write it again. */
  vanished: 1000,
  /** A partial or vanished file among other changes, such as a switch of the Git branch. */
  incompleteInBurst: 120,
} as const;

/**
 * How complete a save looks.
 * - `complete`: source code that ends properly and is not shorter than before.
 * - `unsure`: more may follow.
 * - `partial`: the content looks cut off.
 * - `vanished`: the file is deleted or empty; most editors and tools write it again.
 */
export type Completeness = 'complete' | 'unsure' | 'partial' | 'vanished';

/** Maximum time that a change waits for further events (ms). */
export const MAX_WAIT_MS = 3000;

/** Maximum number of files that an editor saves together. */
const MAX_EDITED_TOGETHER = 6;

export interface DebouncerOptions {
  readonly scheduler: Scheduler;
  /** Quiet time that the user has set, for whole files outside packages (ms); undefined: {@link QUIET}. */
  readonly debounce?: number | undefined;
  /** Compares a path with the baseline once more, when the quiet time is over. */
  readonly examine: (path: string) => Difference;
  /**
   * A change begins. A restart is certain if the content of a file is new and complete; if that is known later, this is called
   * again. Never certain with a quiet time that the user has set.
   */
  readonly onWriting: (isCertain: boolean) => void;
  /** The change is settled; undefined if every file is as it was before. */
  readonly onSettled: (change: Change | undefined) => void;
}

export class Debouncer {
  readonly #options: DebouncerOptions;
  /** `at`: time of the last event (ms). `dueAt`: see {@link add}; undefined for most files. */
  readonly #pending = new Map<
    string,
    { completeness: Completeness; at: number; dueAt: number | undefined }
  >();
  #firstAt = 0;
  #isCertain = false;
  #cancelTimer: (() => void) | undefined;

  constructor(options: DebouncerOptions) {
    this.#options = options;
  }

  /**
   * A file differs from the baseline. Restarts the quiet time.
   *
   * @param delay wait of a file that the program rewrites at each start, from its first event on (ms). It does not delay other files,
   *   and later events do not prolong it
   */
  add(path: string, completeness: Completeness, delay = 0): void {
    const { scheduler, debounce, onWriting } = this.#options;
    const now = scheduler.now();
    const isFirst = this.#isDelayed;
    if (isFirst) this.#firstAt = now;
    const dueAt = delay > 0 ? (this.#pending.get(path)?.dueAt ?? now + delay) : undefined;
    this.#pending.set(path, { completeness, at: now, dueAt });
    this.#rearm(now);
    if (delay > 0) return;
    const becomesCertain = completeness === 'complete' && !this.#isCertain && debounce === undefined;
    if (becomesCertain) this.#isCertain = true;
    if (isFirst || becomesCertain) onWriting(becomesCertain);
  }

  /** A file is the same as in the baseline again. Without a file left, the change is settled at once, as none. */
  drop(path: string): void {
    if (this.#pending.delete(path)) this.#rearm(this.#options.scheduler.now());
  }

  /** Forgets all pending files. */
  clear(): void {
    this.#pending.clear();
    this.#isCertain = false;
    this.#cancelTimer?.();
  }

  /** Whether every pending file is delayed. */
  get #isDelayed(): boolean {
    return [...this.#pending.values()].every(({ dueAt }) => dueAt !== undefined);
  }

  #rearm(now: number): void {
    const { scheduler, debounce } = this.#options;
    this.#cancelTimer?.();
    // A quiet time that the user has set has no maximum wait.
    const latest = debounce === undefined && !this.#isDelayed ? this.#firstAt + MAX_WAIT_MS : Infinity;
    const due = Math.min(this.#dueAt(), latest);
    this.#cancelTimer = scheduler.after(Math.max(0, due - now), () => this.#settle());
  }

  /** The time at which the quiet times of all pending files are over (ms). */
  #dueAt(): number {
    const { debounce = 0 } = this.#options;
    const isDelayed = this.#isDelayed;
    // A delayed file does not delay others.
    const files = [...this.#pending].filter(([, { dueAt }]) => isDelayed || dueAt === undefined);
    const whole = files.filter(([, { completeness }]) => !isIncomplete(completeness)).length;
    let due = 0;
    for (const [path, { completeness, at, dueAt }] of files) {
      const quiet = Math.max(debounce, this.#quietTime(path, completeness, whole));
      due = Math.max(due, dueAt ?? at + quiet);
    }
    return due;
  }

  /** @param whole number of the pending files that are neither partial nor vanished */
  #quietTime(path: string, completeness: Completeness, whole: number): number {
    if (isIncomplete(completeness)) return whole > 0 ? QUIET.incompleteInBurst : QUIET[completeness];
    if (isInPackage(path)) return QUIET.packages;
    const { debounce } = this.#options;
    if (debounce !== undefined) return debounce;
    if (whole > MAX_EDITED_TOGETHER) return QUIET.sweep;
    return whole > 1 ? QUIET.burst : QUIET[completeness];
  }

  #settle(): void {
    const files: ChangedFile[] = [];
    // The line of a restart names the first file: rather one that somebody has saved than one that the program rewrites.
    const pending = [...this.#pending].toSorted(([, a], [, b]) => (a.dueAt ?? 0) - (b.dueAt ?? 0));
    for (const [path] of pending) {
      const difference = this.#options.examine(path);
      if (difference !== 'same') files.push({ path, how: difference === 'emptied' ? 'changed' : difference });
    }
    const at = this.#firstAt;
    this.clear();
    this.#options.onSettled(files.length > 0 ? { at, files } : undefined);
  }
}

function isIncomplete(completeness: Completeness): completeness is 'partial' | 'vanished' {
  return completeness === 'partial' || completeness === 'vanished';
}
