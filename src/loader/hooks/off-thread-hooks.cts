// The hooks for Node before 22.15, which runs them in a thread of its own. Must stay a file of its own on the disk: Node
// loads it by URL. The resolve hook records. The load hook only makes up for the thread: Node's own reads in four steps,
// each through the thread pool.
import fs from 'node:fs';
import type { LoadHook, LoadHookContext, ResolveHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import { openLane } from '../channel/record-writer.cts';
import { ModuleRecorder } from './module-recorder.cts';
import type { ModuleRecorderOptions } from './module-recorder.cts';

/** What the thread that registers these hooks hands over. */
export interface HooksThreadData extends ModuleRecorderOptions {
  /** Descriptor of the lane. */
  readonly lane: number;
  /** Whether no hook of the user's is between ours and Node's own, nor checks what those read. */
  readonly isInnermost: boolean;
}

/** Hooks of the user's own may replace it on the module later. */
const { readFileSync } = fs;

let recorder: ModuleRecorder | undefined;
let mayRead = false;

export function initialize(data: HooksThreadData): void {
  openLane(data.lane);
  recorder = new ModuleRecorder(data);
  // When hooks of the user's have come, ours are there a second time, in front of them.
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
  // A promise or not, Node waits for it.
  return source ? { format: 'module', source, shortCircuit: true } : nextLoad(url, context);
};

/** What Node itself would load for a plain ES module; undefined for everything else, and where Node has an error to tell. */
function sourceOf(url: string, { format, importAttributes }: LoadHookContext): Buffer | undefined {
  if (format !== 'module' || !url.startsWith('file:')) return undefined;
  if (Object.keys(importAttributes ?? {}).length > 0) return undefined;
  try {
    const bytes = readFileSync(fileURLToPath(url));
    // Memory of its own: with memory of a pool, all of the pool would be sent to the other thread.
    const source = Buffer.allocUnsafeSlow(bytes.length);
    bytes.copy(source);
    return source;
  } catch {
    return undefined;
  }
}
