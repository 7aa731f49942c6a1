// The disk as the life cycle sees it: composes tracker, watcher and settle, and tells when what the program is made of
// is changing and has changed. Everything here is loaded while the first child starts.
import { AutoreloadError } from '../../shared/errors.ts';
import type { LaneRecord } from '../../protocol/records.cts';
import type { Verdict } from '../contents/baseline.ts';
import type { Dependency } from '../graph/graph-export.ts';
import { statOf, textOf } from '../util/safe-fs.ts';
import { IgnoreOption } from '../tracked/gitignore.ts';
import { display } from '../util/format.ts';
import type { Place } from './program-files.ts';
import { keysOf } from '../contents/self-written.ts';
import { isSource, loadLexer, looksCutOff } from '../graph/source-scan.ts';
import type { Scheduler } from '../util/scheduler.ts';
import { Debouncer } from './debounce.ts';
import type { Change } from '../lifecycle/state.ts';
import { ProgramFiles } from './program-files.ts';
import { WatchList } from '../tracked/watch-list.ts';
import { FsWatcher } from '../watch/fs-watcher.ts';
import type { Unreported } from '../watch/network-fs.ts';

/** Files are hashed this many ms at a time, so that nothing else waits for it. */
const DIGEST_SLICE_MS = 5;
const DIGEST_PAUSE_MS = 5;

export interface ProgramWatcherOptions {
  readonly cwd: string;
  /** Absolute path of the entry, as the user gave it. */
  readonly entry: string;
  /** Files that Node reads because of its options. */
  readonly settings: readonly string[];
  readonly scheduler: Scheduler;
  /** Polls every file, at this interval in ms; 0 polls what cannot be watched. */
  readonly poll: number;
  /** Paths and globs that always count; see docs/what-is-watched.md. */
  readonly watch: readonly string[];
  /** What never counts, as in a .gitignore file in the working directory. */
  readonly ignore: readonly string[];
  /** Endings of names that count in folders and globs, without a dot; none: all. */
  readonly ext: readonly string[];
  /** Quiet time before a change counts as complete, in ms; undefined: as it depends on the change. */
  readonly debounce: number | undefined;
  /** The first sign of a change, and the first of one that is certain. */
  readonly onMoving: (certain: boolean) => void;
  /** Files have come to rest; without a change when all is again as it was. */
  readonly onSettled: (change: Change | undefined) => void;
  readonly onProblem: (error: AutoreloadError) => void;
  /** Files are polled because of the file system that they are on. */
  readonly onUnreported: (unreported: Unreported) => void;
  /** What helps to find out why something is not as expected. */
  readonly onDebug: (text: string) => void;
}

/** Loads what watching needs. */
export async function startWatching(options: ProgramWatcherOptions): Promise<ProgramWatcher> {
  await loadLexer();
  return new ProgramWatcher(options);
}

export class ProgramWatcher {
  readonly #options: ProgramWatcherOptions;
  readonly #tracker: ProgramFiles;
  readonly #watcher: FsWatcher;
  readonly #settle: Debouncer;
  readonly #trees: WatchList;
  #isStarted = false;
  /** The run has loaded what it loads at start, or has ended. */
  #atRest = false;
  /** When the run began, and when it had loaded what it loads at start; wall-clock ms. */
  #begunAt = 0;
  #upAt = Number.POSITIVE_INFINITY;
  /** Files of which the user knows that the program writes them. */
  readonly #toldWritten = new Set<string>();
  #digesting: (() => void) | undefined;

  constructor(options: ProgramWatcherOptions) {
    this.#options = options;
    const { cwd, entry, settings, scheduler, poll, onMoving, onProblem, onUnreported } = options;
    const { watch, ext, debounce } = options;
    const ignored = new IgnoreOption(options.ignore, cwd);
    const isIgnored = (path: string, isFolder?: boolean): boolean => ignored.has(path, isFolder);
    this.#tracker = new ProgramFiles({
      cwd,
      entry,
      settings,
      isIgnored,
      onProblem,
      onPath: (path) => this.#want(path),
    });
    this.#watcher = new FsWatcher({
      root: cwd,
      scheduler,
      poll,
      onPath: (path) => {
        this.#trees.onPath(path);
        this.#look(path);
      },
      onFolder: (folder, name) => this.#trees.onFolder(folder, name),
      onProblem,
      onUnreported,
    });
    this.#trees = new WatchList({
      cwd,
      watch,
      ext,
      isIgnored,
      scheduler,
      watcher: this.#watcher,
      onFile: (path, origin, found) => {
        if (this.#tracker.track(path, origin, found)) this.#look(path);
        this.#digestSoon();
      },
      onTouched: (path) => this.#look(path),
      onLeft: (path) => {
        this.#tracker.untrack(path);
        this.#look(path);
      },
      onProblem,
    });
    if (poll > 0) options.onDebug(`polling every ${poll} ms, as AUTORELOAD_POLL says`);
    this.#settle = new Debouncer({
      scheduler,
      debounce,
      onMoving,
      onSettled: (change) => this.#settled(change),
      examine: (path) => this.#tracker.examine(path),
    });
  }

  /** A new run begins, at a wall-clock time in ms. Everything stays watched. */
  begin(at: number): void {
    this.#atRest = false;
    this.#digesting?.();
    this.#digesting = undefined;
    this.#begunAt = at;
    this.#upAt = Number.POSITIVE_INFINITY;
    this.#tracker.begin(at);
    this.#trees.begin();
    // Only now it is known what the run can have seen.
    if (!this.#isStarted) this.#trees.start();
    this.#isStarted = true;
  }

  /**
   * The program wants a file, a folder or a glob to count that is no module, or no longer. It counts for this run, and
   * until the next one has come up without asking for it again.
   *
   * @param text a path or a glob, as it was written
   * @param cwd what it is relative to
   */
  track(text: string, cwd: string, on: boolean): void {
    this.#options.onDebug(`${on ? 'tracks' : 'does not track'} ${text} in ${cwd}`);
    this.#trees.track(text, cwd, on);
  }

  /** Takes a record of what the run resolved or did not. */
  record(record: LaneRecord & { kind: 'resolved' | 'missed' }): void {
    this.#tracker.record(record);
    this.#digestSoon();
  }

  /** The run has loaded all that it loads at start: nothing else is watched any more. */
  cameUp(): void {
    this.#upAt = this.#options.scheduler.now();
    this.#tracker.cameUp();
    this.#trees.cameUp();
    this.#rest();
  }

  /** The run has ended by itself. `broken`: with an error. */
  ended(broken: boolean): void {
    if (!broken) {
      this.cameUp();
      return;
    }
    this.#tracker.broke();
    this.#rest();
  }

  /** Files that decide how the program runs without being modules. */
  get settings(): string[] {
    return this.#tracker.settings;
  }

  /** Whether the run has loaded anything. */
  get hasLoaded(): boolean {
    return this.#tracker.hasLoaded;
  }

  /** How many files count: those that the run has loaded, and those that are tracked. */
  get files(): number {
    return this.#tracker.files;
  }

  /** The files are from now on as the run took them. */
  accept(paths: readonly string[]): void {
    this.#tracker.accept(paths);
  }

  /** What the run is made of, and why. */
  dependencies(): Dependency[] {
    return [...this.#tracker.dependencies()];
  }

  /** Absolute paths of the files that the run has loaded, in order. */
  modules(): string[] {
    return this.#tracker.modules();
  }

  /** What the run looked for last and did not find, if it found nothing after that. */
  get missing(): string | undefined {
    return this.#tracker.missing;
  }

  /** The shortest chain of imports from the entry to a path, both included. */
  chain(path: string): string[] {
    return this.#tracker.chain(path);
  }

  /** See {@link ProgramFiles.isImported}. */
  isImported(path: string): boolean {
    return this.#tracker.isImported(path);
  }

  /** Like {@link chain}, each file with the line on which it imports the next; or who wants a file that none imports. */
  why(path: string): Place[] {
    const chain = this.#tracker.chain(path);
    const origin = this.#tracker.originOf(path);
    if (chain.length <= 1 && origin) return [[path, origin]];
    const lines = this.#tracker.lines(chain);
    return chain.map((file, index) => [file, lines[index]]);
  }

  close(): void {
    this.#digesting?.();
    this.#settle.clear();
    this.#trees.close();
    void this.#watcher.close();
  }

  /** An asset that the program writes at each start would restart it for ever. */
  #settled(change: Change | undefined): void {
    const { cwd, onSettled, onProblem } = this.#options;
    const at = change?.at ?? 0;
    const written = this.#tracker.changed(
      change?.files ?? [],
      at - (at < this.#upAt ? this.#begunAt : this.#upAt),
    );
    for (const path of written) {
      const keys = (change?.files ?? []).filter((file) => file.path === path).flatMap(keysOf);
      if (keys.some((key) => this.#toldWritten.has(key))) continue;
      for (const key of keys) this.#toldWritten.add(key);
      const message = `${display(path, cwd)} changes right after each start, so the program writes it itself: not restarting for that.`;
      onProblem(new AutoreloadError('ERR_AUTORELOAD_LOOP', message));
    }
    const files = change?.files.filter(({ path }) => !written.includes(path)) ?? [];
    onSettled(change && files.length > 0 ? { ...change, files } : undefined);
  }

  #want(path: string): void {
    this.#watcher.add(path);
    this.#judge(path, this.#tracker.verify(path));
  }

  #look(path: string): void {
    const verdict = this.#tracker.examine(path);
    this.#options.onDebug(`${path}: ${verdict}`);
    this.#judge(path, verdict);
    this.#digestSoon();
  }

  #judge(path: string, verdict: Verdict): void {
    if (verdict === 'same') {
      this.#settle.drop(path);
      return;
    }
    const size = statOf(path)?.size ?? 0;
    const before = this.#tracker.loadedSize(path);
    const partial =
      verdict === 'created'
        ? size === 0
        : verdict === 'changed' && looksPartial(path, size, before ?? this.#tracker.trackedSize(path) ?? 0);
    // While the run starts, more may follow of what it was started for; what is no source the program may write itself.
    const alone = this.#atRest && verdict === 'changed' && isSource(path);
    const whole = alone && !partial && before !== undefined && size >= before;
    this.#settle.add({ path, how: verdict, partial, whole });
  }

  #rest(): void {
    this.#atRest = true;
    this.#watcher.want(new Set([...this.#tracker.paths(), ...this.#trees.paths()]));
    this.#digestSoon();
  }

  /** Not while the child starts: it would wait for us to take its records, and what it will tell need not be guessed. */
  #digestSoon(): void {
    const { scheduler } = this.#options;
    if (!this.#atRest) return;
    this.#digesting ??= scheduler.after(DIGEST_PAUSE_MS, () => {
      this.#digesting = undefined;
      const end = scheduler.now() + DIGEST_SLICE_MS;
      if (this.#tracker.digest(() => scheduler.now() >= end)) this.#digestSoon();
    });
  }
}

/** A file that has lost more than half of its content may get it back in a moment. */
function looksPartial(path: string, size: number, before: number): boolean {
  if (size * 2 < before) return true;
  return (isSource(path) || path.endsWith('.json')) && looksCutOff(path, textOf(path) ?? '');
}
