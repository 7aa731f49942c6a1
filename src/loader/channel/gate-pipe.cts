// Reads the gate: the pipe on which a standby waits for its turn, and a run that starts beside another one for the turn of its sockets.
// Blocks the thread. Does not know what follows.
import fs from 'node:fs';
import { exitNow } from '../../node-internals/process.cts';
import { GATE_FD, parseGateMessage } from '../../protocol/control.cts';
import type { GateMessage } from '../../protocol/control.cts';
import { attempt } from '../../shared/attempt.cts';
import { send } from './record-writer.cts';

const CHUNK = 1 << 16;
const NEWLINE = 10;

/** The app may replace these on the module later. */
const { closeSync, readSync } = fs;

let isTurnDue = false;

/** Waits for messages. Exits if the supervisor has died. */
export function* gateMessages(): Generator<GateMessage> {
  for (;;)
    for (const line of readLines()) {
      const message = parseGateMessage(line);
      if (message) yield message;
    }
}

/**
 * The run begins.
 *
 * @param overlaps whether the run before still accepts connections
 */
export function leaveGate(overlaps: boolean): void {
  if (overlaps) isTurnDue = true;
  else closeSync(GATE_FD);
}

/** Waits until the run before accepts no more connections. */
export function awaitTurn(): void {
  if (!isTurnDue) return;
  isTurnDue = false;
  send({ kind: 'listens' });
  readLines();
  closeSync(GATE_FD);
}

/** Blocks until complete lines have arrived. */
function readLines(): string[] {
  const chunks: Buffer[] = [];
  do {
    const bytes = Buffer.allocUnsafe(CHUNK);
    const length = attempt(() => readSync(GATE_FD, bytes)) ?? 0;
    // Packages that ran before their turn may listen for `exit`.
    if (length === 0) exitNow(0);
    chunks.push(bytes.subarray(0, length));
  } while (chunks.at(-1)?.at(-1) !== NEWLINE);
  return Buffer.concat(chunks).toString().split('\n');
}
