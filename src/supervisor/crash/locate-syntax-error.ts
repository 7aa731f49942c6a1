// Where a syntax error in an ES module is: Node prints it and does not put it into the error. So Node is asked again, about
// one file after the other; it reads them and runs nothing. Keeps no state.
import { execFile } from 'node:child_process';
import { leadingPlace } from './code-frame.ts';
import type { Place } from './code-frame.ts';
import { statOf } from '../util/safe-fs.ts';

/** So many files are looked at, those first that were saved last. */
const MAX_FILES = 8;

/** One that takes longer, in ms, is not looked at. */
const CHECK_MS = 2000;

/** Whether an error is a syntax error that does not say where it is. */
export function isPlaceless(error: string): boolean {
  return /^SyntaxError: .*\n\s+at compileSourceTextModule \(node:/.test(error);
}

/**
 * The place of a syntax error.
 *
 * @param error what the error said
 * @param files absolute paths of files that it may be in
 * @param isWanted whether somebody still wants to know
 */
export async function findSyntaxError(
  error: string,
  files: readonly string[],
  isWanted: () => boolean,
): Promise<Place | undefined> {
  const [message] = error.split('\n');
  const saved = files.map((path) => [path, statOf(path)?.mtimeMs ?? 0] as const);
  for (const [path] of saved.toSorted(([, a], [, b]) => b - a).slice(0, MAX_FILES)) {
    if (!isWanted()) return undefined;
    const said = await check(path);
    const place = said.split(/\r?\n/).includes(message ?? '') ? leadingPlace(said) : undefined;
    if (place) return { ...place, path };
  }
  return undefined;
}

/** What Node says of the syntax of a file. */
async function check(path: string): Promise<string> {
  return await new Promise((resolve) => {
    const options = { env: {}, cwd: '/', timeout: CHECK_MS, killSignal: 'SIGKILL' } as const;
    const node = execFile(process.execPath, ['--check', path], options, (_error, _stdout, stderr) =>
      resolve(stderr),
    );
    node.on('error', () => {});
  });
}
