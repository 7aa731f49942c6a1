// Tells the supervisor once that the program reads terminal input: when this thread starts to read from a terminal, or gives its
// terminal to a process that may read. Wraps the methods of the handles, and unwraps them after the report. Knows nothing of other
// readers.
import { isatty } from 'node:tty';
import { inputBindings, replaceMethods } from '../../node-internals/process.cts';
import type { InputBindings, SpawnSync, TtyHandle } from '../../node-internals/process.cts';
import { send } from '../channel/record-writer.cts';

/** Unwraps the methods; undefined when there is nothing to report. */
let restore: (() => void) | undefined;

/**
 * Watches for the first read in this thread; where that is impossible, input belongs to the program from the start. Reads of `node:fs`
 * are not noticed, since our frame would show in the stacks of their errors. The supervisor does without: the kernel gives input to no
 * other reader while such a read waits.
 */
export function watchInput(): void {
  if (!isatty(0)) return;
  restore = () => {};
  const bindings = inputBindings();
  if (bindings) restore = wrap(bindings);
  else report();
}

/**
 * A process is about to start with this stdin.
 *
 * @param stdio the option of the app, or its normalized form
 */
export function inputGiven(stdio: unknown): void {
  try {
    if (restore && isTerminal(Array.isArray(stdio) ? stdio[0] : stdio)) report();
  } catch {
    // An invalid option of the app. Node reports it.
  }
}

function report(): void {
  restore?.();
  restore = undefined;
  send({ kind: 'reads' });
}

/** @returns a function that unwraps */
function wrap({ tty, spawnSync }: InputBindings): () => void {
  const { readStart, setRawMode } = tty;
  const { spawn } = spawnSync;
  const unwrapTty = replaceMethods(tty, {
    readStart(this: TtyHandle): number {
      report();
      return readStart.call(this);
    },
    setRawMode(this: TtyHandle, isRaw: unknown): number {
      if (isRaw) report();
      return setRawMode.call(this, isRaw);
    },
  });
  const unwrapSpawn = replaceMethods(spawnSync, {
    spawn(this: SpawnSync, options: { readonly stdio?: unknown }): unknown {
      inputGiven(options.stdio);
      return spawn.call(this, options);
    },
  });
  return () => {
    unwrapTty();
    unwrapSpawn();
  };
}

/** Whether an element of `stdio` is a terminal. */
function isTerminal(stdio: unknown): boolean {
  if (stdio === 'inherit') return isatty(0);
  const fd = typeof stdio === 'object' && stdio !== null ? (stdio as { fd?: unknown }).fd : stdio;
  return typeof fd === 'number' && isatty(fd);
}
