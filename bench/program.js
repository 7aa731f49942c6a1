// A program of a benchmark: written to a folder of its own, run under a watcher, its lines waited for. Knows nothing of
// what is measured.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** What starts `app.js`, for each watcher. */
export const WATCHERS = {
  autoreload: ['--import', 'autoreload/register', 'app.js'],
  'node --watch': ['--watch', '--watch-preserve-output', 'app.js'],
};

/** Writes a program that can import autoreload and what that has installed. */
export function makeProgram(files) {
  const dir = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), 'autoreload-bench-')));
  fs.mkdirSync(join(dir, 'node_modules'));
  fs.symlinkSync(ROOT, join(dir, 'node_modules/autoreload'), 'junction');
  for (const name of fs.readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.'))
      fs.symlinkSync(join(ROOT, 'node_modules', name), join(dir, 'node_modules', name), 'junction');
  }
  for (const [path, content] of Object.entries(files)) {
    fs.mkdirSync(join(dir, path, '..'), { recursive: true });
    fs.writeFileSync(join(dir, path), content);
  }
  return dir;
}

/** Starts Node on a program. */
export function start(dir, args) {
  const child = spawn(process.execPath, args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = [];
  let wake = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk) => {
      const all = (rest + chunk).split('\n');
      rest = all.pop();
      lines.push(...all.map((text) => ({ text, at: process.hrtime.bigint() })));
      wake();
    });
  }
  return {
    pid: child.pid,
    /** The next line that matches, and when it came. Lines before it are gone. */
    async line(pattern) {
      for (;;) {
        for (let line = lines.shift(); line; line = lines.shift()) {
          const match = pattern.exec(line.text);
          if (match) return { match, at: line.at };
        }
        await new Promise((done) => (wake = done));
      }
    },
    async end() {
      const exited = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Nobody saves at once: what a watcher does in that time is not what is measured. */
export function pause(time) {
  return new Promise((done) => setTimeout(done, time));
}

export function ms(from, to) {
  return Number((to - from) / 1000n) / 1000;
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Median, and in brackets the least and the most. */
export function summary(values, digits = 0) {
  if (values.length === 0) return '-';
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

/** A number from the command line. */
export function argument(index, name, fallback) {
  const value = Number(process.argv[index] ?? fallback);
  if (Number.isInteger(value) && value >= 1) return value;
  console.error(`${name} must be a number, got ${JSON.stringify(process.argv[index])}. Use ${fallback}.`);
  process.exit(2);
}
