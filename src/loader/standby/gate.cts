// Makes a standby wait at the gate: the loader is in place and no code of the user has run. A blocking read keeps the event loop
// from running, except while modules are linked. Does not know what comes before.
import fs from 'node:fs';
import { GATE_FD, parseGateMessage } from '../../protocol/control.cts';
import type { GateMessage } from '../../protocol/control.cts';
import { attempt } from '../../shared/attempt.cts';
import { beginRun } from '../app/app-api.cts';
import { exitNow } from '../../node-internals/process.cts';
import { send } from '../channel/record-writer.cts';
import { expectFound } from '../hooks/previous-run.cts';
import { linkAhead } from './link-ahead.cts';
import { runAhead } from './run-ahead.cts';
import { warm } from './warm-up.cts';

const CHUNK = 1 << 16;
const NEWLINE = 10;

/**
 * Begins the run when the supervisor opens the gate. Exits if the supervisor has died.
 *
 * @param isReady whether hooks are installed, so that the ES module loader can be warmed up
 */
export function waitAtGate(isReady = true): void {
  const warnings: unknown[][] = [];
  for (const message of messages())
    if (message.kind === 'warm') {
      warnings.push(...warm(message, isReady));
      expectFound(message.found);
    } else return begin(message, warnings);
}

/** Like {@link waitAtGate}, but links modules before. Its records have stamps, by which the supervisor finds out what has changed. */
export async function linkAndWaitAtGate(): Promise<void> {
  const warnings: unknown[][] = [];
  for (const message of messages())
    if (message.kind === 'warm') {
      warnings.push(...warm(message, true), ...(await linkAhead(message.link)));
      if (message.run.length > 0) await runAhead(message.run);
      send({ kind: 'linked' });
    } else return begin(message, warnings);
}

function begin(message: GateMessage & { kind: 'go' }, warnings: readonly unknown[][]): void {
  send({ kind: 'begun' });
  fs.closeSync(GATE_FD);
  for (const args of warnings) (process.emitWarning as (...all: unknown[]) => void)(...args);
  beginRun(message.begin);
}

function* messages(): Generator<GateMessage> {
  for (;;)
    for (const line of readLines()) {
      const message = parseGateMessage(line);
      if (message) yield message;
    }
}

/** Blocks until complete lines have arrived. */
function readLines(): string[] {
  const chunks: Buffer[] = [];
  do {
    const bytes = Buffer.allocUnsafe(CHUNK);
    const length = attempt(() => fs.readSync(GATE_FD, bytes)) ?? 0;
    // Packages that ran before their turn may listen for `exit`.
    if (length === 0) exitNow(0);
    chunks.push(bytes.subarray(0, length));
  } while (chunks.at(-1)?.at(-1) !== NEWLINE);
  return Buffer.concat(chunks).toString().split('\n');
}
