// Makes a standby wait at the gate: the loader is in place and no code of the user has run. A blocking read keeps the event loop
// from running, except while modules are linked. Does not know what comes before.
import type { GateMessage } from '../../protocol/control.cts';
import { beginRun } from '../app/app-api.cts';
import { gateMessages, leaveGate } from '../channel/gate-pipe.cts';
import { send } from '../channel/record-writer.cts';
import { expectFound } from '../hooks/previous-run.cts';
import { linkAhead } from './link-ahead.cts';
import { runAhead } from './run-ahead.cts';
import { warm } from './warm-up.cts';

/**
 * Begins the run when the supervisor opens the gate. Exits if the supervisor has died.
 *
 * @param isReady whether hooks are installed, so that the ES module loader can be warmed up
 */
export function waitAtGate(isReady = true): void {
  const warnings: unknown[][] = [];
  for (const message of gateMessages())
    if (message.kind === 'warm') {
      warnings.push(...warm(message, isReady));
      expectFound(message.found);
    } else if (message.kind === 'go') return begin(message, warnings);
}

/** Like {@link waitAtGate}, but links modules before. Its records have stamps, by which the supervisor finds out what has changed. */
export async function linkAndWaitAtGate(): Promise<void> {
  const warnings: unknown[][] = [];
  for (const message of gateMessages())
    if (message.kind === 'warm') {
      warnings.push(...warm(message, true), ...(await linkAhead(message.link)));
      if (message.run.length > 0) await runAhead(message.run);
      send({ kind: 'linked' });
    } else if (message.kind === 'go') return begin(message, warnings);
}

function begin(message: GateMessage & { kind: 'go' }, warnings: readonly unknown[][]): void {
  send({ kind: 'begun' });
  leaveGate(message.begin.overlaps === true);
  for (const args of warnings) (process.emitWarning as (...all: unknown[]) => void)(...args);
  beginRun(message.begin);
}
