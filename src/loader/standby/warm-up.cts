// Warms up a standby in ways that the program cannot notice: loads parts of Node that are loaded at first use. Runs no code of
// the user, opens nothing, prints nothing.
import module from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleInternals } from '../../node-internals/process.cts';
import type { GateMessage } from '../../protocol/control.cts';
import { attempt } from '../../shared/attempt.cts';
import { OWN_FILES } from '../../shared/paths.cts';

/** Built-in modules without effects when they are loaded. Others warn, watch files, or read the name servers. */
const EFFECT_FREE: ReadonlySet<string> = new Set(
  [
    'assert assert/strict async_hooks buffer child_process crypto diagnostics_channel events fs fs/promises',
    'http http2 https module net os path path/posix path/win32 perf_hooks querystring readline readline/promises stream',
    'stream/promises stream/web string_decoder timers timers/promises tls tty url util util/types v8 vm worker_threads zlib',
  ].flatMap((names) => names.split(' ')),
);

/** The functions of Node itself: a transpiler may replace them before the warm-up. */
const { _findPath, _resolveLookupPaths, _nodeModulePaths } = moduleInternals;

/** Whether `require` of an ES module works without a warning that is printed once. */
const REQUIRES_ESM = 'registerHooks' in module || process.versions.node.startsWith('20.');

/**
 * Loads the built-in modules of the previous run, and resolves its imports in packages: Node caches folders and package.json
 * files.
 *
 * @param esm whether to load the ES module loader too
 * @returns arguments of `process.emitWarning`, to be called when the program begins
 */
export function warm({ builtins, found }: GateMessage & { kind: 'warm' }, esm: boolean): unknown[][] {
  const warnings = withholdWarnings();
  // An error is ignored: it will recur when the program does the same.
  for (const { name, imported } of builtins) if (EFFECT_FREE.has(name)) attempt(() => load(name, imported));
  if (esm && REQUIRES_ESM) attempt(() => void require(OWN_FILES.warmEsmLoader));
  // The app must not find it among its modules.
  Reflect.deleteProperty(require.cache, OWN_FILES.warmEsmLoader);
  for (const [specifier, parent] of found) attempt(() => look(specifier, fileURLToPath(parent)));
  return warnings.release();
}

/** Runs a step during which warnings are withheld, and returns their arguments. */
export async function deferWarnings(step: () => Promise<void>): Promise<unknown[][]> {
  const warnings = withholdWarnings();
  await step();
  return warnings.release();
}

function withholdWarnings() {
  const withheld: unknown[][] = [];
  const emitWarning = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  process.emitWarning = (...args: unknown[]) => void withheld.push(args);
  return {
    release: () => {
      if (emitWarning) Object.defineProperty(process, 'emitWarning', emitWarning);
      return withheld;
    },
  };
}

function look(specifier: string, from: string): void {
  const parent = { id: from, filename: from, paths: _nodeModulePaths?.(dirname(from)) };
  _findPath?.(specifier, _resolveLookupPaths?.(specifier, parent) ?? null, false);
}

/** An import reads each export, and some exports are loaded when they are read: `WebSocket` of `node:http` takes 20 ms. */
function load(name: string, imported: boolean): void {
  const builtin: unknown = process.getBuiltinModule(name);
  if (!imported || typeof builtin !== 'object' || builtin === null) return;
  for (const key of Object.keys(builtin)) Reflect.get(builtin, key);
}
