// Merges the signs of one save, or of many files saved together, into one change. Owns what is pending and its timer.
// Knows neither watches nor what a restart is.
import { isInPackage } from '../../shared/module-url.ts';
import type { Verdict } from '../contents/baseline.ts';
import type { Scheduler } from '../util/scheduler.ts';
import type { ChangedFile } from '../../protocol/app-bridge.cts';
import type { Change } from '../lifecycle/state.ts';

/** A sign that a path is not as the run took it. */
export interface Sign {
  readonly path: string;
  readonly how: Exclude<Verdict, 'same'>;
  /** The content looks like the first part of a save. */
  readonly partial: boolean;
  /** The content is whole, and no shorter than it was: hardly the first part of a save. */
  readonly whole?: boolean;
}

/** Quiet times in ms: how long nothing must happen before a change counts as complete. */
export const QUIET = {
  /** One file whose content is whole. */
  whole: 4,
  /** One file. */
  single: 20,
  /** Several files. */
  burst: 60,
  /** More files than an editor saves together: a tool goes through them. */
  sweep: 120,
  /** Packages, which are installed file by file. */
  packages: 250,
  /** A file whose content looks cut off, in case the rest follows. */
  partial: 250,
  /** A file that is gone or empty: most editors and tools write it anew. */
  vanished: 1000,
  /** A file that is gone, empty or cut off, when others have changed: a branch was switched. */
  vanishedInBurst: 120,
  /** A change never waits longer than this for others that follow it. */
  most: 3000,
} as const;

/** A sweep is of more files than this. */
const EDITED_TOGETHER = 6;

interface Pending extends Sign {
  readonly at: number;
}

export class Debouncer {
  readonly #scheduler: Scheduler;
  readonly #debounce: number | undefined;
  readonly #examine: (path: string) => Verdict;
  readonly #onMoving: (certain: boolean) => void;
  readonly #onSettled: (change: Change | undefined) => void;
  readonly #pending = new Map<string, Pending>();
  #firstAt = 0;
  #certain = false;
  #cancel: (() => void) | undefined;

  constructor(options: {
    readonly scheduler: Scheduler;
    /** Quiet time that the user wants, in ms; undefined: as it depends on the change. */
    readonly debounce?: number | undefined;
    /** Looks at a path once more when the quiet time is over. */
    readonly examine: (path: string) => Verdict;
    /** The first sign of a change, and the first of one that is certain: the file holds something new. */
    readonly onMoving: (certain: boolean) => void;
    /** All is quiet; without a change when every file is again as it was. */
    readonly onSettled: (change: Change | undefined) => void;
  }) {
    this.#scheduler = options.scheduler;
    this.#debounce = options.debounce;
    this.#examine = options.examine;
    this.#onMoving = options.onMoving;
    this.#onSettled = options.onSettled;
  }

  /** A path is not as it was. */
  add(sign: Sign): void {
    const now = this.#scheduler.now();
    const first = this.#pending.size === 0;
    if (first) this.#firstAt = now;
    this.#pending.set(sign.path, { ...sign, at: now });
    this.#rearm(now);
    const certain = sign.whole === true && !this.#certain && this.#debounce === undefined;
    if (certain) this.#certain = true;
    if (first || certain) this.#onMoving(certain);
  }

  /** A path is again as it was. */
  drop(path: string): void {
    if (this.#pending.delete(path)) this.#rearm(this.#scheduler.now());
  }

  /** Forgets everything. */
  clear(): void {
    this.#pending.clear();
    this.#certain = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #rearm(now: number): void {
    this.#cancel?.();
    // Whoever sets the time wants to wait that long, however long it takes.
    const due =
      this.#debounce === undefined ? Math.min(this.#due(), this.#firstAt + QUIET.most) : this.#due();
    this.#cancel = this.#scheduler.after(Math.max(0, due - now), () => this.#fire());
  }

  #due(): number {
    const pending = [...this.#pending.values()];
    const firm = pending.filter((sign) => !isInfirm(sign));
    const quiet = this.#debounce ?? quietOf(firm);
    const firmDue = firm.map(({ path, at }) => at + (isInPackage(path) ? QUIET.packages : quiet));
    const infirmDue = pending.filter(isInfirm).map(({ at, how }) => {
      if (firm.length > 0) return at + QUIET.vanishedInBurst;
      return at + (how === 'changed' || how === 'created' ? QUIET.partial : QUIET.vanished);
    });
    // `at` of the last one: so long nothing at all has changed.
    const last = this.#debounce === undefined ? 0 : Math.max(...pending.map(({ at }) => at)) + this.#debounce;
    return [...firmDue, ...infirmDue].reduce((latest, due) => Math.max(latest, due), last);
  }

  #fire(): void {
    const files: ChangedFile[] = [];
    for (const { path } of this.#pending.values()) {
      const verdict = this.#examine(path);
      if (verdict !== 'same') files.push({ path, how: verdict === 'emptied' ? 'changed' : verdict });
    }
    const at = this.#firstAt;
    this.clear();
    this.#onSettled(files.length > 0 ? { at, files } : undefined);
  }
}

function quietOf({ length, 0: first }: readonly Sign[]): number {
  if (length > EDITED_TOGETHER) return QUIET.sweep;
  if (length > 1) return QUIET.burst;
  return first?.whole ? QUIET.whole : QUIET.single;
}

function isInfirm({ how, partial }: Sign): boolean {
  return how === 'deleted' || how === 'emptied' || partial;
}
