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

export function initialize(data: HooksThreadData): void {
  openLane(data.lane);
  recorder = new ModuleRecorder(data);
  // After the app has registered hooks, ours are registered again, in front of them.
  mayRead = data.isInnermost;
}

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  let found = false;
  try {
    const result = await nextResolve(specifier, context);
    found = true;
    if (result.url.startsWith('node:')) recorder?.builtin(result.url, true);
    else recorder?.resolved(specifier, context.parentURL, result.url);
    return result;
  } finally {
    if (!found) recorder?.missed(specifier, context.parentURL);
  }
};

export const load: LoadHook = (url, context, nextLoad) => {
  const source = mayRead ? sourceOf(url, context) : undefined;
  // Node awaits the result, a promise or not.
  return source ? { format: 'module', source, shortCircuit: true } : nextLoad(url, context);
};

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
