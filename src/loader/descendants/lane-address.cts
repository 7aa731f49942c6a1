// Passes the address of the lane to descendants: to a worker thread as environment data, to a process in a variable that it deletes
// at once. Owns no descriptor.
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { LANE_VARIABLE, SUPERVISED_KEY } from '../../protocol/control.cts';
import { has, isBoolean, isNumber, isString, optional, parseJson } from '../../protocol/messages.cts';
import type { FieldsOf } from '../../protocol/messages.cts';
import { pipeAt } from '../channel/record-writer.cts';

const ADDRESS = {
  /** Descriptor of the lane in the descendant. */
  fd: isNumber,
  /** Identity of the pipe. */
  pipe: isString,
  /** URL of the module that started the descendant, if it is known. */
  starter: optional(isString),
  /** If present, the descendant counts only if it runs a file in this folder. */
  project: optional(isString),
  /** Whether the descendant is a worker of a cluster. */
  isClusterWorker: optional(isBoolean),
};

/** Address of the lane, with the reason why a descendant is part of the program. */
export type Address = FieldsOf<typeof ADDRESS>;

/** Keeps this process and its worker threads from becoming supervisors. Threads that are created from now on get the address. */
export function markSupervised(address?: Address): void {
  setEnvironmentData(SUPERVISED_KEY, address ?? true);
}

/** The address that this worker thread was given. */
export function workerAddress(): Address | undefined {
  return usable(getEnvironmentData(SUPERVISED_KEY));
}

/** The variable, with its value, that passes an address to a process. */
export function addressVariable(address: Address): string {
  return `${LANE_VARIABLE}=${JSON.stringify(address)}`;
}

/** The address in the value of that variable. */
export function processAddress(value: string): Address | undefined {
  return usable(parseJson(value));
}

/** A descendant may inherit the environment without the descriptor. */
function usable(value: unknown): Address | undefined {
  return has(value, ADDRESS) && pipeAt(value.fd) === value.pipe ? value : undefined;
}
