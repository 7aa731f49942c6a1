// Restores the terminal after a run that was killed in raw mode, which leaves it without echo and line editing. Needs `stty`.
import { spawn, spawnSync } from 'node:child_process';
import { isatty } from 'node:tty';
import { statFields } from '../processes/process-rows.ts';
import { textOf } from '../util/safe-fs.ts';

/**
 * Saves the current settings. Returns a function that restores them in the foreground: a process that does so in the background is
 * stopped (SIGTTOU).
 */
export function saveTtySettings(): () => void {
  let settings = '';
  if (process.platform !== 'win32' && isatty(0)) {
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

/** Whether the process group of this process is in the foreground: `pgrp` and `tpgid` of proc(5) are the same. */
export function isForeground(): boolean {
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
