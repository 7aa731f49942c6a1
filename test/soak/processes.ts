// Reads the counters of processes from /proc. Finds no process on other platforms than Linux.
import fs from 'node:fs';

export interface Found {
  readonly pid: number;
  readonly parent: number;
  readonly isZombie: boolean;
  /** Start time in clock ticks, which tells a process from a later one with its pid. */
  readonly startedAt: string;
  readonly command: string;
}

function read(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return fs.readdirSync(path);
  } catch {
    return [];
  }
}

function find(pid: number): Found | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The name of the program, in parentheses, may contain spaces.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (fields.length < 20) return undefined;
  const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
  return { pid, parent: Number(fields[1]), isZombie: fields[0] === 'Z', startedAt: fields[19]!, command };
}

/** All descendants of a process. */
export function descendants(pid: number): Found[] {
  const all = list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => find(Number(name)) ?? []);
  const found = all.filter(({ parent }) => parent === pid);
  // The list grows during the loop.
  for (const one of found) found.push(...all.filter(({ parent }) => parent === one.pid));
  return found;
}

export function isAlive({ pid, startedAt }: Found): boolean {
  const now = find(pid);
  return now !== undefined && now.startedAt === startedAt && !now.isZombie;
}

/** Running processes with a variable in the environment that they were started with. */
export function withVariable(name: string, value: string): Found[] {
  return list('/proc')
    .filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/environ`).includes(`${name}=${value}\0`))
    .flatMap((pid) => find(Number(pid)) ?? [])
    .filter(({ isZombie }) => !isZombie);
}

export function descriptors(pid: number): number {
  return list(`/proc/${pid}/fd`).length;
}

/** Resident memory (MB). */
export function memory(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}
