// What a standby does ahead of time because nobody can notice: it loads what Node itself loads at first use. Runs no code
// of the user's, opens nothing, prints nothing.
import type { UsedBuiltin } from '../protocol.cts';

/** Built-in modules that only define something when they are loaded. Others warn, or begin to watch something. */
const HARMLESS: ReadonlySet<string> = new Set(
  [
    'assert assert/strict async_hooks buffer child_process crypto diagnostics_channel dns dns/promises events fs fs/promises',
    'http http2 https module net os path path/posix path/win32 perf_hooks querystring readline readline/promises stream',
    'stream/promises stream/web string_decoder timers timers/promises tls tty url util util/types v8 vm worker_threads zlib',
  ].flatMap((names) => names.split(' ')),
);

/**
 * Loads what the last run has used.
 *
 * @param esm also the loader of ES modules
 */
export function warm(builtins: readonly UsedBuiltin[], esm: boolean): void {
  const warning = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  // In some versions `require` of an ES module is experimental, and says so.
  process.emitWarning = () => {};
  try {
    for (const { name, imported } of builtins) if (HARMLESS.has(name)) load(name, imported);
    if (esm) require('./warm.mjs');
  } catch {
    // Then this is done later, as without us.
  } finally {
    if (warning) Object.defineProperty(process, 'emitWarning', warning);
  }
}

/** An `import` reads every export, and some of them are loaded when they are read: `WebSocket` of `node:http` takes 20 ms. */
function load(name: string, imported: boolean): void {
  const builtin: unknown = process.getBuiltinModule(name);
  if (!imported || typeof builtin !== 'object' || builtin === null) return;
  for (const key of Object.keys(builtin)) Reflect.get(builtin, key);
}
