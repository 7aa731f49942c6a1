// Instruments the processes that the app starts. Reports each to the supervisor, so that none outlives the run, and gives the
// preload and the address of the lane to those that may run a file of the project. Does not know what they load.
import { subscribe } from 'node:diagnostics_channel';
import type { SpawnOptions, Spawning } from '../../node-internals/process.cts';
import { withPreload } from '../../shared/preload-option.cts';
import { realPath } from '../../shared/paths.cts';
import { addressVariable } from './lane-address.cts';
import type { Address } from './lane-address.cts';
import { callerUrl } from './calling-module.cts';
import { send } from '../channel/record-writer.cts';
import { projectRoot } from './project-root.cts';
import { isNode, mayRunNode } from './may-run-node.cts';
import { inputGiven } from '../app/detect-stdin-reads.cts';

const NODE_OPTIONS = 'NODE_OPTIONS=';

/**
 * Instruments every process that this thread starts from now on. Node publishes each `ChildProcess` in its constructor, before it
 * is started: only the `spawn` method of that object is replaced.
 *
 * @param preload absolute path of our preload
 * @param address address of this process
 */
export function instrumentProcesses(preload: string, address: Address): void {
  const { execPath } = process;
  let project: string | undefined;
  subscribe('child_process', (message) => {
    const child = (message as { process?: Spawning }).process;
    if (!child || typeof child.spawn !== 'function') return;
    const { spawn } = child;
    Object.defineProperty(child, 'spawn', {
      configurable: true,
      writable: true,
      value(options: SpawnOptions, ...rest: unknown[]) {
        Reflect.deleteProperty(child, 'spawn');
        const changed = withAddress(options);
        // A process with our preload reports its reads from stdin itself.
        if (!changed || !isNode(options.file, execPath)) inputGiven(options.stdio);
        const result = spawn.call(child, changed ?? options, ...rest);
        if (typeof child.pid === 'number') send({ kind: 'spawned', pid: child.pid });
        // The app must not see the additional descriptor.
        if (changed && child.stdio && child.stdio.length === changed.stdio.length) child.stdio.length--;
        return result;
      },
    });
  });

  /** The options with the address of the lane; undefined for a process that does not need it. Never prevents the start. */
  function withAddress(options: SpawnOptions): (SpawnOptions & { readonly stdio: unknown[] }) | undefined {
    try {
      const stdio = mayJoin(options, execPath) ? stdioOf(options) : undefined;
      if (!stdio) return undefined;
      project ??= address.project ?? projectRoot(realPath(process.argv[1] ?? ''));
      const forDescendant: Address = {
        fd: stdio.length,
        pipe: address.pipe,
        starter: callerUrl() ?? address.starter,
        // A process with an IPC channel is part of the program, whatever file it runs: a pool of workers has its own script.
        project: stdio.includes('ipc') ? undefined : project,
      };
      return {
        ...options,
        stdio: [...stdio, address.fd],
        envPairs: envFor(options.envPairs, preload, forDescendant),
      };
    } catch {
      return undefined;
    }
  }
}

/** Whether a process may join the lane: a detached process is not part of the program, and another user may not read the preload. */
function mayJoin(options: SpawnOptions, execPath: string): boolean {
  const { file, args, envPairs, detached, uid, gid } = options;
  if (detached || uid !== undefined || gid !== undefined || typeof file !== 'string') return false;
  const texts = strings(args);
  // Node ignores the options in a configuration file if NODE_OPTIONS is set.
  const isConfigured = texts.some((text) => /-config-file\b/.test(text));
  return mayRunNode(file, texts, execPath) && !(isConfigured && !strings(envPairs).some(isNodeOptions));
}

/** The `stdio` option as an array, as Node would make it; undefined if it is neither a string nor an array. */
function stdioOf({ stdio = 'pipe', envPairs }: SpawnOptions): unknown[] | undefined {
  if (envPairs !== undefined && !Array.isArray(envPairs)) return undefined;
  if (typeof stdio === 'string') return [stdio, stdio, stdio];
  if (!Array.isArray(stdio)) return undefined;
  const padding = Array.from({ length: Math.max(0, 3 - stdio.length) });
  return [...(stdio as unknown[]), ...padding];
}

function envFor(pairs: unknown, preload: string, address: Address): unknown[] {
  const given: unknown[] = Array.isArray(pairs) ? pairs : [];
  const options = given.find(isNodeOptions)?.slice(NODE_OPTIONS.length);
  const others = given.filter((pair) => !isNodeOptions(pair));
  return [...others, NODE_OPTIONS + withPreload(options, preload), addressVariable(address)];
}

function isNodeOptions(pair: unknown): pair is string {
  return typeof pair === 'string' && pair.startsWith(NODE_OPTIONS);
}

function strings(values: unknown): string[] {
  return Array.isArray(values) ? values.filter((value): value is string => typeof value === 'string') : [];
}
