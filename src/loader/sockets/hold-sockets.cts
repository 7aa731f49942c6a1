// The listening sockets of the program: takes up those that the run before has left, gives new ones to the supervisor, and
// says which are let go. It does so where Node calls its own handles, so that no server, stack or error is another. Knows
// nothing of connections.
import type net from 'node:net';
import { resolve } from 'node:path';
import { encodeListening } from '../../protocol/control.cts';
import type { InheritedSocket } from '../../protocol/control.cts';
import { channelPipe, giveHandle } from '../channel/control-channel.cts';
import { pipeClass, portOf, serverOf, tcpClass } from '../../node-internals/sockets.cts';
import type { Handle, HandleClass } from '../../node-internals/sockets.cts';
import { send } from '../channel/record-writer.cts';
import { InheritedSockets } from './inherited-sockets.cts';
import { keepFile, markOf, removeFile } from '../../shared/socket-file.cts';

/** A port that was let go so long ago, in ms, may still be open in the supervisor. */
const RELEASED_MS = 1000;

/** So long, in ms, it is tried to bind a port that this program itself has let go; and how long to wait in between. */
const RETRY_MS = 500;
const RETRY_WAIT_MS = 1;

const { now } = Date;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** A socket of the program's that is bound, and listens perhaps. */
export interface Socket {
  readonly handle: Handle;
  readonly id: string;
  readonly key: string;
  readonly path: string | undefined;
  readonly adopted: boolean;
}

/** Sockets that are bound, by their handle. */
const bound = new WeakMap<Handle, Socket>();

/** Those that listen. */
const listening = new Set<Socket>();

/** How many sockets were bound to a port of the system's choice, by what was asked for. */
const chosen = new Map<string, number>();

/** When a port was let go. */
const released = new Map<number, number>();

let legacy: InheritedSockets;
let count = 0;
let ending = false;

/**
 * Holds every socket that this thread listens on from now on.
 *
 * @param handed what the run before has left
 */
export function holdSockets(handed: readonly InheritedSocket[]): void {
  legacy = new InheritedSockets(handed, (id) => send({ kind: 'released', id }));
  const tcp = tcpClass();
  const pipe = pipeClass(channelPipe());
  if (tcp) {
    for (const name of ['bind', 'bind6'] as const) wrapBind(tcp.type, name, tcp.provider);
    wrapListen(tcp.type);
  }
  if (pipe) {
    wrapBind(pipe, 'bind', undefined);
    wrapListen(pipe);
  }
}

/** The run has come up: what it does not want of what it was handed can be let go soon. */
export function socketsUp(): void {
  legacy?.cameUp();
}

/** From now on no socket is let go. */
export function keepSockets(): readonly Socket[] {
  ending = true;
  return [...listening];
}

/** Closes a socket, which goes on in the supervisor. */
export function closeSocket({ handle, path, adopted }: Socket): void {
  const close = (): void => void handle.close();
  if (path === undefined || adopted) close();
  else keepFile(path, close);
}

/** @param provider what tells a socket that listens from one that connects; undefined where only the former are bound */
function wrapBind({ prototype }: HandleClass, name: 'bind' | 'bind6', provider: number | undefined): void {
  const original = prototype[name];
  if (!original) return;
  replace(prototype, name, {
    [name](this: Handle, ...args: unknown[]): number {
      const bind = (): number => original.apply(this, args);
      if (provider !== undefined && this.getProviderType() !== provider) return bind();
      return adopt(this, name, args) ? 0 : bindNew(this, args, bind);
    },
  });
}

function wrapListen({ prototype }: HandleClass): void {
  const { listen } = prototype;
  replace(prototype, 'listen', {
    listen(this: Handle, backlog: number): number {
      const error = listen.call(this, backlog);
      if (error === 0) begun(this);
      return error;
    },
  });
}

function adopt(handle: Handle, name: string, [address, port, flags]: unknown[]): boolean {
  if (ending) return false;
  const path = pathOf(address, port);
  const base = JSON.stringify([path === undefined ? name : 'pipe', address, port, flags ?? 0]);
  const nth =
    port === 0 ? (chosen.get(base) ?? 0) : [...listening].filter(({ key }) => key.startsWith(base)).length;
  if (port === 0) chosen.set(base, nth + 1);
  const key = `${base}${nth}`;
  const id = legacy.open(handle, key, (mark) => path === undefined || mark === markOf(path));
  bound.set(handle, { handle, id: id ?? `${process.pid}.${++count}`, key, path, adopted: id !== undefined });
  return id !== undefined;
}

/** Binds a socket. One of our own may be in the way: what this run was handed and has not asked for, or what it has let go. */
function bindNew(handle: Handle, [, port]: unknown[], bind: () => number): number {
  const error = bind();
  // Node learns that an address is in use when it listens. Until then the handle has no port.
  const isInUse = (): boolean => portOf(handle) === undefined;
  if (typeof port !== 'number' || port <= 0 || error !== 0 || !isInUse()) return error;
  if (legacy.discardPort(port)) released.set(port, now());
  if (now() - (released.get(port) ?? 0) > RELEASED_MS) return error;
  const end = now() + RETRY_MS;
  while (isInUse() && now() < end) {
    Atomics.wait(sleeper, 0, 0, RETRY_WAIT_MS);
    bind();
  }
  return 0;
}

function begun(handle: Handle): void {
  const socket = bound.get(handle);
  if (!socket || listening.has(socket)) return;
  const { id, key, path, adopted } = socket;
  listening.add(socket);
  const { close } = handle;
  replace(handle, 'close', {
    close(this: Handle, ...args: unknown[]): unknown {
      if (listening.delete(socket)) letGo(socket);
      return close.apply(this, args);
    },
  });
  if (adopted) {
    send({ kind: 'adopted', id });
    return;
  }
  const server = serverOf(handle);
  const mark = path === undefined ? String(portOf(handle)) : (markOf(path) ?? '');
  const file = path === undefined || mark === '' ? undefined : resolve(path);
  const message = encodeListening({ id, key, mark, file, http: isHttp(server) });
  giveHandle(message, handle);
  legacy.replaced();
}

/** The app has closed a socket. */
function letGo({ handle, id, path, adopted }: Socket): void {
  if (ending) return;
  const port = portOf(handle);
  if (port !== undefined) released.set(port, now());
  // Node removes the file of a socket that it has bound.
  if (path !== undefined && adopted) removeFile(path);
  send({ kind: 'released', id });
}

/** Whether a server speaks plain HTTP. The module of such a server must not be loaded to find out. */
function isHttp(server: net.Server | undefined): boolean {
  return server !== undefined && 'closeIdleConnections' in server && !('setSecureContext' in server);
}

function pathOf(address: unknown, port: unknown): string | undefined {
  return typeof address === 'string' && port === -1 ? address : undefined;
}

/** As Node has it: not enumerable. */
function replace(target: Handle, name: string, functions: Record<string, unknown>): void {
  Object.defineProperty(target, name, { value: functions[name], writable: true, configurable: true });
}
