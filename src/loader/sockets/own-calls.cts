// Decides what happens to the calls of a run that is shutting down to its own addresses, as without autoreload: its server answers them
// until the program closes it, and then they are refused. The supervisor holds these sockets for the next run, so that a call would
// wait for that run, and the run for the call.
import fs from 'node:fs';
import type net from 'node:net';
import os from 'node:os';
import { join, resolve } from 'node:path';
import { serveOne } from '../../node-internals/other-sockets.cts';
import { wrapMethod } from '../../node-internals/process.cts';
import { boundTo } from '../../node-internals/sockets.cts';
import type { Handle, HandleClass } from '../../node-internals/sockets.cts';
import type { ListeningAddress } from '../../protocol/control.cts';
import { attempt } from '../../shared/attempt.cts';
import { plainAddress } from '../../shared/plain-address.cts';

/** Error code of libuv, which is that of the system. */
const REFUSED = -os.constants.errno.ECONNREFUSED;

/** Addresses on which a socket accepts connections to every address of this machine. */
const ANY: ReadonlySet<unknown> = new Set(['::', '0.0.0.0']);

const LOCAL = '127.0.0.1';

/** The app may replace these on the module later. */
const { mkdtempSync, rmSync } = fs;

export interface OwnServer {
  readonly server: net.Server;
  readonly handle: Handle;
}

/**
 * Leads every connection of this thread to a socket past it from now on.
 *
 * @param type of the handles that connect to it
 * @param listening where the socket was, which is closed
 * @param own server that listened on it in this process, with its handle
 */
export function divertOwnCalls(
  type: HandleClass,
  listening: ListeningAddress,
  own: OwnServer | undefined,
): void {
  const { prototype } = type;
  if (typeof listening === 'string') {
    wrapMethod(prototype, 'connect', (connect, client, [request, to]) => {
      if (typeof to !== 'string' || resolve(to) !== listening) return connect();
      if (own?.server.listening && serveByFile(type, own.handle, client, request)) return 0;
      // Where no file is, so that the error comes as late as usual.
      const missing = withPrivateFile((file) => file);
      return missing === undefined ? REFUSED : connect([request, missing]);
    });
    return;
  }
  const { address, port } = listening;
  for (const name of ['connect', 'connect6'])
    wrapMethod(prototype, name, (connect, client, [request, to, toPort]) => {
      if (toPort !== port || !reaches(plainAddress(String(to)), plainAddress(address))) return connect();
      return own?.server.listening && serveByPort(type, own.handle, client, request) ? 0 : REFUSED;
    });
}

/** Connects a client to a port that nobody else knows, and lets the server of a handle answer. Returns whether that succeeded. */
function serveByPort(type: HandleClass, handle: Handle, client: Handle, request: unknown): boolean {
  return serveOne(
    handle,
    (other) => other.bind(LOCAL, 0),
    (other) => client.connect(request, LOCAL, boundTo(other).port),
    type,
  );
}

/** Does the same with a file. */
function serveByFile(type: HandleClass, handle: Handle, client: Handle, request: unknown): boolean {
  const isServed = withPrivateFile((file) =>
    serveOne(
      handle,
      (other) => other.bind(file),
      () => client.connect(request, file),
      type,
    ),
  );
  return isServed === true;
}

/** Calls a function with the path of a new file that only this user can open. The file is removed afterwards. */
function withPrivateFile<T>(use: (file: string) => T): T | undefined {
  const folder = attempt(() => mkdtempSync(join(os.tmpdir(), 'autoreload-')));
  if (folder === undefined) return undefined;
  const result = use(join(folder, 'socket'));
  attempt(() => rmSync(folder, { recursive: true }));
  return result;
}

/** Whether a connection to an address arrives at a socket that is bound to another. */
function reaches(to: string, bound: string): boolean {
  return ANY.has(bound) ? isOfMachine(to) : to === bound || ANY.has(to);
}

function isOfMachine(address: string): boolean {
  if (ANY.has(address) || address === '::1' || address.startsWith('127.')) return true;
  return Object.values(os.networkInterfaces()).some((list) => list?.some((own) => own.address === address));
}
