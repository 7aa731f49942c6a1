// The gate: where a standby waits, with everything of ours in place and nothing of the user's begun, until its turn comes.
// It waits by reading, so that no event loop runs. Knows nothing of what comes before or after.
import fs from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { GATE_FD, parseGateMessage } from '../protocol.cts';
import type { Begin } from '../protocol.cts';
import { expectFound } from './known.cts';
import { warm } from './warm.cts';

const CHUNK = 1 << 16;

/**
 * Returns when the supervisor lets this process through. One whose supervisor is gone ends here.
 *
 * @param isReady whether all is in place for the loader of ES modules
 * @returns what the supervisor says of the run that begins
 */
export function waitAtGate(isReady: boolean): Begin {
  const bytes = Buffer.alloc(CHUNK);
  const decoder = new StringDecoder('utf8');
  let text = '';
  const warnings: unknown[][] = [];
  for (;;) {
    const length = read(bytes);
    if (length === 0) process.exit(0);
    const lines = (text + decoder.write(bytes.subarray(0, length))).split('\n');
    text = lines.pop() ?? '';
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

function read(bytes: Buffer): number {
  try {
    return fs.readSync(GATE_FD, bytes);
  } catch {
    return 0;
  }
}
