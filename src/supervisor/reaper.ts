// Kills the processes that its arguments identify, with all their descendants and group members. The guard runs this program after
// the supervisor has exited.
import { descendants, isAlive, membersOf, parseIdentity, sendSignal } from './processes/process-table.ts';

/** Number of rounds: a later round finds the processes that were started during the look-up of an earlier one. */
const ROUNDS = 3;

const entrusted = process.argv.slice(2).map(parseIdentity);
for (let i = 0; i < ROUNDS; i++) {
  const running = entrusted.flatMap((identity) => [identity, ...membersOf(identity)]).filter(isAlive);
  const pids = running.flatMap(({ pid }) => [pid, ...descendants(pid).map((identity) => identity.pid)]);
  if (pids.length === 0) break;
  for (const pid of new Set(pids)) sendSignal(pid, 'SIGKILL');
}
