// Tests paths against patterns in the syntax of .gitignore. The only file that knows the package `ignore`. Does not know
// where the patterns come from.
import type * as Package from 'ignore';
import { createRequire } from 'node:module';
import { sep } from 'node:path';

const require = createRequire(import.meta.url);

/** As in Git, case does not matter where the file system ignores it. */
const CASE = { ignorecase: process.platform === 'win32' || process.platform === 'darwin' };

/** Patterns that are relative to the same folder. */
export class IgnoreRules {
  readonly folder: string;
  readonly patterns: string[];
  readonly #compiled: Package.Ignore;

  constructor(folder: string, patterns: string[] = []) {
    this.folder = folder;
    this.patterns = patterns;
    // Loaded late: most programs watch no folder.
    const ignore = require('ignore') as typeof Package.default;
    this.#compiled = ignore(CASE).add(patterns);
  }

  add(pattern: string): void {
    this.patterns.push(pattern);
    this.#compiled.add(pattern);
  }

  /**
   * Tests a path below the folder.
   *
   * @param folder the folder that the patterns are relative to, if it is another one this time
   * @returns whether the path is ignored; undefined if no pattern matches
   */
  test(path: string, isFolder: boolean, folder: string = this.folder): boolean | undefined {
    // Not by `relative`, which takes most of the time where files are many.
    const name = path.slice(folder.endsWith(sep) ? folder.length : folder.length + 1);
    const posixName = sep === '/' ? name : name.replaceAll('\\', '/');
    const { ignored, unignored } = this.#compiled.test(posixName + (isFolder ? '/' : ''));
    return ignored || unignored ? ignored : undefined;
  }
}
