// Owns the inherited sockets that the program has not asked for yet, and decides when they are released. Knows nothing of servers.
import fs from 'node:fs';
import { serveWaiting } from '../../node-internals/other-sockets.cts';
import type { Handle } from '../../node-internals/sockets.cts';
import type { InheritedSocket } from '../../protocol/control.cts';
import { attempt } from '../../shared/attempt.cts';
import { markOf } from '../../shared/socket-file.cts';
import { pipeAt, send } from '../channel/record-writer.cts';

/** Time after which a run that is up asks for no more sockets (ms). It may listen only when a compiler or a database is ready. */
const CLAIM_MS = 60_000;

/** The same for a run that listens on a new address (ms). It has probably asked for all of its sockets. */
const CLAIM_AFTER_NEW_MS = 100;

/** The app may replace these later. */
const { setTimeout } = globalThis;
const { closeSync } = fs;

interface UnclaimedSocket extends InheritedSocket {
  /** Identity of the socket at the descriptor. A preload of the user may close descriptors that it did not open. */
  readonly identity: string;
}

/** Time without a client of a removed socket file after which none is left (ms). All of them have connected before. */
const ORPHAN_MS = 100;

/** Sockets whose file the program has removed, by the handle that takes their place. */
const orphaned = new Map<Handle, UnclaimedSocket>();

const unclaimed = new Set<UnclaimedSocket>();
let isUp = false;
let hasNewSocket = false;

/** Keeps the sockets of the previous run until the program asks for them. */
export function inheritSockets(sockets: readonly InheritedSocket[]): void {
  for (const socket of sockets) {
    const identity = pipeAt(socket.fd);
    if (identity !== undefined) unclaimed.add({ ...socket, identity });
  }
}

/**
 * Opens a handle with the inherited socket of a key.
 *
 * @param path of the socket file, if the socket has one
 * @returns the id of the socket; undefined if there is none
 */
export function adoptInherited(handle: Handle, key: string, path: string | undefined): string | undefined {
  const socket = [...unclaimed].find((candidate) => candidate.key === key);
  if (!socket) return undefined;
  unclaimed.delete(socket);
  const isOpen = pipeAt(socket.fd) === socket.identity;
  const mark = path === undefined ? socket.mark : markOf(path);
  if (isOpen && socket.mark === mark && handle.open(socket.fd) === 0) return socket.id;
  // Not released: the supervisor replaces it when it gets the new socket of that key.
  if (isOpen && mark === undefined) orphaned.set(handle, socket);
  else close(socket);
  return undefined;
}

/** Serves the clients that were connected before the program removed the socket file, to bind it anew. */
export function serveOrphaned(handle: Handle): void {
  const socket = orphaned.get(handle);
  if (!socket) return;
  orphaned.delete(handle);
  if (pipeAt(socket.fd) === socket.identity)
    serveWaiting(handle, (other) => other.open(socket.fd), ORPHAN_MS);
}

/** Releases the sockets on a port, which the program binds with another address. Returns whether there were any. */
export function releasePort(port: number): boolean {
  const sockets = [...unclaimed].filter(({ mark }) => mark === String(port));
  for (const socket of sockets) release(socket);
  return sockets.length > 0;
}

/** Releases the sockets that the program does not ask for. It is up, and may still open some. */
export function releaseUnclaimedSoon(): void {
  isUp = true;
  releaseAfter(hasNewSocket ? CLAIM_AFTER_NEW_MS : CLAIM_MS);
}

/** The run listens on a new address. */
export function onNewSocket(): void {
  hasNewSocket = true;
  if (isUp) releaseAfter(CLAIM_AFTER_NEW_MS);
}

function releaseAfter(ms: number): void {
  if (unclaimed.size === 0) return;
  setTimeout(() => {
    for (const socket of unclaimed) release(socket);
  }, ms).unref();
}

function release(socket: UnclaimedSocket): void {
  unclaimed.delete(socket);
  close(socket);
  send({ kind: 'released', id: socket.id });
}

function close({ fd, identity }: UnclaimedSocket): void {
  // Other code may close it in between.
  if (pipeAt(fd) === identity) attempt(() => closeSync(fd));
}
