// Tells whether Node is still loading or evaluating the entry or a preload.
import { tracingChannel } from 'node:diagnostics_channel';
import type { TracingChannelSubscribers } from 'node:diagnostics_channel';

/** The app may replace it. */
const listeners = process.listeners.bind(process);

/**
 * Tracks the entry, preloads and dynamic imports. Where Node announces them, by the diagnostics channel `module.import` (all of 22.23,
 * 24 and 26, seen); on Node 20, by the `exit` listener that is there while the entry is evaluated (lib/internal/modules/run_main.js).
 */
export function trackImports() {
  let pending = 0;
  const subscribers = {
    start: () => void pending++,
    asyncEnd: () => void pending--,
  } as unknown as TracingChannelSubscribers<object>;
  const channel = tracingChannel('module.import');
  channel.subscribe(subscribers);
  return {
    isPending: () => pending > 0 || listeners('exit').some(isOfNode),
    /** Ends the subscription, which adds steps to the promise of each `import()`. */
    release: () => channel.unsubscribe(subscribers),
  };
}

function isOfNode(listener: (...args: never[]) => unknown): boolean {
  return listener.name === 'handleProcessExit' && String(listener).includes('TopLevelAwait');
}
