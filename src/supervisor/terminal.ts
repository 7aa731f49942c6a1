// The state of the terminal, which a child that is killed in raw mode leaves behind it: no echo, no line editing. Owns
// what it was before. Only where there is a terminal, and `stty`.
import { spawn, spawnSync } from 'node:child_process';
import { isatty } from 'node:tty';

export class Terminal {
  #settings = '';

  /** Takes note of how the terminal is now. */
  save(): void {
    if (process.platform === 'win32' || !isatty(0)) return;
    const stty = spawn('stty', ['-g'], { stdio: ['inherit', 'pipe', 'ignore'] });
    // Without stty the terminal stays as it is left.
    stty.on('error', () => {});
    stty.stdout.setEncoding('utf8').on('data', (text: string) => (this.#settings += text));
  }

  /** Makes the terminal as it was. */
  restore(): void {
    const settings = this.#settings.trim();
    if (settings !== '') spawnSync('stty', [settings], { stdio: ['inherit', 'ignore', 'ignore'] });
  }
}
