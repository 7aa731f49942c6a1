// What a standby does ahead of time because nobody can notice: it loads what Node itself loads at first use. Runs no code
// of the user's, opens nothing, prints nothing.
import module from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleInternals } from '../../node-internals/process.cts';
import type { GateMessage } from '../../protocol/control.cts';

/** Built-in modules that only define something when they are loaded. Others warn, watch, or read which name servers there are. */
const HARMLESS: ReadonlySet<string> = new Set(
  [
    'assert assert/strict async_hooks buffer child_process crypto diagnostics_channel events fs fs/promises',
    'http http2 https module net os path path/posix path/win32 perf_hooks querystring readline readline/promises stream',
    'stream/promises stream/web string_decoder timers timers/promises tls tty url util util/types v8 vm worker_threads zlib',
  ].flatMap((names) => names.split(' ')),
);

/** How Node finds what a CommonJS module asks for; nobody taps these. */
const {
  _findPath: findPath,
  _resolveLookupPaths: lookupPaths,
  _nodeModulePaths: nodeModulePaths,
} = moduleInternals();

/** Elsewhere `require` of an ES module is missing, or says once that it is experimental. */
const REQUIRES_ESM = 'registerHooks' in module || process.versions.node.startsWith('20.');

/**
 * Loads what the last run has used of Node, and finds what it has found in packages: Node remembers what it has seen of
 * folders and package.json files.
 *
 * @param esm also the loader of ES modules
 * @returns the warnings of it, to be given to `process.emitWarning` when the program begins
 */
export function warm({ builtins, found }: GateMessage & { kind: 'warm' }, esm: boolean): unknown[][] {
  const warnings: unknown[][] = [];
  const emitWarning = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  process.emitWarning = (...args: unknown[]) => void warnings.push(args);
  for (const { name, imported } of builtins) if (HARMLESS.has(name)) attempt(() => load(name, imported));
  if (esm && REQUIRES_ESM) attempt(() => void require('./warm-esm-loader.mjs'));
  for (const [specifier, url] of found) attempt(() => look(specifier, fileURLToPath(url)));
  if (emitWarning) Object.defineProperty(process, 'emitWarning', emitWarning);
  return warnings;
}

function look(specifier: string, from: string): void {
  const parent = { id: from, filename: from, paths: nodeModulePaths?.(dirname(from)) };
  findPath?.(specifier, lookupPaths?.(specifier, parent) ?? null, false);
}

/** What fails here is done later, as without us. */
function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // It fails again when the program comes to it.
  }
}

/** An `import` reads every export, and some of them are loaded when they are read: `WebSocket` of `node:http` takes 20 ms. */
function load(name: string, imported: boolean): void {
  const builtin: unknown = process.getBuiltinModule(name);
  if (!imported || typeof builtin !== 'object' || builtin === null) return;
  for (const key of Object.keys(builtin)) Reflect.get(builtin, key);
}
