// Starts a child process. Knows nothing of what it runs.
import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';

/**
 * Starts a process. Without free descriptors, Node creates no streams.
 *
 * @param onFailed called after the return of this function, if the process cannot be started: Node throws some errors, and emits others
 */
export function spawnChild(
  executable: string,
  args: readonly string[],
  options: SpawnOptions,
  onFailed: (error: NodeJS.ErrnoException) => void,
): ChildProcess | undefined {
  try {
    const child = spawn(executable, args, options);
    return child.on('error', (error) => {
      if (child.pid === undefined) onFailed(error);
    });
  } catch (error) {
    queueMicrotask(() => onFailed(error as Error));
    return undefined;
  }
}
