// Tells whether Node is still loading or evaluating the entry or a preload.
import { tracingChannel } from 'node:diagnostics_channel';
import type { TracingChannelSubscribers } from 'node:diagnostics_channel';
import { pathToFileURL } from 'node:url';

/** The app may replace it. */
const listeners = process.listeners.bind(process);

interface Import {
  /** The URL of the module that imports; of the entry, none; of a preload, the working directory. */
  readonly parentURL?: string;
}

/**
 * Tracks the entry, preloads, and what a CommonJS entry imports. Where Node announces them, by the diagnostics channel `module.import`
 * (all of 22.23, 24 and 26, seen); on Node 20, by the `exit` listener that is there while an ES entry is evaluated
 * (lib/internal/modules/run_main.js). What an ES entry imports without awaiting it may go on for as long as the program runs.
 */
export function trackImports() {
  const pending = new Set<Import>();
  const subscribers = {
    start: (message: Import) => void (isOfEntry(message) && pending.add(message)),
    asyncEnd: (message: Import) => void pending.delete(message),
  } as unknown as TracingChannelSubscribers<object>;
  const channel = tracingChannel('module.import');
  channel.subscribe(subscribers);
  return {
    isPending: () => pending.size > 0 || listeners('exit').some(isOfNode),
    /** Ends the subscription, which adds steps to the promise of each `import()`. */
    release: () => channel.unsubscribe(subscribers),
  };
}

function isOfEntry({ parentURL }: Import): boolean {
  const main = process.mainModule?.filename;
  return (
    !parentURL || parentURL.endsWith('/') || (main !== undefined && parentURL === String(pathToFileURL(main)))
  );
}

function isOfNode(listener: (...args: never[]) => unknown): boolean {
  return listener.name === 'handleProcessExit' && String(listener).includes('TopLevelAwait');
}
