// What Linux tells about processes in /proc: who started whom, memory, time of the processor, descriptors, file
// watches. Undefined, or nothing, elsewhere.
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
  return stat(pid)?.time;
}

/** A process and all its descendants, the process first. */
export function tree(pid) {
  const children = new Map();
  for (const name of list('/proc')) {
    const found = /^\d+$/.test(name) ? stat(name) : undefined;
    if (found) children.set(found.parent, [...(children.get(found.parent) ?? []), found]);
  }
  const root = stat(pid);
  const found = root ? [root] : [];
  // Grows while it is walked.
  for (const one of found) found.push(...(children.get(one.pid) ?? []));
  return found;
}

/** Time that a process and its descendants have taken, those included that have ended and were waited for, in ms. */
export function treeTime(pid) {
  return tree(pid).reduce((sum, one) => sum + one.time + one.ended, 0);
}

/** PSS of a process and its descendants, in MB. */
export function treeMemory(pid) {
  return tree(pid).reduce((sum, one) => sum + (memory(one.pid)?.pss || 0), 0);
}

/** Whether it is still the same process, and not another with its number. */
export function isAlive(one) {
  const now = stat(one.pid);
  return now !== undefined && now.started === one.started && now.state !== 'Z';
}

export function descriptors(pid) {
  return list(`/proc/${pid}/fd`).length;
}

/** How many inotify watches a process holds. */
export function watches(pid) {
  const folder = `/proc/${pid}/fdinfo`;
  if (!fs.existsSync(folder)) return undefined;
  const counts = list(folder).map((fd) => (read(`${folder}/${fd}`) ?? '').split('inotify wd').length - 1);
  return counts.reduce((sum, count) => sum + count, 0);
}

function stat(pid) {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name of the program, in brackets, may hold spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ms = (first, second) => ((Number(fields[first]) + Number(fields[second])) * 1000) / TICKS;
  return {
    pid: Number(pid),
    parent: Number(fields[1]),
    state: fields[0],
    started: fields[19],
    time: ms(11, 12),
    ended: ms(13, 14),
  };
}

function list(folder) {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path) {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
