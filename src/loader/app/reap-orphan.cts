// Kills this process with all its descendants after the supervisor has died, in case that the guard cannot: it was killed too, or
// the supervisor died before it had started one.
import type childProcessModule from 'node:child_process';
import { OWN_FILES } from '../../shared/paths.cts';

/** The app may replace these, as a fake clock does. */
const { setTimeout } = globalThis;
const { execPath, ppid } = process;
const kill = process.kill.bind(process);

/** Time that the guard has to terminate all processes (ms). */
const GUARD_MS = 600;

/**
 * The channel to the supervisor has closed.
 *
 * @param isRelayed whether the supervisor may have closed it because the launcher did so, and not have died
 */
export function reapOrphanSoon(isRelayed: boolean): void {
  setTimeout(() => {
    if (!isRelayed || process.ppid !== ppid) startReaper();
  }, GUARD_MS).unref();
}

/** As another process, because the descendants of this one can only be found as long as it runs. */
function startReaper(): void {
  try {
    const { PATH } = process.env;
    // Loaded on demand, and not with `require`, which is hooked.
    const { spawn }: typeof childProcessModule = process.getBuiltinModule('node:child_process');
    // Detached, so that the reaper is no descendant.
    const options = { cwd: '/', detached: true, env: { PATH }, stdio: 'ignore' } as const;
    spawn(execPath, [OWN_FILES.reaper, `${process.pid}:`], options)
      .on('error', die)
      .on('exit', die);
  } catch {
    // The permission model, or no descriptor is free.
    die();
  }
}

function die(): void {
  kill(process.pid, 'SIGKILL');
}
