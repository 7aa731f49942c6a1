// Decides who receives terminal input: the program, or, as long as the program does not read, autoreload. Decides when the terminal is
// read and which lines restart. Knows neither how a terminal is read nor how a program is restarted.
import type { Scheduler } from '../util/scheduler.ts';

/** Restart command, the same as for nodemon. */
const RESTART = 'rs';

/**
 * Delay before the terminal is checked again (ms): not every shell sends SIGCONT when it moves a process to the foreground, and a
 * terminal stays open after Ctrl-D.
 */
const CHECK_MS = 1000;

/** A terminal, line by line. */
export interface LineSource {
  /** Whether a terminal exists. */
  isThere: () => boolean;
  /** Whether this process is in the foreground. A process that reads in the background is stopped (SIGTTIN). */
  isForeground: () => boolean;
  /**
   * Starts reading.
   *
   * @param onEnd called at the end of input, after which the source is closed
   * @returns a function that stops reading, or undefined if reading is impossible
   */
  open: (onLine: (line: string) => void, onEnd: () => void) => (() => void) | undefined;
}

export interface KeyboardEvents {
  /** The user requests a restart. `message`: the key or the command. */
  readonly onRestart: (message: string) => void;
  /** The user has typed another line. Called once. */
  readonly onUnknownInput: () => void;
}

export class Keyboard {
  readonly #source: LineSource;
  readonly #events: KeyboardEvents;
  readonly #scheduler: Scheduler;
  /** Whether the current run has said that it reads the terminal. */
  isRead = false;
  /** Whether the current run has read its input, which is no terminal, to the end. */
  hasEnded = false;
  /** Whether the input is for autoreload. */
  #isOurs = false;
  /** Whether the input is for the current run, because it reads, or could do so unnoticed. */
  #isOfRun = true;
  /** Stops reading; undefined while the terminal is not read. */
  #close: (() => void) | undefined;
  #cancelCheck: (() => void) | undefined;
  readonly #mentioned = new Set<string>();

  constructor(source: LineSource, events: KeyboardEvents, scheduler: Scheduler) {
    this.#source = source;
    this.#events = events;
    this.#scheduler = scheduler;
  }

  /**
   * A run starts. Nobody reads in the meantime: early input is for the first reader.
   *
   * @param reportsReads whether the run reports that it begins to read
   */
  runStarts(reportsReads: boolean): void {
    this.isRead = false;
    this.hasEnded = false;
    this.#isOfRun = !reportsReads;
    this.#setOurs(false);
  }

  /** The run is up. */
  runIsUp(): void {
    this.#setOurs(!this.#isOfRun);
  }

  /** The run begins to read. */
  runReads(): void {
    this.isRead = true;
    this.leave();
  }

  /** The run has read its input to the end. */
  runHasReadAll(): void {
    this.hasEnded = true;
  }

  /** The input is for others: for the run until its exit, or, if no other run follows, for the parent process. */
  leave(): void {
    this.#isOfRun = true;
    this.#setOurs(false);
  }

  /** No run is left. */
  noRun(): void {
    this.#setOurs(true);
  }

  /** Starts or stops reading. To be called when this process may have moved to the foreground or to the background. */
  update(): void {
    this.#cancelCheck?.();
    this.#cancelCheck = undefined;
    const isWanted = this.#isOurs && this.#source.isThere();
    if (isWanted && this.#source.isForeground()) {
      this.#close ??= this.#source.open(
        (line) => this.#onLine(line.trim()),
        () => {
          this.#close = undefined;
          this.#checkLater();
        },
      );
      return;
    }
    this.#close?.();
    this.#close = undefined;
    if (isWanted) this.#checkLater();
  }

  /** Whether to mention the restart key, in a line of this kind or after unknown input: once for each, while the terminal is read. */
  mention(kind: string): boolean {
    if (!this.#close || this.#mentioned.has(kind)) return false;
    this.#mentioned.add(kind);
    return true;
  }

  #setOurs(isOurs: boolean): void {
    this.#isOurs = isOurs;
    this.update();
  }

  #checkLater(): void {
    this.#cancelCheck = this.#scheduler.after(CHECK_MS, () => this.update());
  }

  #onLine(line: string): void {
    if (line === '' || line === RESTART) this.#events.onRestart(line === '' ? 'Enter' : line);
    else if (this.mention('unknown')) this.#events.onUnknownInput();
  }
}
