// Records imports with off-thread hooks, for Node before 22.15. Node loads this file by URL. Only the resolve hook records; the
// load hook makes up for the slower thread: Node's own load hook reads a file in four steps, each through the thread pool.
import fs from 'node:fs';
import type { LoadHook, LoadHookContext, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import { openLane } from './channel/record-writer.cts';
import { ModuleRecorder } from './hooks/module-recorder.cts';
import type { HooksThreadData } from './hooks/module-recorder.cts';
import { attempt } from '../shared/attempt.cts';

/** Hooks of the app may replace it on the module later. */
const { readFileSync } = fs;

let recorder: ModuleRecorder | undefined;
let mayRead = false;
let releaseWarnings: (() => void) | undefined;

export function initialize(data: HooksThreadData): void {
  openLane(data.lane);
  recorder = new ModuleRecorder(data);
  // Ours are registered again behind those of a transpiler.
  if (data.isLinked && !releaseWarnings) withholdWarnings(data.count);
  // After the app has registered hooks, ours are registered again, in front of them.
  mayRead = data.isInnermost;
}

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  let found = false;
  releaseWarnings?.();
  try {
    const result = await nextResolve(specifier, context);
    found = true;
    if (result.url.startsWith('node:')) recorder?.builtin(result.url, true);
    else {
      const { url, format } = result;
      recorder?.resolved(specifier, context.parentURL, url, false, false, format ?? undefined);
    }
    return result;
  } finally {
    if (!found) recorder?.missed(specifier, context.parentURL);
  }
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const source = mayRead ? sourceOf(url, context) : undefined;
  if (source) return { format: 'module', source, shortCircuit: true };
  const result = await nextLoad(url, context);
  // Only the load hook of a transpiler knows the format of its modules.
  if (context.format == null) recorder?.format(url, result.format ?? undefined);
  return result;
};

/** Withholds the warnings about modules that a standby links, until it has become the run and resolves its entry. */
function withholdWarnings(count: Int32Array): void {
  const withheld: unknown[][] = [];
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (...args: unknown[]) => void withheld.push(args);
  releaseWarnings = () => {
    if (Atomics.load(count, 1) === 0) return;
    releaseWarnings = undefined;
    process.emitWarning = emitWarning;
    for (const args of withheld) emitWarning(...args);
  };
}

/** The source of a plain ES module; undefined for any other module, and where Node itself reports an error. */
function sourceOf(url: string, { format, importAttributes }: LoadHookContext): Buffer | undefined {
  if (format !== 'module' || !url.startsWith('file:')) return undefined;
  if (Object.keys(importAttributes ?? {}).length > 0) return undefined;
  return attempt(() => {
    const bytes = readFileSync(fileURLToPath(url));
    // Not from the pool of buffers: the whole pool would be copied to the other thread.
    const source = Buffer.allocUnsafeSlow(bytes.length);
    bytes.copy(source);
    return source;
  });
}
