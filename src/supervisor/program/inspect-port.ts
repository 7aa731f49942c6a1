// Keeps the inspector for the app alone, on the same port in every run. Knows nothing of runs.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { allOptions } from './node-options.ts';
import type { OptionSources } from './node-options.ts';

/** Options by which Node may open an inspector at its start; a configuration file may name them too. */
const MAY_INSPECT = /--inspect|config-file/;

/** Options that name a port. */
const PORT_OPTIONS = ['--inspect', '--inspect-brk', '--inspect-wait', '--inspect-port', '--debug-port'];

/**
 * Closes the inspector that Node has opened in this process, so that a run can open it. The inspector that the preload of a
 * debugger has opened stays open.
 *
 * @returns the option that gives runs the same port, if the system has chosen the port; otherwise an empty array
 */
export async function releaseInspector(sources: OptionSources): Promise<string[]> {
  if (!isInspected(sources)) return [];
  const { default: inspector } = await import('node:inspector');
  const address = addressOf(inspector.url() ?? '');
  inspector.close();
  if (!address || !wantsAnyPort(allOptions(sources))) return [];
  const { host, port } = address;
  return [`--inspect-port=${host.includes(':') ? `[${host}]` : host}:${port}`];
}

/**
 * Chooses a free port if the options leave the port to the system, and this process has no inspector.
 *
 * @returns the option that gives runs this port; an empty array if the options name a port
 */
export async function choosePort(sources: OptionSources): Promise<string[]> {
  const options = allOptions(sources);
  if (!isInspected(sources) || !wantsAnyPort(options)) return [];
  const host = portsOf(options).at(-1)?.replace(/:?0+$/, '') || '127.0.0.1';
  const { createServer } = await import('node:net');
  const server = createServer();
  try {
    const listening = once(server, 'listening');
    server.listen(0, host.replaceAll(/[[\]]/g, ''));
    await listening;
    const { port } = server.address() as AddressInfo;
    return [`--inspect-port=${host}:${port}`];
  } catch {
    // Node reports the error of this host.
    return [];
  } finally {
    server.close();
  }
}

/** Whether Node may open an inspector when the program starts. */
export function isInspected(sources: OptionSources): boolean {
  return allOptions(sources).some((option) => MAY_INSPECT.test(dashed(option)));
}

/** Whether the system chooses the port of the inspector. The last option with a port takes precedence. */
export function wantsAnyPort(options: readonly string[]): boolean {
  return /^(.*:)?0+$/.test(portsOf(options).at(-1) ?? '');
}

/** The ports in options, with or without a host. */
function portsOf(options: readonly string[]): string[] {
  return options.flatMap((option, index) => {
    const [word = '', value] = option.split(/=(.*)/s, 2);
    const name = dashed(word);
    if (!PORT_OPTIONS.includes(name)) return [];
    // The other options take no separate word.
    const next = name.endsWith('-port') ? options[index + 1] : undefined;
    return value ?? next ?? [];
  });
}

/** Node accepts `_` for `-`. */
function dashed(option: string): string {
  return option.replaceAll('_', '-');
}

/** Host and port in the URL of an inspector, as `inspector.open` takes them. */
export function addressOf(url: string): { readonly host: string; readonly port: number } | undefined {
  const [, host, port] = /^ws:\/\/\[?(.+?)\]?:(\d+)\//.exec(url) ?? [];
  return host === undefined ? undefined : { host, port: Number(port) };
}
