// Passes the address of the lane to descendants: to a worker thread as environment data, to a process in a variable that it deletes
// at once. Owns no descriptor.
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { LANE_VARIABLE, SUPERVISED_KEY } from '../../protocol/control.cts';

/** Address of the lane, with the reason why a descendant is part of the program. */
export interface Address {
  /** Descriptor of the lane in the descendant. */
  readonly fd: number;
  /** Identity of the pipe. A descendant may inherit the environment without the descriptor. */
  readonly pipe: string;
  /** URL of the module that started the descendant, if it is known. */
  readonly starter?: string | undefined;
  /** If present, the descendant counts only if it runs a file in this folder. */
  readonly project?: string | undefined;
}

/** Keeps this process from becoming a supervisor, with or without a lane. */
export function markSupervised(): void {
  setEnvironmentData(SUPERVISED_KEY, true);
}

/** Sets the address for worker threads that are created from now on. */
export function addressWorkers(address: Address): void {
  setEnvironmentData(SUPERVISED_KEY, { ...address });
}

/** The address that this worker thread was given. */
export function workerAddress(): Address | undefined {
  return parse(getEnvironmentData(SUPERVISED_KEY));
}

/** The variable, with its value, that passes an address to a process. */
export function addressVariable(address: Address): string {
  return `${LANE_VARIABLE}=${JSON.stringify(address)}`;
}

/** Removes the address of this process from the environment and returns it. */
export function takeAddress(env: NodeJS.ProcessEnv): Address | undefined {
  const value = env[LANE_VARIABLE];
  if (value === undefined) return undefined;
  delete env[LANE_VARIABLE];
  try {
    return parse(JSON.parse(value));
  } catch {
    return undefined;
  }
}

function parse(value: unknown): Address | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { fd, pipe, starter, project } = value as Partial<Record<keyof Address, unknown>>;
  if (typeof fd !== 'number' || typeof pipe !== 'string') return undefined;
  return { fd, pipe, starter: stringOrNone(starter), project: stringOrNone(project) };
}

function stringOrNone(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
