// Starts the first run of a Node program before the supervisor is loaded, so that both are loaded at the same time. Keeps what happens
// meanwhile. Knows nothing of what it means.
import type { ChildProcess } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import { channelSerialization } from '../../node-internals/process.cts';
import type { Options } from '../../options/options.ts';
import { LANE_FD } from '../../protocol/control.cts';
import { identify } from '../processes/process-table.ts';
import type { ProcessIdentity } from '../processes/process-table.ts';
import type { NodeProgram } from '../program/program.ts';
import { holdsSockets, spawnNode } from './spawn-node.ts';

/** Events of a child that its run needs. */
const CHILD_EVENTS = ['exit', 'message', 'internalMessage', 'disconnect'];

/** Signals with which a terminal, a shell or a service manager stops a program. */
export const EXIT_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface EarlyChild {
  /** Undefined if it could not be started. */
  readonly child: ChildProcess | undefined;
  readonly identity: ProcessIdentity | undefined;
  /** Time of the start (wall clock, ms). */
  readonly at: number;
  /** Passes the events on. Signals of this process are among them. */
  readonly release: (onFailed: (error: Error) => void) => void;
}

export function startEarly(program: NodeProgram, options: Pick<Options, 'hold'>): EarlyChild {
  const at = Date.now();
  const releaseSignals = keepEvents(process, EXIT_SIGNALS);
  const failures: Error[] = [];
  let onFailed = (error: Error): unknown => failures.push(error);
  const handOver = holdsSockets(options) ? { fds: [], handed: [] } : undefined;
  const serialization = process.connected ? channelSerialization() : undefined;
  const child = spawnNode({ program, gate: undefined, handOver, serialization }, (error) => onFailed(error));
  const lane = child?.stdio[LANE_FD];
  // Node drops unread data of the lane when the child exits.
  const releases = [
    ...(lane ? [keepEvents(lane, ['data'])] : []),
    ...(child ? [keepEvents(child, CHILD_EVENTS)] : []),
    releaseSignals,
  ];
  return {
    child,
    identity: child?.pid === undefined ? undefined : identify(child.pid),
    at,
    release: (handler) => {
      onFailed = handler;
      for (const error of failures) handler(error);
      for (const release of releases) release();
    },
  };
}

/** Keeps events until the returned function is called, which passes them to the listeners that have been added since. */
function keepEvents(emitter: EventEmitter, names: readonly string[]): () => void {
  const kept: (() => void)[] = [];
  const keepers = names.map((name) => {
    // Those of Node, which has handled the event.
    const before = new Set(emitter.rawListeners(name));
    const keep = (...args: unknown[]): unknown =>
      kept.push(() => {
        for (const listener of emitter.rawListeners(name))
          if (!before.has(listener)) Reflect.apply(listener, emitter, args);
      });
    emitter.on(name, keep);
    return () => emitter.off(name, keep);
  });
  return () => {
    for (const remove of keepers) remove();
    for (const pass of kept) pass();
  };
}
