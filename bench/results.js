// Stores the figures: one file per Node major, without anything that identifies the machine.
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { ROOT } from './program.js';

export const FOLDER = join(ROOT, 'bench', 'results');

export function describe(versions, rounds) {
  const machine = { platform: process.platform, arch: process.arch, cores: os.availableParallelism() };
  return { versions, ...machine, rounds, programs: {} };
}

export function write(results) {
  fs.mkdirSync(FOLDER, { recursive: true });
  const round = (key, value) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value);
  // Each list of numbers on one line.
  const text = JSON.stringify(results, round, 2).replace(/\[[^[\]{}]*\]/g, (list) =>
    list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  );
  fs.writeFileSync(join(FOLDER, `${major(results)}.json`), `${text}\n`);
}

/** All stored results, oldest Node first. */
export function readAll() {
  if (!fs.existsSync(FOLDER)) return [];
  const files = fs.readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return files
    .map((name) => JSON.parse(fs.readFileSync(join(FOLDER, name), 'utf8')))
    .toSorted((a, b) => major(a) - major(b));
}

export function major(results) {
  return Number.parseInt(results.versions.node, 10);
}
