// A program of its own: ends the processes that are its arguments, with all that descend from them. The guard runs it
// when the supervisor is gone.
import { descendants, isAlive, parseProc, signal } from './process-tree.ts';

const procs = process.argv.slice(2).map(parseProc).filter(isAlive);
const pids = procs.flatMap(({ pid }) => [pid, ...descendants(pid).map((proc) => proc.pid)]);
for (const pid of pids) signal(pid, 'SIGKILL');
