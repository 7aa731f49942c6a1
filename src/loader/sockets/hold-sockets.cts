// Holds the listening sockets of the program across runs. A new socket is given to the supervisor, which holds a copy. The next run
// inherits the copy, and adopts it when the program listens on the same address. A socket that the program closes, or does not
// ask for, is released. All of this happens in the methods of the handles, so that servers, stacks and errors stay as they are.
// Knows nothing of connections.
import type net from 'node:net';
import { resolve } from 'node:path';
import { beforeCall, channelHandle, wrapMethod } from '../../node-internals/process.cts';
import { boundTo, pipeClass, serverOf, tcpClass, trackHttp2Sessions } from '../../node-internals/sockets.cts';
import type { Handle, HandleClass } from '../../node-internals/sockets.cts';
import { encodeControl } from '../../protocol/control.cts';
import type { InheritedSocket } from '../../protocol/control.cts';
import { keepFile, markOf, removeFile } from '../../shared/socket-file.cts';
import { awaitTurn } from '../channel/gate-pipe.cts';
import { giveHandle } from '../channel/control-channel.cts';
import { send, sleep } from '../channel/record-writer.cts';
import { isPrimary } from './cluster-primary.cts';
import {
  adoptInherited,
  inheritSockets,
  onNewSocket,
  releasePort,
  serveOrphaned,
} from './inherited-sockets.cts';

/** Maximum time that the supervisor needs to close its copy of a released socket (ms). */
const RELEASE_MS = 1000;

/** Timeout for binding a port that this program has released, and the wait between two attempts (ms). */
const RETRY_MS = 500;
const RETRY_WAIT_MS = 1;

/** The app may replace it, as fake clocks do. */
const { setImmediate } = globalThis;
const { now } = Date;

/** A socket that the program has bound. */
export interface HeldSocket {
  readonly handle: Handle;
  readonly id: string;
  readonly key: string;
  /** Path of its socket file, as the program gave it. */
  readonly path: string | undefined;
  /** Whether it comes from the previous run. */
  readonly isAdopted: boolean;
}

const boundSockets = new WeakMap<Handle, HeldSocket>();
const listeningSockets = new Set<HeldSocket>();

/** Number of sockets with a port chosen by the system, by the address that the program asked for. */
const ephemeralPorts = new Map<string, number>();

/** Time when a port was released (ms). */
const releaseTimes = new Map<number, number>();

let newSockets = 0;
let isDraining = false;

/**
 * Holds every socket that this thread listens on from now on. The channel must not be hidden yet.
 *
 * @param sockets from the previous run
 */
export function holdSockets(sockets: readonly InheritedSocket[]): void {
  inheritSockets(sockets);
  const tcp = tcpClass();
  const pipe = pipeClass(channelHandle());
  if (tcp) wrapMethods(tcp.type, tcp.provider);
  if (pipe) wrapMethods(pipe, undefined);
}

/** Releases no more sockets. Returns the sockets that the program listens on. */
export function keepSockets(): readonly HeldSocket[] {
  isDraining = true;
  return [...listeningSockets];
}

/** Closes the socket in this process only. */
export function closeSocket({ handle, path, isAdopted }: HeldSocket): void {
  // libuv removes the file of a socket that it has bound.
  if (path === undefined || isAdopted) handle.close();
  else keepFile(path, () => handle.close());
}

/** @param provider provider type of handles that listen; undefined if the class binds no others */
function wrapMethods({ prototype }: HandleClass, provider: number | undefined): void {
  for (const name of ['bind', 'bind6'])
    wrapMethod(prototype, name, (bind, handle, args) => {
      if (provider !== undefined && handle.getProviderType() !== provider) return bind();
      const error = adopt(handle, name, args) ? 0 : bindNew(handle, args, bind);
      if (error === 0 && provider !== undefined && isPrimary()) setImmediate(onBound, handle);
      return error;
    });
  wrapMethod(prototype, 'listen', (listen, handle) => {
    if (boundSockets.get(handle)?.isAdopted) awaitTurn();
    const error = listen();
    if (error === 0) onListening(handle);
    return error;
  });
}

/** Adopts the inherited socket with the same address, if there is one. */
function adopt(handle: Handle, name: string, [address, port, flags]: unknown[]): boolean {
  if (isDraining) return false;
  const path = typeof address === 'string' && port === -1 ? address : undefined;
  const base = JSON.stringify([path === undefined ? name : 'pipe', address, port, flags ?? 0]);
  const equal = [...listeningSockets].filter((socket) => socket.key.startsWith(base));
  const key = `${base}${port === 0 ? nextEphemeral(base) : equal.length}`;
  const adopted = adoptInherited(handle, key, path);
  const id = adopted ?? `${process.pid}.${++newSockets}`;
  boundSockets.set(handle, { handle, id, key, path, isAdopted: adopted !== undefined });
  return adopted !== undefined;
}

function nextEphemeral(base: string): number {
  const count = ephemeralPorts.get(base) ?? 0;
  ephemeralPorts.set(base, count + 1);
  return count;
}

/** Binds a new socket, after a released or an unclaimed one has left the port. */
function bindNew(handle: Handle, [, port]: unknown[], bind: () => number): number {
  const error = bind();
  // Node reports an address in use when it listens. Until then the handle has no port.
  const isInUse = (): boolean => boundTo(handle).port === undefined;
  if (typeof port !== 'number' || port <= 0 || error !== 0 || !isInUse()) return error;
  if (releasePort(port)) releaseTimes.set(port, now());
  if (now() - (releaseTimes.get(port) ?? 0) > RELEASE_MS) return error;
  const end = now() + RETRY_MS;
  while (isInUse() && now() < end) {
    sleep(RETRY_WAIT_MS);
    bind();
  }
  return 0;
}

/** The primary of a cluster binds the sockets on which the workers themselves accept. */
function onBound(handle: Handle): void {
  if (boundTo(handle).port !== undefined) onListening(handle);
}

function onListening(handle: Handle): void {
  const socket = boundSockets.get(handle);
  if (!socket || listeningSockets.has(socket)) return;
  const { id, key, path, isAdopted } = socket;
  const server = serverOf(handle);
  listeningSockets.add(socket);
  trackHttp2Sessions(server);
  beforeCall(handle, 'close', () => {
    if (listeningSockets.delete(socket)) release(socket);
  });
  if (isAdopted) {
    send({ kind: 'adopted', id });
    return;
  }
  const { address: host, port } = path === undefined ? boundTo(handle) : {};
  const mark = path === undefined ? String(port) : (markOf(path) ?? '');
  const file = path === undefined || mark === '' ? undefined : resolve(path);
  const http = isHttp(server);
  serveOrphaned(handle);
  giveHandle(encodeControl({ kind: 'listening', id, key, mark, host, file, http }), handle);
  onNewSocket();
}

/** Releases a socket that the program closes. */
function release({ handle, id, path, isAdopted }: HeldSocket): void {
  if (isDraining) return;
  const { port } = boundTo(handle);
  if (port !== undefined) releaseTimes.set(port, now());
  // libuv keeps the file of a socket that it has not bound.
  if (path !== undefined && isAdopted) removeFile(path);
  send({ kind: 'released', id });
}

/** Whether a server speaks plain HTTP. Without `instanceof`, which would load `node:http`. */
function isHttp(server: net.Server | undefined): boolean {
  return server !== undefined && 'closeIdleConnections' in server && !('setSecureContext' in server);
}
