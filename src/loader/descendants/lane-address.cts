// How a descendant finds the lane: a worker thread in its environment data, a process in one variable that it deletes
// at once. Owns no descriptor.
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { LANE_VARIABLE, SUPERVISED_KEY } from '../../protocol/control.cts';

/** Where the lane is, and why the descendant is part of the program. */
export interface Address {
  /** Descriptor of the lane in the descendant. */
  readonly fd: number;
  /** Which pipe must be there. A descendant may have our environment without our descriptors. */
  readonly pipe: string;
  /** URL of the module that started the descendant, if it is known. */
  readonly starter?: string | undefined;
  /** The descendant counts only if what it runs is in this folder; without it, whatever it runs. */
  readonly project?: string | undefined;
}

/** Keeps this process from becoming a supervisor, whether or not it finds the lane. */
export function markSupervised(): void {
  setEnvironmentData(SUPERVISED_KEY, true);
}

/** Gives an address to the worker threads that are created from now on. */
export function addressWorkers(address: Address): void {
  setEnvironmentData(SUPERVISED_KEY, { ...address });
}

/** The address that this worker thread was given. */
export function workerAddress(): Address | undefined {
  return parse(getEnvironmentData(SUPERVISED_KEY));
}

/** The variable, with its value, that gives an address to a process. */
export function addressVariable(address: Address): string {
  return `${LANE_VARIABLE}=${JSON.stringify(address)}`;
}

/** Takes the address that this process was given out of the environment; undefined when it was given none. */
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
