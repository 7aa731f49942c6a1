// The state of the terminal, which a child that is killed in raw mode leaves behind it: no echo, no line editing. Owns
// what it was before. Only where there is a terminal, and `stty`.
import { spawn, spawnSync } from 'node:child_process';
import { isatty } from 'node:tty';
import { textOf } from '../util/safe-fs.ts';

export class TtySettings {
  #settings = '';

  /** Takes note of how the terminal is now. */
  save(): void {
    if (process.platform === 'win32' || !isatty(0)) return;
    const stty = spawn('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'] });
    // Without stty the terminal stays as it is left.
    stty.on('error', () => {});
    stty.stdout.setEncoding('utf8').on('data', (text: string) => (this.#settings += text));
  }

  /** Makes the terminal as it was, if it is ours: one who changes it from the background is stopped (SIGTTOU). */
  restore(): void {
    const settings = this.#settings.trim();
    if (settings === '' || !isForeground()) return;
    spawnSync('stty', [settings], { stdio: ['inherit', 'ignore', 'ignore'] });
  }
}

/** Whether our process group is the one that has the terminal: `pgrp` and `tpgid` of proc(5). */
export function isForeground(): boolean {
  let groups: (string | undefined)[];
  if (process.platform === 'linux') {
    const stat = textOf('/proc/self/stat') ?? '';
    const [, , pgrp, , , tpgid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    groups = [pgrp, tpgid];
  } else {
    const { stdout, error } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], {
      encoding: 'utf8',
    });
    groups = error ? [] : stdout.trim().split(/\s+/);
  }
  return groups[0] !== undefined && groups[0] === groups[1];
}
