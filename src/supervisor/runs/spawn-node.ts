// Spawns a process of a Node program: its arguments, variables and descriptors. Keeps no state.
import type { ChildProcess, SerializationType } from 'node:child_process';
import type { Options } from '../../options/options.ts';
import {
  CONTROL_FD,
  encodeInherited,
  GATE_FD,
  GATE_VARIABLE,
  HELD_FD,
  HELD_VARIABLE,
  LANE_FD,
  RELAY_VARIABLE,
} from '../../protocol/control.cts';
import type { Gate, InheritedSocket } from '../../protocol/control.cts';
import { spawnChild } from '../processes/spawn-child.ts';
import type { NodeProgram } from '../program/program.ts';

export interface NodeSpawnOptions {
  readonly program: NodeProgram;
  /** Gate at which the child waits; undefined for a child that runs at once. */
  readonly gate: Gate | undefined;
  /** Sockets that the child inherits, and their descriptions; undefined if sockets are not held. */
  readonly handOver:
    | { readonly fds: readonly number[]; readonly handed: readonly InheritedSocket[] }
    | undefined;
  /** Serialization of the launcher's channel; undefined without a launcher. */
  readonly serialization: SerializationType | undefined;
}

/** Whether sockets are held between runs. On Windows no process can inherit a socket as a descriptor. */
export function holdsSockets({ hold }: Pick<Options, 'hold'>): boolean {
  return hold && process.platform !== 'win32';
}

/** @param onFailed see {@link spawnChild} */
export function spawnNode(
  { program, gate, handOver, serialization }: NodeSpawnOptions,
  onFailed: (error: Error) => void,
): ChildProcess | undefined {
  const stdio: ('inherit' | 'pipe' | 'ipc' | 'ignore' | number)[] = [...program.stdio];
  stdio[LANE_FD] = 'pipe';
  stdio[CONTROL_FD] = 'ipc';
  // Without a gap: Node would move the later descriptors down.
  stdio[GATE_FD] = gate ? 'pipe' : 'ignore';
  for (const [i, fd] of handOver?.fds.entries() ?? []) stdio[HELD_FD + i] = fd;
  const { args, lateGateArgs, linkedGate } = program;
  const gateArgs = { early: args, late: lateGateArgs, linked: linkedGate?.args }[gate ?? 'early'];
  const options = {
    argv0: program.argv0,
    cwd: program.cwd,
    env: {
      ...program.env,
      ...(gate === 'linked' ? linkedGate?.env : {}),
      ...(serialization ? { [RELAY_VARIABLE]: '1' } : {}),
      ...(gate ? { [GATE_VARIABLE]: gate } : {}),
      ...(handOver ? { [HELD_VARIABLE]: encodeInherited(handOver.handed) } : {}),
    },
    stdio,
    serialization: serialization ?? 'json',
  };
  return spawnChild(program.executable, gateArgs ?? args, options, onFailed);
}
