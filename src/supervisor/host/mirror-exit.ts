// How the supervisor ends: as the child did.
import { constants } from 'node:os';
import type { Ended } from '../lifecycle/state.ts';

/** Signals of which the supervisor can die as well without leaving a core dump of its own. */
const MIRRORED: ReadonlySet<string> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL', 'SIGALRM']);

/** A process that dies of its own signal is dead by then, in ms. */
const DEATH_MS = 100;

/** The exit code that stands for a child's end where it cannot be mirrored: 128 and the number of the signal. */
export function exitCode({ code, signal }: Ended): number {
  return signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1);
}

/** Ends this process with the child's exit code, or by the child's signal. */
export function leave(ended: Ended): void {
  const { signal } = ended;
  if (signal && MIRRORED.has(signal) && process.platform !== 'win32') {
    process.kill(process.pid, signal);
    // The first process of a container does not die of a signal that it sends itself.
    setTimeout(() => process.exit(exitCode(ended)), DEATH_MS);
  } else process.exit(exitCode(ended));
}
