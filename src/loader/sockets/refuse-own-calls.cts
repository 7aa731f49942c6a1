// Refuses the calls of a run that is shutting down to its own addresses, as the system does once they are closed. The supervisor holds
// these sockets for the next run, so that the call would wait for that run, and the run for the call.
import os from 'node:os';
import { resolve } from 'node:path';
import { wrapMethod } from '../../node-internals/process.cts';
import { boundTo } from '../../node-internals/sockets.cts';
import type { Handle } from '../../node-internals/sockets.cts';
import { plainAddress } from '../../shared/plain-address.cts';

/** Error codes of libuv, which are those of the system. */
const REFUSED = -os.constants.errno.ECONNREFUSED;
const MISSING = -os.constants.errno.ENOENT;

/** Addresses on which a socket accepts connections to every address of this machine. */
const ANY: ReadonlySet<unknown> = new Set(['::', '0.0.0.0']);

/**
 * Refuses every connection of this thread to a socket from now on.
 *
 * @param path of its socket file, if it has one
 */
export function refuseOwnCalls(handle: Handle, path: string | undefined): void {
  const { prototype } = handle.constructor as { prototype: object };
  if (path !== undefined) {
    const file = resolve(path);
    wrapMethod(prototype, 'connect', (connect, _handle, [, to]) =>
      typeof to === 'string' && resolve(to) === file ? MISSING : connect(),
    );
    return;
  }
  const { address, port } = boundTo(handle);
  for (const name of ['connect', 'connect6'])
    wrapMethod(prototype, name, (connect, _handle, [, to, toPort]) =>
      toPort === port && reaches(plainAddress(String(to)), plainAddress(address)) ? REFUSED : connect(),
    );
}

/** Whether a connection to an address arrives at a socket that is bound to another. */
function reaches(to: string, bound: string): boolean {
  return ANY.has(bound) ? isOfMachine(to) : to === bound || ANY.has(to);
}

function isOfMachine(address: string): boolean {
  if (ANY.has(address) || address === '::1' || address.startsWith('127.')) return true;
  return Object.values(os.networkInterfaces()).some((list) => list?.some((own) => own.address === address));
}
