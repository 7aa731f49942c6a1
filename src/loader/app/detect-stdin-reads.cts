// Tells the supervisor once that what the user types is the program's from now on: when this thread begins to read from a
// terminal, or gives its terminal to a process that may. It does so where Node calls its own handles, and puts all back as
// soon as it has told. Knows nothing of who else would read.
import { isatty } from 'node:tty';
import { send } from '../channel/record-writer.cts';

/** A terminal of Node's (src/tty_wrap.cc), and the base of it that reads. */
interface TtyHandle {
  readStart: () => number;
  setRawMode: (isRaw: unknown) => number;
}

/** What `node:child_process` calls for its synchronous functions. */
interface SpawnSync {
  spawn: (options: { readonly stdio?: unknown }) => unknown;
}

const { getOwnPropertyDescriptor } = Object;

/** What is done when it is told, or undefined where there is nothing to tell any more. */
let restore: (() => void) | undefined;

/**
 * Watches for the first read of this thread's. Where that cannot be seen, what is typed is the program's from the start.
 * A read of `node:fs` is not seen: the error of one that fails would show our frame. The supervisor does without: while such a
 * read waits, the kernel gives what is typed to nobody else.
 */
export function watchInput(): void {
  if (!isatty(0)) return;
  const { binding } = process as unknown as { binding: (name: string) => unknown };
  restore = () => {};
  try {
    // It would warn.
    if (isDeprecationPending()) throw new Error('process.binding is deprecated');
    const { TTY } = binding('tty_wrap') as { TTY: { readonly prototype: TtyHandle } };
    const processes = binding('spawn_sync') as SpawnSync;
    restore = replaceAll(TTY.prototype, processes);
  } catch {
    tell();
  }
}

/**
 * A process is about to be started with this stdin.
 *
 * @param stdio as it was given to Node, or as Node has made it
 */
export function inputGiven(stdio: unknown): void {
  try {
    if (restore && isTerminal(Array.isArray(stdio) ? stdio[0] : stdio)) tell();
  } catch {
    // It is the app's object. Node says what is wrong with it.
  }
}

function tell(): void {
  restore?.();
  restore = undefined;
  send({ kind: 'reads' });
}

/** @returns what puts all back */
function replaceAll(prototype: TtyHandle, processes: SpawnSync): () => void {
  const { readStart, setRawMode } = prototype;
  const { spawn } = processes;
  const undo = [
    replace(prototype, 'readStart', {
      readStart(this: TtyHandle): number {
        tell();
        return readStart.call(this);
      },
    }),
    replace(prototype, 'setRawMode', {
      setRawMode(this: TtyHandle, isRaw: unknown): number {
        if (isRaw) tell();
        return setRawMode.call(this, isRaw);
      },
    }),
    replace(processes, 'spawn', {
      spawn(this: SpawnSync, options: { readonly stdio?: unknown }): unknown {
        inputGiven(options.stdio);
        return spawn.call(this, options);
      },
    }),
  ];
  return () => {
    for (const one of undo) one();
  };
}

/** @returns what puts it back */
function replace(target: object, name: string, functions: Record<string, unknown>): () => void {
  const before = getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value: functions[name], writable: true, configurable: true });
  return () => {
    if (before) Object.defineProperty(target, name, before);
    else Reflect.deleteProperty(target, name);
  };
}

/** Whether one element of `stdio` is a terminal. Only standard input is read from. */
function isTerminal(stdio: unknown): boolean {
  if (stdio === 'inherit') return isatty(0);
  const fd = typeof stdio === 'object' && stdio !== null ? (stdio as { fd?: unknown }).fd : stdio;
  return typeof fd === 'number' && isatty(fd);
}

function isDeprecationPending(): boolean {
  const { NODE_OPTIONS = '', NODE_PENDING_DEPRECATION } = process.env;
  return (
    NODE_PENDING_DEPRECATION === '1' ||
    [NODE_OPTIONS, ...process.execArgv].some((text) => text.includes('--pending-deprecation'))
  );
}
