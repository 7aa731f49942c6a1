// Reads terminal input, line by line. Opens its own descriptor: descriptor 0 is shared with the program, and Node would make it
// non-blocking for both. Knows nothing of the meaning of lines.
import { closeSync, openSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import { descriptorOf } from '../../node-internals/process.cts';
import type { LineSource } from './keyboard.ts';
import { isForeground } from './tty-settings.ts';

/** The terminal of this process. It delivers whole lines unless a program turns on raw mode. Not on Windows. */
export const ttyLines: LineSource = {
  isThere: () => process.platform !== 'win32' && isatty(0),
  isForeground,
  open,
};

function open(onLine: (line: string) => void, onEnd: () => void): (() => void) | undefined {
  const stream = openTerminal();
  if (!stream) return undefined;
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n|\r/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  const close = (): void => {
    process.off('SIGTSTP', suspend);
    stream.off('end', end).off('error', end);
    stream.on('error', () => {}).destroy();
  };
  const end = (): void => {
    close();
    onEnd();
  };
  // Ctrl-Z. This process may resume in the background, where a single read stops it again, so the terminal is closed first.
  const suspend = (): void => {
    end();
    process.kill(process.pid, 'SIGTSTP');
  };
  process.on('SIGTSTP', suspend);
  // Ctrl-D, or a closed terminal.
  stream.on('end', end).on('error', end);
  stream.unref();
  return close;
}

function openTerminal(): ReadStream | undefined {
  let fd;
  try {
    fd = openSync('/dev/tty', 'r');
    const stream = new ReadStream(fd);
    // Node opens the terminal a second time, unless that fails (deps/uv/src/unix/tty.c, uv_tty_init).
    if (descriptorOf(stream) !== fd) closeSync(fd);
    return stream;
  } catch {
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }
}
