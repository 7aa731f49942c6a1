// Reads process data from /proc: parents, memory, CPU time, descriptors, inotify watches. Returns undefined or nothing on
// other platforms than Linux.
import fs from 'node:fs';

/** Clock ticks per second in /proc/<pid>/stat, on every Linux that Node supports. */
const TICKS = 100;

/** Memory (MB): RSS, PSS (shared pages divided among their users), and the peak. */
export function memory(pid) {
  const status = read(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  const rollup = read(`/proc/${pid}/smaps_rollup`) ?? '';
  const field = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? NaN) / 1024;
  return { rss: field(status, 'VmRSS'), pss: field(rollup, 'Pss'), peak: field(status, 'VmHWM') };
}

/** CPU time of a process, user and system (ms). */
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
  // The list grows during the loop.
  for (const one of found) found.push(...(children.get(one.pid) ?? []));
  return found;
}

/** CPU time of a process tree, reaped descendants included (ms). */
export function treeTime(pid) {
  return tree(pid).reduce((sum, one) => sum + one.time + one.ended, 0);
}

/** PSS of a process tree (MB). */
export function treeMemory(pid) {
  return tree(pid).reduce((sum, one) => sum + (memory(one.pid)?.pss || 0), 0);
}

/** Whether the pid still belongs to the same process. */
export function isAlive(one) {
  const now = stat(one.pid);
  return now !== undefined && now.started === one.started && now.state !== 'Z';
}

export function descriptors(pid) {
  return list(`/proc/${pid}/fd`).length;
}

/** Number of inotify watches of a process. */
export function watches(pid) {
  const folder = `/proc/${pid}/fdinfo`;
  if (!fs.existsSync(folder)) return undefined;
  const counts = list(folder).map((fd) => (read(`${folder}/${fd}`) ?? '').split('inotify wd').length - 1);
  return counts.reduce((sum, count) => sum + count, 0);
}

function stat(pid) {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The program name, in parentheses, may contain spaces.
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
