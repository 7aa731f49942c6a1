// What Linux tells about a process in /proc: memory, time of the processor, file watches. Undefined elsewhere.
import fs from 'node:fs';

/** How many ticks the times in /proc/<pid>/stat count in a second, on every Linux that Node runs on. */
const TICKS = 100;

/** Memory in MB: all that is mapped (RSS), that with shared pages divided by who shares them (PSS), and the most so far. */
export function memory(pid) {
  const status = read(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  const rollup = read(`/proc/${pid}/smaps_rollup`) ?? '';
  const field = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? NaN) / 1024;
  return { rss: field(status, 'VmRSS'), pss: field(rollup, 'Pss'), peak: field(status, 'VmHWM') };
}

/** Time of the processor that a process has taken, user and system, in ms. */
export function processorTime(pid) {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name of the program, in brackets, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

/** How many inotify watches a process holds. */
export function watches(pid) {
  try {
    const folder = `/proc/${pid}/fdinfo`;
    const counts = fs
      .readdirSync(folder)
      .map((fd) => (read(`${folder}/${fd}`) ?? '').split('inotify wd').length - 1);
    return counts.reduce((sum, count) => sum + count, 0);
  } catch {
    return undefined;
  }
}

function read(path) {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
