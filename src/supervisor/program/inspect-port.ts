// Debugging: the inspector is the app's alone, and stays on its port from one run to the next. Knows which port that
// is, and when SIGUSR1 may be passed on; knows nothing of why a run begins or ends.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { allOptions } from './node-options.ts';

/** Options by which Node may have opened an inspector in this process; a configuration file can name them too. */
const MAY_INSPECT = /--inspect|config-file/;

/** Options that name a port. Node takes `_` for `-`. */
const PORT_OPTIONS = ['--inspect', '--inspect-brk', '--inspect-wait', '--inspect-port', '--debug-port'];

/** How this process was started. */
export interface Start {
  readonly execArgv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Closes the inspector that Node has opened in this process: it is the child's. One that a debugger's own preload has
 * opened stays.
 *
 * @returns the option that gives children the same port, where the system has chosen it; none otherwise
 */
export async function releaseInspector(start: Start): Promise<string[]> {
  if (!isInspected(start)) return [];
  const { default: inspector } = await import('node:inspector');
  const address = addressOf(inspector.url() ?? '');
  inspector.close();
  if (!address || !wantsAnyPort(optionsOf(start))) return [];
  const { host, port } = address;
  return [`--inspect-port=${host.includes(':') ? `[${host}]` : host}:${port}`];
}

/**
 * Chooses a port where the program is to have an inspector on any, and this process has none.
 *
 * @returns the option that gives children that port; none where the user has named one
 */
export async function choosePort(start: Start): Promise<string[]> {
  const options = optionsOf(start);
  if (!isInspected(start) || !wantsAnyPort(options)) return [];
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
    // Node will say what is wrong with the host.
    return [];
  } finally {
    server.close();
  }
}

/** Whether Node may open an inspector when the program starts. */
export function isInspected(start: Start): boolean {
  return optionsOf(start).some((option) => MAY_INSPECT.test(option.replaceAll('_', '-')));
}

function optionsOf({ execArgv, env }: Start): string[] {
  return allOptions(env, execArgv);
}

/** Whether the inspector is to listen on a port that the system chooses. The last option that names one counts. */
export function wantsAnyPort(options: readonly string[]): boolean {
  return /^(.*:)?0+$/.test(portsOf(options).at(-1) ?? '');
}

/** The ports that options name, with or without a host. */
function portsOf(options: readonly string[]): string[] {
  return options.flatMap((option, index) => {
    const [name = '', value] = option.split(/=(.*)/s, 2);
    const plain = name.replaceAll('_', '-');
    if (!PORT_OPTIONS.includes(plain)) return [];
    // Only these take the next word.
    const next = plain.endsWith('-port') ? options[index + 1] : undefined;
    return value ?? next ?? [];
  });
}

/** Host and port of an inspector, as `inspector.open` takes them. */
export function addressOf(url: string): { readonly host: string; readonly port: number } | undefined {
  const [, host, port] = /^ws:\/\/\[?(.+?)\]?:(\d+)\//.exec(url) ?? [];
  return host === undefined ? undefined : { host, port: Number(port) };
}
