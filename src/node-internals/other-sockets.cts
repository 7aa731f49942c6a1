// Lets a server accept clients from a listening socket that is not its own (lib/net.js, `onconnection`). test/contract checks that on
// every Node major.
import { SERVER } from './sockets.cts';
import type { Handle, HandleClass } from './sockets.cts';

/** The app may replace these, as fake clocks do. */
const { setImmediate, setTimeout } = globalThis;

/** Number of clients that may wait (lib/net.js). */
const BACKLOG = 511;

/**
 * Serves the clients that wait at another listening socket, as if they had come to the socket of a handle.
 *
 * @param open opens a handle with the other socket; returns an error number, or 0
 * @param ms time without a client after which the other socket is closed
 */
export function serveWaiting(handle: Handle, open: (other: Handle) => number, ms: number): void {
  const other = new (handle.constructor as HandleClass)(SERVER);
  if (open(other) !== 0) return;
  let clients = 0;
  other.onconnection = (...args) => {
    clients++;
    // Reads `this`.
    handle.onconnection?.(...args);
  };
  other.unref();
  other.listen(BACKLOG);
  // Node accepts one client in a turn of the event loop. After a long step of the program, a timer is due at once.
  const closeAfter = (before: number): void => {
    const check = (): void => (clients === before ? void other.close() : closeAfter(clients));
    setTimeout(() => setImmediate(check), ms).unref();
  };
  closeAfter(-1);
}

/**
 * Connects a client to another listening socket, and serves it as if it had come to the socket of a handle.
 *
 * @param bind binds a handle; returns an error number, or 0
 * @param connect connects the client to what this handle is bound to; returns the same
 * @param type class of that handle. In a worker of a cluster, a server may have none of libuv.
 * @returns whether both succeeded
 */
export function serveOne(
  handle: Handle,
  bind: (other: Handle) => number,
  connect: (other: Handle) => number,
  type = handle.constructor as HandleClass,
): boolean {
  const other = new type(SERVER);
  other.onconnection = (error, ...args) => {
    other.close();
    if (!error) handle.onconnection?.(error, ...args);
  };
  const error = bind(other) || other.listen(1) || connect(other);
  if (error) other.close();
  else other.unref();
  return !error;
}
