// The resolve hook for Node before 22.15, which runs it in a thread of its own. Must stay a file of its own on
// the disk: Node loads it by URL.
import type { ResolveHook } from 'node:module';
import { openLane } from './lane.cts';
import { Recorder } from './recorder.cts';
import type { RecorderOptions } from './recorder.cts';

/** What the thread that registers this hook hands over. */
export interface HooksThreadData extends RecorderOptions {
  /** Descriptor of the lane. */
  readonly lane: number;
}

let recorder: Recorder | undefined;

export function initialize(data: HooksThreadData): void {
  openLane(data.lane);
  recorder = new Recorder(data);
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
