// The child's end of the control channel, which is Node's IPC channel. Where the app's launcher gave it no channel,
// the app must not see ours: `process.send` and its kin are taken off `process`, and put back only while Node's own
// code reads a message. Knows nothing of what a message makes the child do.
import { parseControl } from '../protocol.cts';
import type { ControlMessage } from '../protocol.cts';

/** What Node puts on `process` for a child with an IPC channel (lib/internal/child_process.js, setupChannel). */
const KEYS =
  'send connected disconnect channel _send _disconnect _handleQueue _pendingMessage _channel'.split(' ');

/** The channel's pipe, behind a symbol of Node's. */
interface ChannelHandle {
  onread: (this: unknown, ...args: unknown[]) => unknown;
}

/**
 * Listens to the supervisor.
 *
 * @param onMessage called with each control message
 */
export function listen(onMessage: (message: ControlMessage) => void): void {
  process.on('internalMessage' as 'message', (message: unknown) => {
    const control = parseControl(message);
    if (control) onMessage(control);
  });
}

/**
 * Tells when the app closes the channel to its launcher. The supervisor cannot know by itself: the channel of a child
 * that ends is closed as well, and before its end is known.
 */
export function onDisconnect(tell: () => void): void {
  const disconnect = process.disconnect?.bind(process);
  if (!disconnect) return;
  process.disconnect = () => {
    tell();
    disconnect();
  };
}

/**
 * Takes the channel out of the app's sight, and keeps it from holding the process alive.
 *
 * @param onClosed called when the supervisor is gone
 */
export function hideChannel(onClosed: () => void): void {
  process.channel?.unref();
  const handleKey = Object.getOwnPropertySymbols(process).find((key) => key.description === 'kChannelHandle');
  const handle = handleKey && (process as unknown as Record<symbol, ChannelHandle | undefined>)[handleKey];
  if (!handleKey || !handle) return;

  // Listeners of the channel. Node's other listeners, for signals and for `multipleResolves`, stay.
  for (const listener of process.listeners('newListener' as 'message')) {
    // The last is nameless, and takes no arguments.
    if (listener.name === 'onNewListener' || listener.length === 0) process.off('newListener', listener);
  }
  for (const listener of process.listeners('removeListener' as 'message')) {
    if (listener.name === 'onRemoveListener') process.off('removeListener', listener);
  }

  const hidden = [...KEYS, handleKey].map(
    (key) => [key, Object.getOwnPropertyDescriptor(process, key)] as const,
  );
  const reveal = (): void => {
    for (const [key, descriptor] of hidden) if (descriptor) Object.defineProperty(process, key, descriptor);
  };
  const hide = (): void => {
    for (const [key] of hidden) Reflect.deleteProperty(process, key);
  };

  const { onread } = handle;
  handle.onread = function (...args) {
    // Node reads no bytes at the end.
    if (args[0] === undefined) onClosed();
    reveal();
    try {
      return onread.apply(this, args);
    } finally {
      hide();
    }
  };
  hide();
}
