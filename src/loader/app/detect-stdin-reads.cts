// Tells the supervisor once that the program reads terminal input: when this thread starts to read from a terminal, or gives its
// terminal to a process that may read. Of a pipe or a socket, tells that the program has read it to its end. Wraps the methods of the
// handles, and unwraps them after the report. Knows nothing of other readers.
import { isatty } from 'node:tty';
import { inputBindings } from '../../node-internals/bindings.cts';
import { beforeCall, wrapMethod } from '../../node-internals/process.cts';
import type { SpawnOptions } from '../../node-internals/process.cts';
import { attempt } from '../../shared/attempt.cts';
import { pipeAt, send } from '../channel/record-writer.cts';

/** Functions that unwrap the methods; undefined when there is nothing to report. */
let restores: (() => void)[] | undefined;

/**
 * Watches for the first read in this thread; where that is impossible, input belongs to the program from the start. Reads of `node:fs`
 * are not noticed, since our frame would show in the stacks of their errors. The supervisor does without: the kernel gives input to no
 * other reader while such a read waits.
 */
export function watchInput(): void {
  if (!isatty(0)) {
    if (pipeAt(0) !== undefined) watchEnd();
    return;
  }
  const bindings = inputBindings();
  restores = bindings && [
    beforeCall(bindings.tty, 'readStart', report),
    beforeCall(bindings.tty, 'setRawMode', (isRaw) => isRaw && report()),
    beforeCall(bindings.spawnSync, 'spawn', (options) => inputGiven((options as SpawnOptions).stdio)),
  ];
  if (!restores) send({ kind: 'reads' });
}

/** Watches for the end of a pipe or a socket. */
function watchEnd(): void {
  const { pipe } = inputBindings() ?? {};
  const restore =
    pipe &&
    wrapMethod(pipe, 'readStart', (readStart, handle) => {
      if (handle.fd === 0) {
        restore?.();
        const { onread } = handle;
        handle.onread = function (...args) {
          if (args[0] === undefined) send({ kind: 'inputEnded' });
          return onread.apply(this, args);
        };
      }
      return readStart();
    });
}

/**
 * A process is about to start with this stdin.
 *
 * @param stdio the option of the app, or its normalized form
 */
export function inputGiven(stdio: unknown): void {
  // Node reports invalid options of the app.
  if (restores && attempt(() => isTerminal(Array.isArray(stdio) ? stdio[0] : stdio))) report();
}

function report(): void {
  if (!restores) return;
  for (const restore of restores) restore();
  restores = undefined;
  send({ kind: 'reads' });
}

/** Whether an element of `stdio` is a terminal. */
function isTerminal(stdio: unknown): boolean {
  if (stdio === 'inherit') return isatty(0);
  const fd = typeof stdio === 'object' && stdio !== null ? (stdio as { fd?: unknown }).fd : stdio;
  return typeof fd === 'number' && isatty(fd);
}
