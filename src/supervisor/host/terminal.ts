// Reads the terminal of this process line by line, and restores its settings after a run that was killed in raw mode, which leaves it
// without echo and line editing. Needs `stty` for that. Knows nothing of the meaning of lines.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';
import { descriptorOf } from '../../node-internals/process.cts';
import { statFields } from '../processes/process-table.ts';
import { textOf } from '../util/safe-fs.ts';
import type { LineSource } from './keyboard.ts';

/** The terminal of this process. It delivers whole lines unless a program turns on raw mode. Not on Windows. */
export const terminal: LineSource = { isThere, isForeground, open };

function isThere(): boolean {
  return process.platform !== 'win32' && isatty(0);
}

/** Whether the process group of this process is in the foreground: `pgrp` and `tpgid` of proc(5) are the same. */
function isForeground(): boolean {
  const [group, foreground] = process.platform === 'linux' ? groupsFromProc() : groupsFromPs();
  return group !== undefined && group === foreground;
}

function groupsFromProc(): (string | undefined)[] {
  const [, , pgrp, , , tpgid] = statFields(textOf('/proc/self/stat') ?? '');
  return [pgrp, tpgid];
}

function groupsFromPs(): string[] {
  const args = ['-o', 'pgid=,tpgid=', '-p', String(process.pid)];
  const { stdout, error } = spawnSync('ps', args, { encoding: 'utf8' });
  return error ? [] : stdout.trim().split(/\s+/);
}

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

/** Opens a descriptor of its own: descriptor 0 is shared with the program, and Node would make it non-blocking for both. */
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

/**
 * Saves the current settings. Returns a function that restores them in the foreground: a process that does so in the background is
 * stopped (SIGTTOU).
 */
export function saveSettings(): () => void {
  let settings = '';
  if (isThere()) {
    const stty = spawn('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'] });
    // Without stty nothing is restored.
    stty.on('error', () => {});
    stty.stdout.setEncoding('utf8').on('data', (text: string) => (settings += text));
  }
  return () => {
    if (settings === '' || !isForeground()) return;
    spawnSync('stty', [settings.trim()], { stdio: ['inherit', 'ignore', 'ignore'] });
  };
}
