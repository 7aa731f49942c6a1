// Watches the files of the program for the life cycle: connects records, baseline, watches and debounce, and reports when
// files are being written and when a change is settled. Loaded while the first child starts.
import { AutoreloadError } from '../../shared/errors.ts';
import type { LaneRecord } from '../../protocol/records.cts';
import type { Difference } from '../contents/content-cache.ts';
import type { SelfWrittenOptions } from '../contents/self-written.ts';
import { loadLexer } from '../graph/source-scan.ts';
import type { Stdio } from '../program/program.ts';
import { ignoredBy } from '../tracked/ignore-option.ts';
import { isFrameworkOutput, OwnOutput } from '../tracked/own-output.ts';
import { WatchList } from '../tracked/watch-list.ts';
import type { WatchListOptions } from '../tracked/watch-list.ts';
import { display } from '../util/paths.ts';
import { FsWatcher } from '../watch/fs-watcher.ts';
import type { FsWatcherOptions } from '../watch/fs-watcher.ts';
import { Debouncer } from './debounce.ts';
import type { DebouncerOptions } from './debounce.ts';
import { Installation } from './installation.ts';
import { ProgramFiles } from './program-files.ts';
import { ProgramGraph } from './program-graph.ts';
import { RecordIntake } from './record-intake.ts';
import type { RecordIntakeOptions } from './record-intake.ts';

/** Maximum time of deferred work before other events are handled, and the pause between (ms). */
const SLICE_MS = 5;
const PAUSE_MS = 5;

const REMEDY = 'Write it only if its content differs, or exclude it with --ignore.';

export interface ProgramWatcherOptions
  extends
    Pick<RecordIntakeOptions, 'cwd' | 'entry' | 'args' | 'env' | 'settings' | 'onProblem' | 'onJiti'>,
    Pick<WatchListOptions, 'watch' | 'ext'>,
    Pick<FsWatcherOptions, 'poll' | 'onUnreported'>,
    Pick<SelfWrittenOptions, 'writes'>,
    Pick<DebouncerOptions, 'scheduler' | 'debounce' | 'onWriting' | 'onSettled'> {
  /** Paths that never count, in the syntax of a .gitignore file in the working directory. */
  readonly ignore: readonly string[];
  /** Standard streams of the program. */
  readonly stdio: readonly Stdio[];
  /** Our own files or the working directory (`isCwd`) are missing, and every change waits for them. */
  readonly onMissing: (isCwd: boolean) => void;
  /** Receives texts for troubleshooting. */
  readonly onDebug: (text: string) => void;
}

/** Loads the lexer and creates the watcher. */
export async function startWatching(options: ProgramWatcherOptions): Promise<ProgramWatcher> {
  await loadLexer();
  return new ProgramWatcher(options);
}

export class ProgramWatcher {
  /** Which files count, and whether they have changed. */
  readonly files: ProgramFiles;
  /** Why each file counts. */
  readonly graph: ProgramGraph;
  /** What the run has reported about its imports. */
  readonly records: RecordIntake;
  readonly #options: ProgramWatcherOptions;
  readonly #fsWatcher: FsWatcher;
  readonly #watchList: WatchList;
  readonly #debouncer: Debouncer;
  readonly #output: OwnOutput;
  readonly #installation: Installation;
  /** The run has begun, and is neither ready nor has it ended. */
  #isStarting = true;
  #cancelDeferred: (() => void) | undefined;

  constructor(options: ProgramWatcherOptions) {
    this.#options = options;
    const { cwd, poll, onProblem } = options;
    this.#output = new OwnOutput(options.stdio);
    const isExcluded = ignoredBy(options.ignore, cwd);
    const isIgnored = (path: string, isFolder = false): boolean =>
      isExcluded(path, isFolder) || (!isFolder && this.#output.has(path));
    this.files = new ProgramFiles({
      ...options,
      onFound: (path, isDelayed) => {
        const result = isDelayed
          ? `its restarts are delayed more and more. ${REMEDY}`
          : 'not restarting for that.';
        const message = `${display(path, cwd)} changes right after each start, so the program writes it itself: ${result}`;
        onProblem(new AutoreloadError('ERR_AUTORELOAD_LOOP', message));
      },
    });
    this.graph = new ProgramGraph(this.files);
    this.records = new RecordIntake({
      ...options,
      isIgnored: (path) => isIgnored(path) || isFrameworkOutput(path, options.entry),
      onPath: (path, isReal) => {
        this.#fsWatcher.add(path, isReal);
        this.#debounce(path, this.files.examine(path, true));
      },
      graph: this.graph,
    });
    this.#fsWatcher = new FsWatcher({
      ...options,
      root: cwd,
      onPath: (path) => {
        this.#watchList.onPath(path);
        this.#examine(path);
      },
      onFolder: (folder, name) => this.#watchList.onFolder(folder, name),
    });
    this.#watchList = new WatchList({
      ...options,
      isIgnored,
      watcher: this.#fsWatcher,
      onFile: (path, origin, found) => {
        if (this.files.tracked.add(path, origin, found)) this.#examine(path);
        this.#deferWork();
      },
      onTouched: (path) => this.#examine(path),
      onLeft: (path) => {
        this.files.tracked.delete(path);
        this.#examine(path);
      },
    });
    this.#installation = new Installation(options);
    this.#debouncer = new Debouncer({
      ...options,
      examine: (path) => this.files.examine(path),
      onSettled: (change) => {
        this.files.onSettled(change?.files ?? []);
        this.#installation.settled(change);
      },
    });
    if (poll > 0) options.onDebug(`polling every ${poll} ms, as AUTORELOAD_POLL says`);
  }

  /** Whether nothing is missing that a run needs to start; see {@link Installation}. */
  get isInstalled(): boolean {
    return this.#installation.isComplete;
  }

  /** A run begins, at a wall-clock time (ms). All paths stay watched. */
  begin(at: number): void {
    this.#isStarting = true;
    this.#cancelDeferred?.();
    this.#cancelDeferred = undefined;
    this.files.begin(at);
    this.records.begin();
    // Last: only the start of the run tells which saves it has seen.
    this.#watchList.begin();
  }

  /**
   * The program asks to track a path or a glob, or no longer to track it. It counts for this run, and until a later run is
   * ready that has not asked for it.
   *
   * @param text a path or a glob, as the program gave it
   * @param cwd the folder that the text is relative to
   */
  track(text: string, cwd: string, on: boolean): void {
    this.#options.onDebug(`${on ? 'tracks' : 'does not track'} ${text} in ${cwd}`);
    this.#watchList.track(text, cwd, on);
  }

  /** Takes a record of the run about a resolved or a missed import. */
  record(record: LaneRecord & { kind: 'resolved' | 'loaded' | 'missed' }): void {
    // Called at each record until a module has been loaded; the last call counts.
    if (!this.records.hasLoaded) this.files.selfWritten.onFirstLoad(this.#options.scheduler.now());
    this.records.take(record);
    this.#deferWork();
  }

  /** The run is ready: it has loaded everything that it loads at start. Other files are no longer watched. */
  onReady(): void {
    this.records.sources.onReady();
    this.graph.onReady();
    this.files.onReady(this.#options.scheduler.now());
    this.graph.scans.retain((path) => this.files.baseline.has(path));
    this.#watchList.onReady();
    this.#onStarted();
  }

  /**
   * The run has ended by itself, before or after it was ready.
   *
   * @param error text of the uncaught error that caused the exit, if it is known
   */
  onExit(isCrash: boolean, error?: string): void {
    const at = this.#options.scheduler.now();
    if (!isCrash) return this.onReady();
    this.records.addUnreached({ error, at });
    this.#onStarted();
  }

  close(): void {
    this.#cancelDeferred?.();
    this.#debouncer.clear();
    this.#installation.close();
    this.#watchList.close();
    void this.#fsWatcher.close();
  }

  #onStarted(): void {
    this.#isStarting = false;
    this.#fsWatcher.setPaths(new Set([...this.files.baseline.paths(), ...this.#watchList.paths()]));
    this.#deferWork();
  }

  #examine(path: string): void {
    const difference = this.files.examine(path);
    this.#options.onDebug(`${path}: ${difference}`);
    this.#debounce(path, difference);
    this.#deferWork();
  }

  #debounce(path: string, difference: Difference): void {
    if (difference === 'same' || this.files.isSettled(path) || this.#output.has(path))
      return this.#debouncer.drop(path);
    const delay = this.files.delayOf(path, difference, this.records.settings.paths.has(path));
    if (delay === Infinity) {
      this.files.accept([path]);
      return this.#debouncer.drop(path);
    }
    const completeness = this.files.completenessOf(path, difference, this.#isStarting);
    this.#debouncer.add(path, completeness, delay);
  }

  /**
   * Scans modules and hashes files, in slices. Not while the child starts: it would wait for the supervisor to take its
   * records, and the records make part of the work unnecessary.
   */
  #deferWork(): void {
    if (this.#isStarting) return;
    const { scheduler } = this.#options;
    const { baseline, tracked } = this.files;
    this.#cancelDeferred ??= scheduler.after(PAUSE_MS, () => {
      this.#cancelDeferred = undefined;
      const end = scheduler.now() + SLICE_MS;
      const isOver = (): boolean => scheduler.now() >= end;
      let isMore = true;
      while (isMore && !isOver()) isMore = this.records.sources.next();
      const onHashed = (path: string): void => this.#examine(path);
      if (isMore || baseline.hashPending(isOver, onHashed) || tracked.contents.hashPending(isOver, onHashed))
        this.#deferWork();
    });
  }
}
