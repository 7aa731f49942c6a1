// Tells the supervisor once that what the user types is the program's from now on: when this thread begins to read from a
// terminal, or gives its terminal to a process that may. It does so where Node calls its own handles, and puts all back as
// soon as it has told. Knows nothing of who else would read.
import { isatty } from 'node:tty';
import { inputBindings } from '../../node-internals/process.cts';
import type { SpawnSync, TtyHandle } from '../../node-internals/process.cts';
import { send } from '../channel/record-writer.cts';

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
  restore = () => {};
  const bindings = inputBindings();
  if (bindings) restore = replaceAll(bindings.tty, bindings.spawnSync);
  else tell();
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
