// Installs the packages of a lock file, once: the packages that e2e tests run under autoreload (test/packages), and the tools that
// benchmarks compare it with (bench/peers).
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from './npm.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'autoreload', 'packages');

/**
 * Installs the packages of a folder unless they are installed. Returns their node_modules. Throws an error with a message for the
 * user.
 */
export function installPackages(name = 'test/packages') {
  const source = join(root, name);
  const folder = join(cache, hash(source));
  const installed = join(folder, 'node_modules');
  if (existsSync(installed)) return installed;

  mkdirSync(cache, { recursive: true });
  // Renamed when complete, so that an interrupted installation is never used.
  const temporary = mkdtempSync(join(cache, 'tmp-'));
  try {
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
      copyFileSync(join(source, file), join(temporary, file));
    }
    install(name, temporary);
    rename(temporary, folder);
    return installed;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function hash(source) {
  const lock = readFileSync(join(source, 'package-lock.json'));
  // Several platforms may share this folder, and packages contain binaries.
  const platform = `${process.platform} ${process.arch}\n`;
  return createHash('sha256').update(platform).update(lock).digest('hex').slice(0, 12);
}

function install(name, folder) {
  console.log(`installing the packages of ${name}, once`);
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--json', '--silent'];
  const { status, stdout, error } = npm(['ci', ...flags, '--prefix', folder], { encoding: 'utf8' });
  if (status === 0) return;
  const reason = error?.message ?? /"summary": "(.*?)(\\n|")/.exec(stdout)?.[1] ?? `exit code ${status}`;
  throw new Error(`npm ci of ${name} failed: ${reason}`);
}

function rename(temporary, folder) {
  try {
    renameSync(temporary, folder);
  } catch (error) {
    // Another process has installed them meanwhile.
    if (!existsSync(folder)) throw error;
  }
}
