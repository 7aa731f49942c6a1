// The resolve hook for Node before 22.15, which runs it in a thread of its own. Must stay a file of its own on
// the disk: Node loads it by URL.
import type { HooksThreadData } from './install.cts';
import { Recorder } from './recorder.cts';
import type { ResolveHook } from 'node:module';

let recorder: Recorder | undefined;

export function initialize({ progress, entry }: HooksThreadData): void {
  recorder = new Recorder(progress, entry);
}

export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  let found = false;
  try {
    const result = await nextResolve(specifier, context);
    found = true;
    recorder?.resolved(specifier, context.parentURL, result.url);
    return result;
  } finally {
    if (!found) recorder?.missed(specifier, context.parentURL);
  }
};
