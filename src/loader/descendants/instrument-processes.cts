// Instruments the processes that the app starts. Reports each to the supervisor, so that none outlives the run, and gives the
// preload and the address of the lane to those that may run a file of the project. Does not know what they load.
import type { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { isClusterWorker } from '../../node-internals/cluster.cts';
import { wrapMethod } from '../../node-internals/process.cts';
import type { SpawnOptions, Spawning } from '../../node-internals/process.cts';
import { attempt } from '../../shared/attempt.cts';
import { withPreload } from '../../shared/preload-option.cts';
import { realPath } from '../../shared/paths.cts';
import { addressVariable } from './lane-address.cts';
import type { Address } from './lane-address.cts';
import { callerUrl } from './calling-module.cts';
import { send } from '../channel/record-writer.cts';
import { projectRoot } from './project-root.cts';
import { isNode, mayRunNode } from './may-run-node.cts';
import { watchWorker } from '../sockets/cluster-primary.cts';
import { inputGiven } from '../app/detect-stdin-reads.cts';

const NODE_OPTIONS = 'NODE_OPTIONS=';

/**
 * Instruments every process that this thread starts from now on. Node publishes each `ChildProcess` in its constructor, before it
 * is started: only the `spawn` method of that object is replaced.
 *
 * @param address address of this process
 */
export function instrumentProcesses(address: Address): void {
  const { execPath } = process;
  let project: string | undefined;
  subscribe('child_process', (message) => {
    const child = (message as { process?: Spawning }).process;
    if (!child) return;
    const restore = wrapMethod(child, 'spawn', (spawn, _self, [given, ...rest]) => {
      restore();
      const options = given as SpawnOptions;
      // The app may call `spawn` itself, with anything: Node reports an error of the options.
      const changed = attempt(() => withAddress(options));
      // A process with our preload reports its reads from stdin itself.
      if (!changed || !isNode(options.file, execPath)) inputGiven(options.stdio);
      const result = spawn([changed ?? options, ...rest]);
      if (typeof child.pid === 'number') send({ kind: 'spawned', pid: child.pid });
      if (changed && isClusterWorker(options)) watchWorker(child as ChildProcess);
      // The app must not see the additional descriptor.
      if (changed && child.stdio && child.stdio.length === changed.stdio.length) child.stdio.length--;
      return result;
    });
  });

  /** The options with the address of the lane; undefined for a process that does not need it. */
  function withAddress(options: SpawnOptions): (SpawnOptions & { readonly stdio: unknown[] }) | undefined {
    if (!mayJoin(options, execPath)) return undefined;
    const stdio = stdioOf(options);
    project ??= address.project ?? projectRoot(realPath(process.argv[1] ?? ''));
    const forDescendant: Address = {
      fd: stdio.length,
      pipe: address.pipe,
      starter: callerUrl() ?? address.starter,
      // A process with an IPC channel is part of the program, whatever file it runs: a pool of workers has its own script.
      project: stdio.includes('ipc') ? undefined : project,
      isClusterWorker: isClusterWorker(options) || undefined,
    };
    return { ...options, stdio: [...stdio, address.fd], envPairs: envFor(options, forDescendant) };
  }
}

/** Whether a process may join the lane: a detached process is not part of the program, and another user may not read the preload. */
function mayJoin(options: SpawnOptions, execPath: string): boolean {
  const { file, args = [], envPairs = [], detached, uid, gid } = options;
  if (detached || uid !== undefined || gid !== undefined) return false;
  // Node ignores the options in a configuration file if NODE_OPTIONS is set.
  const isConfigured = args.some((text) => /-config-file\b/.test(text));
  return mayRunNode(file, args, execPath) && !(isConfigured && !envPairs.some(isNodeOptions));
}

/** The `stdio` option as an array, as Node would make it. */
function stdioOf({ stdio = 'pipe' }: SpawnOptions): unknown[] {
  if (typeof stdio === 'string') return [stdio, stdio, stdio];
  return stdio.concat(Array.from({ length: Math.max(0, 3 - stdio.length) }));
}

function envFor({ envPairs = [] }: SpawnOptions, address: Address): string[] {
  const options = envPairs.find(isNodeOptions)?.slice(NODE_OPTIONS.length);
  const others = envPairs.filter((pair) => !isNodeOptions(pair));
  return [...others, NODE_OPTIONS + withPreload(options), addressVariable(address)];
}

function isNodeOptions(pair: string): boolean {
  return pair.startsWith(NODE_OPTIONS);
}
