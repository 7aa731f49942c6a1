// Kills the processes that its arguments identify, with all their descendants and group members. The guard runs this program after
// the supervisor has exited; without a guard, the child does.
import {
  descendants,
  identify,
  isAlive,
  membersOf,
  parseIdentity,
  sendSignal,
} from './processes/process-table.ts';

/** Number of rounds: a later round finds the processes that were started during the look-up of an earlier one. */
const ROUNDS = 3;

// The child does not know its start time. It is its pid as long as it is the parent of this process.
const entrusted = process.argv
  .slice(2)
  .map(parseIdentity)
  .map((identity) => (identity.pid === process.ppid ? identify(identity.pid) : identity));
for (let i = 0; i < ROUNDS; i++) {
  // Each round needs a new listing.
  await Promise.resolve();
  const running = entrusted.flatMap((identity) => [identity, ...membersOf(identity)]).filter(isAlive);
  const pids = running.flatMap(({ pid }) => [pid, ...descendants(pid).map((identity) => identity.pid)]);
  if (pids.length === 0) break;
  for (const pid of new Set(pids)) sendSignal(pid, 'SIGKILL');
}
