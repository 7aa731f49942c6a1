// Terminal output: every line of ours goes to stderr, with our prefix, through here. Knows nothing of what it says.
import { WriteStream } from 'node:tty';
import type { LogLevel } from '../../options/options.ts';

const PREFIX = '[autoreload]';

/** Not by `styleText`, which warns when NO_COLOR and FORCE_COLOR are both set. */
const CYAN_PREFIX = `\u001B[36m${PREFIX}\u001B[39m`;

/** Screen, scrollback, and to the first line: what `clear` does. */
const CLEAR = '\u001B[2J\u001B[3J\u001B[H';

export class Log {
  readonly #level: LogLevel;
  readonly #prefix: string;
  readonly #onInfo: (text: string) => void;

  /** @param onInfo is told what the user should see, also where nothing is printed */
  constructor(level: LogLevel, onInfo: (text: string) => void = ignore) {
    this.#level = level;
    this.#onInfo = onInfo;
    this.#prefix = hasColor(process.stderr) ? CYAN_PREFIX : PREFIX;
    // Whoever reads our output may leave before we do. Where we print nothing, that is no matter of ours.
    if (level !== 'silent' && !process.stderr.listeners('error').includes(ignore))
      process.stderr.on('error', ignore);
  }

  /** What the user should see. */
  info(text: string): void {
    this.#onInfo(text);
    if (this.#level !== 'silent') this.#write(text);
  }

  /** What helps to find out why something is not as expected. As a function where it takes time to find the words. */
  debug(text: string | (() => string)): void {
    if (this.#level === 'debug') this.#write(typeof text === 'string' ? text : text());
  }

  /** Clears the terminal, if there is one. */
  clear(): void {
    if (this.#level !== 'silent' && process.stderr.isTTY) process.stderr.write(CLEAR);
  }

  #write(text: string): void {
    // oxlint-disable-next-line no-control-regex -- what a program says must not drive the terminal
    process.stderr.write(`${this.#prefix} ${text.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ')}\n`);
  }
}

function ignore(): void {}

/** As Node's own output: colour on a terminal, less or more with NO_COLOR, NODE_DISABLE_COLORS and FORCE_COLOR. */
function hasColor(stream: NodeJS.WriteStream): boolean {
  const { FORCE_COLOR } = process.env;
  if (FORCE_COLOR === undefined && !stream.isTTY) return false;
  // FORCE_COLOR wins over the others, and Node would warn that it does.
  const env = FORCE_COLOR === undefined ? process.env : { FORCE_COLOR };
  return WriteStream.prototype.getColorDepth.call(stream, env) > 1;
}
