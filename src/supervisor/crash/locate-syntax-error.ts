// Locates a syntax error in an ES module. Node prints the location, but does not add it to the error: `node --check` is run on
// one file after the other, which executes nothing. Keeps no state.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { leadingLocation } from './code-frame.ts';
import type { SourceLocation } from './code-frame.ts';
import { statOf } from '../util/safe-fs.ts';

/** Maximum number of files that are checked, the most recently saved first. */
const MAX_FILES = 8;

/** Timeout for the check of a file (ms). */
const CHECK_MS = 2000;

/** Whether an error is a syntax error without a location. */
export function lacksLocation(error: string): boolean {
  return /^SyntaxError: .*\n\s+at compileSourceTextModule \(node:/.test(error);
}

/**
 * The location of a syntax error.
 *
 * @param error text of the error
 * @param files absolute paths of the files that may contain it
 * @param isWanted whether the location is still of use
 */
export async function locateSyntaxError(
  error: string,
  files: readonly string[],
  isWanted: () => boolean,
): Promise<SourceLocation | undefined> {
  const [message] = error.split('\n');
  const saved = files.map((path) => [path, statOf(path)?.mtimeMs ?? 0] as const);
  for (const [path] of saved.toSorted(([, a], [, b]) => b - a).slice(0, MAX_FILES)) {
    if (!isWanted()) return undefined;
    const output = await check(path);
    const location = output.split(/\r?\n/).includes(message ?? '') ? leadingLocation(output) : undefined;
    if (location) return { ...location, path };
  }
  return undefined;
}

/** The output of Node on the syntax of a file. */
async function check(path: string): Promise<string> {
  const options = { env: {}, cwd: '/', timeout: CHECK_MS, killSignal: 'SIGKILL' } as const;
  const checked = promisify(execFile)(process.execPath, ['--check', path], options);
  const { stderr } = await checked.catch((error: { stderr: string }) => error);
  return stderr;
}
