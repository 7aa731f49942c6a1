// Looks up processes, their descendants and their groups: the one file that knows how each platform lists processes. Keeps no
// state.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { textOf } from '../util/safe-fs.ts';
import { groupMembers, parsePs, parseStat } from './process-rows.ts';
import type { ProcessIdentity, ProcessRow } from './process-rows.ts';

/** A running process; undefined for a zombie or an unknown pid, and on Windows. */
export function lookUp(pid: number): ProcessRow | undefined {
  if (process.platform === 'win32') return undefined;
  return process.platform === 'linux' ? runningRow(pid) : psTable().get(pid);
}

/** Identifies a process that this process has just started, and that may have exited already. */
export function identify(pid: number): ProcessIdentity {
  const row = process.platform === 'linux' ? statRow(pid) : lookUp(pid);
  return { pid, started: row?.started ?? '' };
}

/** Whether a process is still running. */
export function isAlive({ pid, started }: ProcessIdentity): boolean {
  return lookUp(pid)?.started === started;
}

/**
 * The descendants of a process, nearest first. Leaves out session leaders, which were started to outlive
 * its parent, and the descendants of such a process. Empty on Windows, where a job terminates all descendants.
 */
export function descendants(pid: number): ProcessIdentity[] {
  if (process.platform === 'win32') return [];
  const childrenOf = process.platform === 'linux' ? linuxChildren : childrenIn(psTable());
  const found: ProcessIdentity[] = [];
  const visit = (parent: number): void => {
    for (const row of childrenOf(parent)) {
      if (row.detached) continue;
      found.push({ pid: row.pid, started: row.started });
      visit(row.pid);
    }
  };
  visit(pid);
  return found;
}

/** The running members of the group that `leader` stands for, see {@link groupMembers}. Empty without a group, and on Windows. */
export function membersOf(leader: ProcessIdentity): ProcessIdentity[] {
  if (process.platform === 'win32' || !leader.group) return [];
  return groupMembers(process.platform === 'linux' ? linuxTable() : psTable(), leader, process.pid);
}

/** Whether a process group exists, if only of zombies. */
export function groupExists(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Sends a signal to a process, or to a process group if `pid` is negative. Ignores exited processes, and processes of other users. */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {}
}

/** Windows: kills a process and those of its descendants whose parent is still running. */
export function killTree(pid: number): void {
  spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore' });
}

/** Linux: `children` of each thread is exact and cheap (proc(5)); some kernels lack it, and then all of /proc is read. */
function linuxChildren(pid: number): ProcessRow[] {
  try {
    const threads = fs.readdirSync(`/proc/${pid}/task`);
    const pids = threads.flatMap((thread) =>
      fs.readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '),
    );
    return pids.flatMap((text) => runningRow(Number(text)) ?? []);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // The process has exited, or the permission model denies access.
    if (['ESRCH', 'ERR_ACCESS_DENIED'].includes(code) || !fs.existsSync(`/proc/${pid}`)) return [];
    return childrenIn(linuxTable())(pid);
  }
}

/** All processes that are visible to us: 11 us for each. */
function linuxTable(): Map<number, ProcessRow> {
  const rows = fs.readdirSync('/proc').flatMap((name) => runningRow(Number(name)) ?? []);
  return new Map(rows.map((row) => [row.pid, row]));
}

function runningRow(pid: number): ProcessRow | undefined {
  const row = statRow(pid);
  return row?.isZombie ? undefined : row;
}

function statRow(pid: number): ReturnType<typeof parseStat> | undefined {
  const text = pid > 0 ? textOf(`/proc/${pid}/stat`) : undefined;
  return text === undefined ? undefined : parseStat(pid, text);
}

/** macOS and the BSDs. */
function psTable(): Map<number, ProcessRow> {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
  });
  return parsePs(stdout ?? '');
}

function childrenIn(table: ReadonlyMap<number, ProcessRow>): (pid: number) => ProcessRow[] {
  return (pid) => [...table.values()].filter(({ ppid }) => ppid === pid);
}
