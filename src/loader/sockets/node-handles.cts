// Node's own handles of sockets, as `node:net` keeps them behind its servers: what they can do, and how to come by their
// classes. None of it is documented; all of it is the same from Node 20 to 26. Knows nothing of what is done with them.
import net from 'node:net';
import { channelHandle } from '../channel/control-channel.cts';

/** A TCP or Pipe of Node's (src/tcp_wrap.cc, src/pipe_wrap.cc). Functions return an error number, or 0. */
export interface Handle {
  bind: (...args: unknown[]) => number;
  bind6?: (...args: unknown[]) => number;
  listen: (backlog: number) => number;
  open: (fd: number) => number;
  close: (...args: unknown[]) => unknown;
  unref: () => void;
  getsockname?: (address: { port?: number }) => number;
  getProviderType: () => number;
  readonly fd?: number;
}

/** What there is of a server's own. */
export interface Server extends net.Server {
  _handle: Handle | null;
  /** How many connections there are. */
  readonly _connections: number;
}

/** A class of handles. */
export interface HandleClass {
  new (type: number): Handle;
  readonly prototype: Handle;
}

/** What both classes call a handle that listens. */
export const SERVER = 1;

/** The class of TCP sockets, and what tells those that listen; undefined where there can be none. */
export function tcpClass(): { readonly type: HandleClass; readonly provider: number } | undefined {
  // Nothing else of Node's makes one without connecting or listening.
  const create = (net as unknown as { _createServerHandle?: (...args: unknown[]) => unknown })
    ._createServerHandle;
  try {
    const sample = create?.('127.0.0.1', 0, 4);
    if (!isHandle(sample)) return undefined;
    const provider = sample.getProviderType();
    // It counts as a resource until the loop has turned.
    sample.unref();
    sample.close();
    return { type: sample.constructor as HandleClass, provider };
  } catch {
    // The permission model may forbid it.
    return undefined;
  }
}

/** The class of unix sockets. */
export function pipeClass(): HandleClass | undefined {
  const channel = channelHandle();
  return isHandle(channel) ? (channel.constructor as HandleClass) : undefined;
}

/** The server that listens on a handle. Node's cluster takes it away. */
export function serverOf(handle: Handle): Server | undefined {
  const server = symbolProperty(handle, 'owner_symbol');
  return server instanceof net.Server && (server as Server)._handle === handle
    ? (server as Server)
    : undefined;
}

/** What is behind a symbol of Node's. */
export function symbolProperty(target: object, description: string): unknown {
  for (let object: object | null = target; object; object = Object.getPrototypeOf(object) as object | null) {
    const key = Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description);
    if (key) return Reflect.get(target, key);
  }
  return undefined;
}

/** The port that a handle is bound to; undefined when it is bound to none. */
export function portOf(handle: Handle): number | undefined {
  const address: { port?: number } = {};
  handle.getsockname?.(address);
  return address.port;
}

function isHandle(value: unknown): value is Handle {
  return typeof value === 'object' && value !== null && 'listen' in value && 'getProviderType' in value;
}
