// Tells the supervisor which processes the app starts, so that none outlives the run, not even one whose parent was
// killed. Knows neither what they run nor what becomes of them.
import { subscribe } from 'node:diagnostics_channel';
import { send } from './lane.cts';

/** The part of a `ChildProcess` that starts it; `spawn` is where Node calls into libuv. */
interface Spawning {
  readonly pid?: number;
  spawn?: (...args: unknown[]) => unknown;
}

/**
 * Reports the pid of every process that this thread starts from now on. Node publishes each `ChildProcess` in its
 * constructor, before it has a pid: the one call that starts it is watched on that object alone.
 */
export function reportSpawned(): void {
  subscribe('child_process', (message) => {
    const child = (message as { process?: Spawning }).process;
    if (!child || typeof child.spawn !== 'function') return;
    const { spawn } = child;
    Object.defineProperty(child, 'spawn', {
      configurable: true,
      writable: true,
      value(...args: unknown[]) {
        Reflect.deleteProperty(child, 'spawn');
        const result = spawn.apply(child, args);
        if (typeof child.pid === 'number') send({ kind: 'spawned', pid: child.pid });
        return result;
      },
    });
  });
}
