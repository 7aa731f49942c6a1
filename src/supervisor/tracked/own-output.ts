// Tells files that receive the output of the supervisor or of the program: a shell has redirected a stream to them. They grow
// while the program runs, so that a restart for them would never end.
import fs from 'node:fs';
import { attempt } from '../../shared/attempt.cts';
import type { Stdio } from '../program/program.ts';

const BIG = { bigint: true } as const;

export class OwnOutput {
  readonly #files: ReadonlySet<string>;

  /** @param stdio standard streams of the program; those of this process are added */
  constructor(stdio: readonly Stdio[]) {
    const descriptors = [1, 2, ...stdio.slice(1).filter((stream) => typeof stream === 'number')];
    const stats = descriptors.map((fd) => attempt(() => fs.fstatSync(fd, BIG)));
    this.#files = new Set(stats.flatMap((file) => (file?.isFile() ? [idOf(file)] : [])));
  }

  /** Whether a path is, at the moment, such a file, by any of its names. */
  has(path: string): boolean {
    if (this.#files.size === 0) return false;
    const file = attempt(() => fs.statSync(path, { ...BIG, throwIfNoEntry: false }));
    return file !== undefined && this.#files.has(idOf(file));
  }
}

/** Stays the same when the file is renamed. */
function idOf({ dev, ino }: fs.BigIntStats): string {
  return `${dev}:${ino}`;
}

/** Folders in which frameworks compile modules that they load and replace themselves. */
const FRAMEWORK = /[\\/]\.(?:next|nuxt|svelte-kit|astro|angular)[\\/]/;

/**
 * Whether a file lies in a folder that a framework writes, such as the server of Next.js in development. Not if the program itself has been
 * compiled to there.
 *
 * @param entry absolute path of the program
 */
export function isFrameworkOutput(path: string, entry: string): boolean {
  return FRAMEWORK.test(path) && !FRAMEWORK.test(entry);
}
