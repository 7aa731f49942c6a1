// Prints every line of autoreload: to stderr, with the prefix, in color where the terminal has it. Knows nothing of the wording.
import { WriteStream } from 'node:tty';
import type { LogLevel } from '../../options/options.ts';
import { safeLine } from './safe-text.ts';

const PREFIX = '[autoreload]';

/** ANSI colors. Not by `styleText`, which warns when NO_COLOR and FORCE_COLOR are both set. */
const CYAN = 36;
const RED = 31;

/** Clears screen and scrollback, and moves to the first line, as the command `clear` does. */
const CLEAR = '\u001B[2J\u001B[3J\u001B[H';

export class Log {
  readonly #level: LogLevel;
  readonly #hasColor: boolean;
  readonly #onInfo: (text: string) => void;

  /** @param onInfo called with each line for the user, whether or not it is printed */
  constructor(level: LogLevel, onInfo: (text: string) => void = ignore) {
    this.#level = level;
    this.#onInfo = onInfo;
    this.#hasColor = hasColor(process.stderr);
    // The reader of stderr may exit before autoreload does (EPIPE). A silent log leaves the stream alone.
    if (level !== 'silent' && !process.stderr.listeners('error').includes(ignore))
      process.stderr.on('error', ignore);
  }

  /** Prints a line for the user. */
  info(text: string, color?: number): void {
    this.#onInfo(text);
    if (this.#level !== 'silent') this.#write(text, color);
  }

  /** Prints a line about a failure, in red. */
  failure(text: string): void {
    this.info(text, RED);
  }

  /** Prints a line for troubleshooting. A function is called only if the line is printed. */
  debug(text: string | (() => string)): void {
    if (this.#level === 'debug') this.#write(typeof text === 'string' ? text : text());
  }

  /** Clears the terminal, if there is one. */
  clear(): void {
    if (this.#level !== 'silent' && process.stderr.isTTY) process.stderr.write(CLEAR);
  }

  #write(text: string, color?: number): void {
    const safe = safeLine(text);
    const line = color === undefined ? safe : this.#colored(safe, color);
    process.stderr.write(`${this.#colored(PREFIX, CYAN)} ${line}\n`);
  }

  #colored(text: string, color: number): string {
    return this.#hasColor ? `\u001B[${color}m${text}\u001B[39m` : text;
  }
}

function ignore(): void {}

/** Decides as Node does for its own output: color on a terminal, unless NO_COLOR, NODE_DISABLE_COLORS or FORCE_COLOR differ. */
function hasColor(stream: NodeJS.WriteStream): boolean {
  const { FORCE_COLOR } = process.env;
  if (FORCE_COLOR === undefined && !stream.isTTY) return false;
  // FORCE_COLOR overrides the others; getColorDepth() would warn about the conflict.
  const env = FORCE_COLOR === undefined ? process.env : { FORCE_COLOR };
  return WriteStream.prototype.getColorDepth.call(stream, env) > 1;
}
