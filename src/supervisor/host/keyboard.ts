// Whose it is what the user types: the program's, or, while that does not read, ours. Decides when the terminal is read, and
// what a line means. Knows neither how a terminal is read nor how a program is restarted.
import type { Scheduler } from '../util/scheduler.ts';

/** What is typed to restart the program, as nodemon has it. */
const RESTART = 'rs';

/** Not every shell says that it brings a program to the foreground, and Ctrl-D may have been typed: look again after so many ms. */
const AGAIN_MS = 1000;

/** Where lines come from. */
export interface Lines {
  /** Whether there is a terminal. */
  isThere: () => boolean;
  /** Whether this process may read: it is in the foreground. Who reads in the background is stopped (SIGTTIN). */
  mayRead: () => boolean;
  /**
   * Begins to read.
   *
   * @param onEnd there will be no more, until it is begun anew; nothing is to be closed then
   * @returns what ends it, or undefined if it is not possible
   */
  open: (onLine: (line: string) => void, onEnd: () => void) => (() => void) | undefined;
}

/** Where what is typed goes. */
export interface KeyboardEvents {
  /** @param message what was typed */
  readonly onRestart: (message: string) => void;
  /** Something was typed that means nothing. Told once. */
  readonly onOther: () => void;
}

export class Keyboard {
  readonly #lines: Lines;
  readonly #scheduler: Scheduler;
  #events: KeyboardEvents | undefined;
  /** Whether nobody else reads. */
  #isFree = false;
  /** Whether the current run reads, or may do so without a word. */
  #isTaken = true;
  #close: (() => void) | undefined;
  #cancel: (() => void) | undefined;
  #isExplained = false;
  readonly #mentioned = new Set<string>();

  constructor(lines: Lines, scheduler: Scheduler) {
    this.#lines = lines;
    this.#scheduler = scheduler;
  }

  /** From now on lines are told. */
  begin(events: KeyboardEvents): void {
    this.#events = events;
  }

  /**
   * A run begins. While it starts nobody reads: what is typed is for whoever reads first.
   *
   * @param tellsReads whether it tells when it begins to read
   */
  runBegins(tellsReads: boolean): void {
    this.#isTaken = !tellsReads;
    this.#setFree(false);
  }

  /** The run has loaded what it loads at start. */
  runIsUp(): void {
    this.#setFree(!this.#isTaken);
  }

  /** The run begins to read: until its end what is typed is its own. */
  runReads(): void {
    this.#isTaken = true;
    this.#setFree(false);
  }

  /** There is no run. */
  noRun(): void {
    this.#setFree(true);
  }

  /** This process may be in the foreground now, or not any more. */
  look(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (!this.#isFree || !this.#lines.isThere()) this.#stop();
    else if (this.#lines.mayRead()) this.#start();
    else {
      this.#stop();
      this.#cancel = this.#scheduler.after(AGAIN_MS, () => this.look());
    }
  }

  /** Whether a line that says what can be typed is to be given: once where it makes sense, for each kind of place. */
  mention(place: string): boolean {
    if (!this.#close || this.#mentioned.has(place)) return false;
    this.#mentioned.add(place);
    return true;
  }

  /** There will be no other run. */
  close(): void {
    this.#setFree(false);
  }

  #start(): void {
    this.#close ??= this.#lines.open(
      (line) => this.#typed(line.trim()),
      () => this.#ended(),
    );
  }

  /** Ctrl-D is no end of a terminal: what is typed after it is looked for a moment later. */
  #ended(): void {
    this.#close = undefined;
    this.#cancel?.();
    this.#cancel = this.#scheduler.after(AGAIN_MS, () => this.look());
  }

  #stop(): void {
    this.#close?.();
    this.#close = undefined;
  }

  #setFree(isFree: boolean): void {
    this.#isFree = isFree;
    this.look();
  }

  #typed(line: string): void {
    if (line === '' || line === RESTART) this.#events?.onRestart(line === '' ? 'Enter' : line);
    else if (!this.#isExplained) {
      this.#isExplained = true;
      this.#events?.onOther();
    }
  }
}
