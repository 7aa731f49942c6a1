// Starts a child process. Knows nothing of what it runs.
import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { isFolder } from '../util/safe-fs.ts';

/**
 * Starts a process. Without free descriptors, Node creates no streams. Without the working directory, Node blames the executable.
 *
 * @param onFailed called after the return of this function, if the process cannot be started: Node throws some errors, and emits others
 */
export function spawnChild(
  executable: string,
  args: readonly string[],
  options: SpawnOptions & { readonly cwd: string },
  onFailed: (error: NodeJS.ErrnoException) => void,
): ChildProcess | undefined {
  const fail = (error: NodeJS.ErrnoException): void => {
    const { cwd } = options;
    onFailed(isFolder(cwd) ? error : new Error(`the working directory ${cwd} is missing`, { cause: error }));
  };
  try {
    const child = spawn(executable, args, options);
    return child.on('error', (error) => {
      if (child.pid === undefined) fail(error);
    });
  } catch (error) {
    queueMicrotask(() => fail(error as Error));
    return undefined;
  }
}
