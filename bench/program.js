// Writes the program of a benchmark into a temporary folder.
import fs from 'node:fs';
import os from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(fileURLToPath(new URL('..', import.meta.url)));

/** Node arguments that start `app.js` under each watcher. */
export const WATCHERS = {
  autoreload: ['--import', 'autoreload/register', 'app.js'],
  'node --watch': ['--watch', '--watch-preserve-output', 'app.js'],
};

const folders = new Set();

/** A temporary folder that is removed at exit. */
export function makeFolder() {
  const dir = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), 'autoreload-bench-')));
  folders.add(dir);
  return dir;
}

export function removeFolder(dir) {
  fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  folders.delete(dir);
}

/** Writes a program that can import autoreload, its installed packages, and `packages` by their paths. */
export function makeProgram(files, packages = {}) {
  const dir = makeFolder();
  const installed = Object.fromEntries(
    fs
      .readdirSync(join(ROOT, 'node_modules'))
      .filter((name) => !name.startsWith('.'))
      .map((name) => [name, join(ROOT, 'node_modules', name)]),
  );
  fs.mkdirSync(join(dir, 'node_modules'));
  for (const [name, path] of Object.entries({ ...installed, autoreload: ROOT, ...packages })) {
    const link = join(dir, 'node_modules', name);
    fs.mkdirSync(join(link, '..'), { recursive: true });
    fs.symlinkSync(path, link, 'junction');
  }
  for (const [path, content] of Object.entries(files)) {
    fs.mkdirSync(join(dir, path, '..'), { recursive: true });
    fs.writeFileSync(join(dir, path), content);
  }
  return dir;
}

process.once('exit', () => {
  for (const dir of folders) removeFolder(dir);
});

/** A pause before a save, as a person makes it (ms). */
export function pause(time) {
  return new Promise((done) => setTimeout(done, time));
}

export function ms(from, to) {
  return Number((to - from) / 1000n) / 1000;
}

/** A positive integer from the command line. */
export function argument(index, name, fallback) {
  return count(process.argv[index], name, fallback);
}

export function count(text, name, fallback) {
  const value = Number(text ?? fallback);
  if (Number.isInteger(value) && value >= 1) return value;
  console.error(`${name} must be a number, got ${JSON.stringify(text)}. Use ${fallback}.`);
  process.exit(2);
}
