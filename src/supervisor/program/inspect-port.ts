// Keeps the inspector for the app alone, on the same port in every run. Knows nothing of runs.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Options by which Node may open an inspector at its start; a configuration file may name them too. */
const MAY_INSPECT = /--inspect|config[-_]file/;

/** An option with a port, in options that are joined by line breaks. `--inspect` takes no separate word. Node accepts `_` for `-`. */
const PORT_OPTION = /^--(?:inspect(?:[-_](?:brk|wait))?=|(?:inspect|debug)[-_]port[=\n])(.*)$/gm;

/**
 * Closes the inspector that Node has opened in this process, so that a run can open it. The inspector that the preload of a
 * debugger has opened stays open.
 *
 * @param options of NODE_OPTIONS and of the command line
 * @returns the option that gives runs the same port, if the options leave the port to the system; otherwise an empty array
 */
export async function releaseInspector(options: readonly string[]): Promise<string[]> {
  if (!isInspected(options)) return [];
  const { default: inspector } = await import('node:inspector');
  const opened = addressOf(inspector.url() ?? '');
  inspector.close();
  const host = anyPortHost(options);
  const address = host === undefined ? undefined : (opened ?? (await freeAddress(host)));
  if (address === undefined) return [];
  const name = address.host.includes(':') ? `[${address.host}]` : address.host;
  return [`--inspect-port=${name}:${address.port}`];
}

/** Returns a free port of a host; undefined if Node will report an error of this host. */
async function freeAddress(host: string): Promise<Address | undefined> {
  const { createServer } = await import('node:net');
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen(0, host);
    await listening;
    return { host, port: (server.address() as AddressInfo).port };
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}

/** Whether Node with these options may open an inspector when the program starts. */
export function isInspected(options: readonly string[]): boolean {
  return options.some((option) => MAY_INSPECT.test(option));
}

/** The host of the inspector if the system chooses its port. The last option with a port takes precedence. */
export function anyPortHost(options: readonly string[]): string | undefined {
  const wanted = [...options.join('\n').matchAll(PORT_OPTION)].at(-1)?.[1] ?? '';
  const match = /^(?:\[?(.*?)\]?:)?0+$/.exec(wanted);
  return match ? match[1] || '127.0.0.1' : undefined;
}

/** Host and port of an inspector, as `inspector.open` takes them. */
interface Address {
  readonly host: string;
  readonly port: number;
}

/** The address in the URL of an inspector. */
export function addressOf(url: string): Address | undefined {
  const [, host, port] = /^ws:\/\/\[?(.+?)\]?:(\d+)\//.exec(url) ?? [];
  return host === undefined ? undefined : { host, port: Number(port) };
}
