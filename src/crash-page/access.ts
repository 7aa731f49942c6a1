// Decides which clients see the error. A site that lets its own name resolve to this machine (DNS rebinding) is told by the name
// that its requests carry, another machine by its address, and a proxy by the headers that it adds. Pure.
import type { IncomingHttpHeaders } from 'node:http';
import { plainAddress } from '../shared/plain-address.cts';

/** The addresses of a connection; undefined for a Unix socket. */
export interface Connection {
  readonly remoteAddress?: string | undefined;
  readonly localAddress?: string | undefined;
}

/** `localhost`, names below it, and the addresses by which a machine reaches itself. */
const LOOPBACK = /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|0\.0\.0\.0|::1?)$/;

/**
 * Whether the client of a request may see the error: it runs on this machine and asks for it under a loopback name or the address
 * that it has connected to, or it asks for a host that the user has named.
 *
 * @param named hosts that the user has named, in lower case; `*` is any
 */
export function mayRead(
  headers: IncomingHttpHeaders,
  connection: Connection,
  named: readonly string[],
): boolean {
  if (named.includes('*')) return true;
  const local = plainAddress(connection.localAddress);
  const isHere = (address: string): boolean =>
    LOOPBACK.test(address) || (address !== '' && address === local);
  const hosts = [headers.host ?? '', ...listOf(headers['x-forwarded-host'])].map(hostname);
  if (hosts.every((host) => named.includes(host))) return true;
  const remote = connection.remoteAddress;
  const clients = [...(remote === undefined ? [] : [remote]), ...listOf(headers['x-forwarded-for'])];
  return (
    headers.forwarded === undefined &&
    clients.map(plainAddress).every(isHere) &&
    hosts.every((host) => isHere(host) || named.includes(host))
  );
}

/** The name or the address in a `Host` header: `localhost` in `localhost:3000`, `::1` in `[::1]:3000`. */
function hostname(host: string): string {
  const [, address, name = ''] = /^(?:\[([^\]]*)\]|([^:]*?)\.?)(?::\d*)?$/.exec(host.toLowerCase()) ?? [];
  return plainAddress(address ?? name);
}

function listOf(header: string | readonly string[] | undefined): string[] {
  return header === undefined
    ? []
    : [header]
        .flat()
        .join()
        .split(',')
        .map((text) => text.trim());
}
