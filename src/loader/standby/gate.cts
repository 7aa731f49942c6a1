// Makes a standby wait at the gate: the loader is in place and no code of the user has run. A blocking read keeps the event loop
// from running. Does not know what comes before or after.
import fs from 'node:fs';
import { GATE_FD, parseGateMessage } from '../../protocol/control.cts';
import type { RunInfo } from '../../protocol/control.cts';
import { expectFound } from '../hooks/previous-run.cts';
import { warm } from './warm-up.cts';

const CHUNK = 1 << 16;
const NEWLINE = 10;

/**
 * Returns when the supervisor opens the gate. Exits if the supervisor has died.
 *
 * @param isReady whether hooks are installed, so that the ES module loader can be warmed up
 * @returns the data of the run that begins
 */
export function waitAtGate(isReady: boolean): RunInfo {
  const warnings: unknown[][] = [];
  let pieces: Buffer[] = [];
  for (;;) {
    const chunk = read();
    if (chunk.length === 0) process.exit(0);
    pieces.push(chunk);
    if (!chunk.includes(NEWLINE)) continue;
    const all = Buffer.concat(pieces);
    const end = all.lastIndexOf(NEWLINE);
    pieces = [all.subarray(end + 1)];
    const lines = all.toString('utf8', 0, end).split('\n');
    for (const line of lines) {
      const message = parseGateMessage(line);
      if (message?.kind === 'warm') {
        warnings.push(...warm(message, isReady));
        expectFound(message.found);
      }
      if (message?.kind === 'go') {
        fs.closeSync(GATE_FD);
        for (const args of warnings) emitWarning(...args);
        return message.begin;
      }
    }
  }
}

function emitWarning(...args: unknown[]): void {
  (process.emitWarning as (...all: unknown[]) => void)(...args);
}

function read(): Buffer {
  const bytes = Buffer.allocUnsafe(CHUNK);
  try {
    return bytes.subarray(0, fs.readSync(GATE_FD, bytes));
  } catch {
    return bytes.subarray(0, 0);
  }
}
