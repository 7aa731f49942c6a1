// Looks up processes, their descendants and their groups: the one file that knows how each platform lists processes. Keeps a listing
// for the current tick at most.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { attempt } from '../../shared/attempt.cts';
import type { Grouping } from '../program/program.ts';
import { textOf } from '../util/safe-fs.ts';

/** Identifies a process: a later process with the same pid has another start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in the format of the platform; empty if unknown. */
  readonly started: string;
  /** Set if the process stands for a whole group, see {@link groupMembers}: the group that it leads, or that of the supervisor. */
  readonly group?: Grouping | undefined;
}

/** One process in a listing. */
export interface ProcessRow extends ProcessIdentity {
  readonly ppid: number;
  /** Process group. */
  readonly pgrp: number;
  /** Session; undefined if the platform does not report it. */
  readonly session: number | undefined;
  /** Whether the process is a session leader: its parent started it with `detached: true`, to outlive the parent. */
  readonly detached: boolean;
}

/** Formats a process as one word, for {@link parseIdentity}. */
export function formatIdentity({ pid, started, group }: ProcessIdentity): string {
  return `${group ? `${group}/` : ''}${pid}:${started}`;
}

/** Parses a word of {@link formatIdentity}. */
export function parseIdentity(word: string): ProcessIdentity {
  const [, group, pid, started = ''] = /^(?:(own|shared)\/)?(\d+):(.*)$/.exec(word) ?? [];
  const identity = { pid: Number(pid), started };
  return group === 'own' || group === 'shared' ? { ...identity, group } : identity;
}

/** A running process; undefined for a zombie or an unknown pid, and on Windows. */
export function lookUp(pid: number): ProcessRow | undefined {
  return process.platform === 'linux' ? runningRow(pid) : table().get(pid);
}

/** Identifies a process that this process has just started, and that may have exited already. */
export function identify(pid: number): ProcessIdentity {
  // The last listing may be older.
  listing = undefined;
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
  const childrenOf = process.platform === 'linux' ? linuxChildren : childrenIn(table());
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
  return leader.group ? groupMembers(table(), leader, process.pid) : [];
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
  attempt(() => process.kill(pid, name));
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
    return childrenIn(table())(pid);
  }
}

function childrenIn(rows: ReadonlyMap<number, ProcessRow>): (pid: number) => ProcessRow[] {
  return (pid) => [...rows.values()].filter(({ ppid }) => ppid === pid);
}

/**
 * Whether a process descends from a root or from one of the known processes. If its own parent has exited, that cannot be told: then
 * every orphan in the session of this process counts that was started after the root.
 */
export function isBelow(
  row: ProcessRow,
  root: ProcessIdentity,
  known: ReadonlyMap<number, ProcessIdentity>,
): boolean {
  for (let { ppid } = row; ppid > 1; ppid = lookUp(ppid)?.ppid ?? 0)
    if (ppid === root.pid || known.has(ppid)) return true;
  const self = lookUp(process.pid);
  const isInSession = row.session === undefined ? row.pgrp === self?.pgrp : row.session === self?.session;
  return isInSession && isOrphan({ get: lookUp }, row) && timeOf(row.started) >= timeOf(root.started);
}

/** The last listing of `ps`, in the tick of its making. */
let listing: Map<number, ProcessRow> | undefined;

/** All running processes that are visible to us: 11 us for each on Linux; one `ps` in a tick elsewhere. None on Windows. */
function table(): Map<number, ProcessRow> {
  if (process.platform === 'win32') return new Map();
  if (process.platform === 'linux') {
    const rows = fs.readdirSync('/proc').flatMap((name) => runningRow(Number(name)) ?? []);
    return new Map(rows.map((row) => [row.pid, row]));
  }
  if (!listing) queueMicrotask(() => (listing = undefined));
  listing ??= listed();
  return listing;
}

function listed(): Map<number, ProcessRow> {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
  });
  return parsePs(stdout ?? '');
}

function runningRow(pid: number): ProcessRow | undefined {
  const row = statRow(pid);
  return row?.isZombie ? undefined : row;
}

function statRow(pid: number): (ProcessRow & { readonly isZombie: boolean }) | undefined {
  const text = pid > 0 ? textOf(`/proc/${pid}/stat`) : undefined;
  if (text === undefined) return undefined;
  const fields = statFields(text);
  const [state, ppid, pgrp, session] = fields;
  return {
    pid,
    ppid: Number(ppid),
    pgrp: Number(pgrp),
    session: Number(session),
    detached: Number(session) === pid,
    started: fields[19] ?? '',
    isZombie: state === 'Z' || state === 'X',
  };
}

/** The fields of `/proc/<pid>/stat` (proc(5)) from the third one on, `state`. */
export function statFields(text: string): string[] {
  // The name, in parentheses, may contain any character.
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Parses the output of `ps -o pid=,ppid=,pgid=,stat=,lstart=`. Leaves out zombies. */
export function parsePs(text: string): Map<number, ProcessRow> {
  const rows = new Map<number, ProcessRow>();
  for (const line of text.split('\n')) {
    const [pid, ppid, pgrp, stat = '', ...started] = line.trim().split(/\s+/);
    if (!pid || stat.startsWith('Z')) continue;
    rows.set(Number(pid), {
      pid: Number(pid),
      ppid: Number(ppid),
      pgrp: Number(pgrp),
      // macOS prints an address for the session, or nothing.
      session: undefined,
      // `s`: session leader.
      detached: stat.includes('s'),
      started: started.join('-'),
    });
  }
  return rows;
}

/**
 * The members of the group that `leader` stands for. Empty if the start of the leader is unknown, or if its pid belongs to another
 * process now.
 *
 * `own`: all members of the group or the session that the leader created, even after its exit. `shared`: the orphans in the group of
 * this process that were started after the leader. Other members of our group, such as the rest of a pipeline or the processes
 * that `npm` started, still have their parent.
 *
 * @param rows all processes without zombies, by pid
 * @param self pid of this process
 */
export function groupMembers(
  rows: ReadonlyMap<number, ProcessRow>,
  leader: ProcessIdentity,
  self: number,
): ProcessIdentity[] {
  const now = rows.get(leader.pid);
  if (leader.started === '' || (now && now.started !== leader.started)) return [];
  const since = timeOf(leader.started);
  const group = leader.group === 'own' ? leader.pid : rows.get(self)?.pgrp;
  const isMember = (row: ProcessRow): boolean =>
    leader.group === 'own'
      ? row.pgrp === group || row.session === group
      : row.pgrp === group && row.ppid !== self && isOrphan(rows, row);
  return [...rows.values()]
    .filter((row) => row.pid !== self && timeOf(row.started) >= since && isMember(row))
    .map(({ pid, started }) => ({ pid, started }));
}

/** Init, or another process manager in its own session, adopts an orphan. */
function isOrphan(
  rows: Pick<ReadonlyMap<number, ProcessRow>, 'get'>,
  { ppid, session }: ProcessRow,
): boolean {
  return ppid === 1 || (session !== undefined && rows.get(ppid)?.session !== session);
}

/** A comparable start time: clock ticks since boot on Linux, else the date that `ps` prints. */
function timeOf(started: string): number {
  const ticks = Number(started);
  return Number.isNaN(ticks) ? Date.parse(started.replaceAll('-', ' ')) : ticks;
}
