// Decides which files count (a change of them restarts the program) and whether they have changed. Modules, settings and
// assets are compared with the baseline, other tracked files with their own records. Knows neither watches nor why a file
// counts.
import { Baseline } from '../contents/baseline.ts';
import type { Difference } from '../contents/content-cache.ts';
import { PART } from '../contents/hash-in-parts.ts';
import { SelfWritten } from '../contents/self-written.ts';
import type { SelfWrittenOptions } from '../contents/self-written.ts';
import type { ChangedFile } from '../../protocol/app-bridge.cts';
import { isInPackage } from '../../shared/module-url.ts';
import { isSource, looksCutOff } from '../graph/source-scan.ts';
import { TrackedFiles } from '../tracked/tracked-files.ts';
import { markOf, statOf, textOf } from '../util/safe-fs.ts';
import type { Completeness } from './debounce.ts';

export class ProgramFiles {
  readonly baseline: Baseline = new Baseline();
  readonly tracked: TrackedFiles = new TrackedFiles();
  readonly selfWritten: SelfWritten;
  /** What was on the disk when the change of a file was settled. */
  readonly #settled = new Map<string, string>();

  constructor(options: SelfWrittenOptions) {
    this.selfWritten = new SelfWritten(options);
  }

  /** A run begins, at a wall-clock time (ms). */
  begin(at: number): void {
    this.baseline.begin(at, this.#settled.keys());
    this.tracked.begin(this.baseline.unseenFrom);
    this.selfWritten.begin(at);
    this.#settled.clear();
  }

  /** The run is ready, at a wall-clock time (ms). */
  onReady(at: number): void {
    this.baseline.forgetPrevious(at);
    this.selfWritten.onReady(at);
  }

  /**
   * The run crashed: files that it has not reached count too; see {@link Baseline.keepPrevious}.
   *
   * @returns the paths that were saved since the run began
   */
  keepPrevious(): string[] {
    const stale = this.baseline.keepPrevious();
    this.accept(this.selfWritten.unreached(stale));
    return stale;
  }

  /** Number of files that the run has loaded or that are tracked. */
  get count(): number {
    const { baseline, tracked } = this;
    const others = [...tracked.files].filter(([path, { content }]) => content && !baseline.isLoaded(path));
    return baseline.modules().length + others.length;
  }

  /** Whether a file counts that is in no package. Else the program may be a launcher, and no save restarts it. */
  get hasOwn(): boolean {
    return this.tracked.files.size > 0 || !this.baseline.modules().every(isInPackage);
  }

  /** Compares a path with what the current run took from the disk; see {@link Baseline.examine}. */
  examine(path: string, isNew = false): Difference {
    if (!this.baseline.has(path)) return this.tracked.examine(path);
    this.tracked.touch(path);
    return this.baseline.examine(path, isNew);
  }

  /**
   * Judges how complete a save looks. Only source code can be `complete`: the program may write other files by itself.
   *
   * @param isStarting whether the run is starting: more files of the save that caused the start may follow
   */
  completenessOf(path: string, how: Exclude<Difference, 'same'>, isStarting: boolean): Completeness {
    if (how === 'deleted' || how === 'emptied') return 'vanished';
    const size = statOf(path)?.size ?? 0;
    if (how === 'created') return size === 0 ? 'partial' : 'unsure';
    const loadedSize = this.baseline.loadedSize(path);
    // A file that has lost more than half of its content often gets it back in a moment.
    if (size * 2 < (loadedSize ?? this.tracked.files.get(path)?.content?.stamp?.size ?? 0)) return 'partial';
    // It has not been written for a while, as it has been hashed; parsing it would hold the event loop.
    if (size > PART) return 'unsure';
    if ((isSource(path) || path.endsWith('.json')) && looksCutOff(path, textOf(path) ?? '')) return 'partial';
    const isWhole = loadedSize !== undefined && size >= loadedSize;
    return isWhole && isSource(path) && !isStarting ? 'complete' : 'unsure';
  }

  /** Takes the current content of files as the content of the run: their change has been handled. */
  accept(paths: readonly string[]): void {
    for (const path of paths) {
      if (this.baseline.has(path)) this.baseline.accept(path);
      this.tracked.accept(path);
      this.#settled.delete(path);
    }
  }

  /** Whether a change of this file has been settled, and the file has not been saved again: a late event is no new change. */
  isSettled(path: string): boolean {
    return this.#settled.get(path) === markOf(statOf(path));
  }

  /** The change of these files is settled: see {@link isSettled}. */
  onSettled(files: readonly ChangedFile[]): void {
    for (const { path } of files) this.#settled.set(path, markOf(statOf(path)));
  }

  /**
   * How long the restart for a file is delayed because the program itself writes it; see {@link SelfWritten.delayOf}.
   *
   * @param isSetting whether the file is a setting of the run
   */
  delayOf(path: string, how: Exclude<Difference, 'same'>, isSetting: boolean): number {
    const stats = statOf(path);
    // Half of a save: whoever makes it is about to write the file.
    if (!stats || how === 'deleted' || how === 'emptied') return 0;
    // Source code is edited by people, except in tracked folders, where a program may generate it.
    const isEdited =
      isSetting || this.baseline.isLoaded(path) || (isSource(path) && !this.tracked.files.has(path));
    // Where times are whole seconds, or missing as on FAT under Windows, the time of the event is closer.
    const savedAt = stats.ctimeMs % 1000 === 0 ? Date.now() : stats.ctimeMs;
    return this.selfWritten.delayOf({ path, how }, savedAt, isEdited);
  }
}
