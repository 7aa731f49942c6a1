// What the user types into the terminal, line by line. Owns the handle by which it is read: one of its own, since descriptor
// 0 is the program's too, and Node would make it non-blocking for both. Knows nothing of what lines mean.
import { closeSync, openSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import type { Lines } from './keyboard.ts';
import { isForeground } from './tty-settings.ts';

/** The terminal of this process, which gives whole lines as long as nobody has made it raw. Not on Windows. */
export const typedLines: Lines = {
  isThere: () => process.platform !== 'win32' && isatty(0),
  mayRead: isForeground,
  open,
};

/** What there is of a stream's own. */
type WithHandle = ReadStream & { readonly _handle: { readonly fd: number } };

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
  // Ctrl-Z. It may go on in the background, where it must not read even once: lets go before it stops.
  const suspend = (): void => {
    end();
    process.kill(process.pid, 'SIGTSTP');
  };
  process.on('SIGTSTP', suspend);
  // Ctrl-D; a terminal that is gone.
  stream.on('end', end).on('error', end);
  stream.unref();
  return close;
}

function openTerminal(): ReadStream | undefined {
  let fd;
  try {
    fd = openSync('/dev/tty', 'r');
    const stream = new ReadStream(fd);
    // Node has opened the terminal once more, unless it could not (deps/uv/src/unix/tty.c, uv_tty_init).
    if ((stream as WithHandle)._handle.fd !== fd) closeSync(fd);
    return stream;
  } catch {
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }
}
