// A program of its own: ends the processes whose pids are its arguments, with all that descend from them. The guard
// runs it when the supervisor is gone.
import { descendants, signal } from './process-tree.ts';

const pids = process.argv
  .slice(2)
  .map(Number)
  .filter((pid) => Number.isInteger(pid) && pid > 1);
const all = pids.flatMap((pid) => [pid, ...descendants(pid).map((proc) => proc.pid)]);
for (const pid of all) signal(pid, 'SIGKILL');
