// A program of its own: ends the processes that are its arguments, with all that descend from them. The guard runs it
// when the supervisor is gone.
import { descendants, isAlive, members, parseProc, signal } from './process-table.ts';

/** What they start while they are looked up is found the next time. */
const TIMES = 3;

const told = process.argv.slice(2).map(parseProc);
for (let i = 0; i < TIMES; i++) {
  const procs = told.flatMap((proc) => [proc, ...members(proc)]).filter(isAlive);
  const pids = procs.flatMap(({ pid }) => [pid, ...descendants(pid).map((proc) => proc.pid)]);
  if (pids.length === 0) break;
  for (const pid of new Set(pids)) signal(pid, 'SIGKILL');
}
