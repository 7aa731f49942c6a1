// Who descends from a process, and how to end them: the one file that knows how each platform tells. Keeps no state.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { AutoreloadError } from '../../shared/errors.ts';

/** A process, told apart from a later one with the same pid by when it started. */
export interface Proc {
  readonly pid: number;
  readonly started: string;
  /** Stands for a whole group, see {@link members}: the one that it leads, or those that it has left in ours. */
  readonly group?: 'own' | 'shared';
}

interface Row extends Proc {
  readonly ppid: number;
  /** Its process group. */
  readonly pgrp: number;
  /** Its session; undefined where the system does not tell. */
  readonly session: number | undefined;
  /** Leads a session of its own: it was started to outlive its parent (`detached: true`). */
  readonly detached: boolean;
}

/** A process as it is now; undefined when there is none, or only a zombie. */
export function lookUp(
  pid: number,
): (Proc & { readonly detached: boolean; readonly pgrp: number }) | undefined {
  if (process.platform === 'win32') return undefined;
  return process.platform === 'linux' ? readLinux(pid) : table().get(pid);
}

/** A process as one word, for {@link parseProc}. */
export function formatProc({ pid, started, group }: Proc): string {
  return `${group ? `${group}/` : ''}${pid}:${started}`;
}

/** The process in a word that {@link formatProc} has made. */
export function parseProc(word: string): Proc {
  const [, group, pid, started = ''] = /^(?:(own|shared)\/)?(\d+):(.*)$/.exec(word) ?? [];
  const proc = { pid: Number(pid), started };
  return group === 'own' || group === 'shared' ? { ...proc, group } : proc;
}

/** A process that was started this moment, by this process; it may have ended already. */
export function identify(pid: number): Proc {
  const row = process.platform === 'linux' ? parseStat(pid, statText(pid)) : lookUp(pid);
  return { pid, started: row?.started ?? '' };
}

/** Whether a process is still the one that it was. */
export function isAlive(proc: Proc): boolean {
  return lookUp(proc.pid)?.started === proc.started;
}

/**
 * The descendants of a process, nearest first. A process that leads a session of its own was started to live on, and
 * is left out with all that it started. On Windows there are none: ending a process there ends its job.
 */
export function descendants(pid: number): Proc[] {
  if (process.platform === 'win32') return [];
  const childrenOf = process.platform === 'linux' ? linuxChildren() : tableChildren();
  const found: Proc[] = [];
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

/**
 * The processes of a group, without the zombies. None where `leader` stands for no group, and on Windows.
 *
 * `own`: all in the group or the session that it leads, whether or not it is still there. `shared`: those in the group
 * of this process that were started since it was, and whose parent has gone: an orphan has init, or another
 * manager of processes, for a parent, which is in another session. Others in our group, such as the rest of a pipeline or
 * what `npm` started, are the children of somebody who is there.
 */
export function members(leader: Proc): Proc[] {
  if (process.platform === 'win32' || !leader.group) return [];
  return membersIn(process.platform === 'linux' ? linuxTable() : table(), leader, process.pid);
}

/** What {@link members} finds in a table of all processes, for the process `self`. */
export function membersIn(rows: ReadonlyMap<number, Row>, leader: Proc, self: number): Proc[] {
  const now = rows.get(leader.pid);
  const since = timeOf(leader.started);
  const group = leader.group === 'own' ? leader.pid : rows.get(self)?.pgrp;
  // Without a time it could be anybody's; and so if the pid is another's by now.
  if (leader.started === '' || (now && now.started !== leader.started)) return [];
  const isOurs =
    leader.group === 'own'
      ? (row: Row): boolean => row.pgrp === group || row.session === group
      : (row: Row): boolean => row.pgrp === group && row.ppid !== self && isOrphan(rows, row);
  return [...rows.values()]
    .filter((row) => row.pid !== self && timeOf(row.started) >= since && isOurs(row))
    .map(({ pid, started }) => ({ pid, started }));
}

function isOrphan(rows: ReadonlyMap<number, Row>, { ppid, session }: Row): boolean {
  return ppid === 1 || (session !== undefined && rows.get(ppid)?.session !== session);
}

/** Starts in their order: ticks since the system was booted, or what `ps` prints. */
function timeOf(started: string): number {
  const ticks = Number(started);
  return Number.isNaN(ticks) ? Date.parse(started.replaceAll('-', ' ')) : ticks;
}

/** Processes that the program has started could not be ended. */
export function processesLeft(pids: readonly number[]): AutoreloadError {
  const message = `cannot end process ${pids.join(', ')}, which the program has started; going on without. End it yourself.`;
  return new AutoreloadError('ERR_AUTORELOAD_PROCESS_LEFT', message);
}

/** Takes note of processes, by pid; one that has ended and given its pid to another is replaced. */
export function note(known: Map<number, Proc>, procs: readonly Proc[]): void {
  for (const proc of procs) {
    if (known.get(proc.pid)?.started !== proc.started) known.set(proc.pid, proc);
  }
}

/** Sends a signal to a process that may be gone. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in the meantime, or is not ours to end.
  }
}

/** Sends a signal to the process group that a process leads or has led. */
export function signalGroup(pid: number, name: NodeJS.Signals): void {
  signal(-pid, name);
}

/** Whether there is a process group, if only of zombies. */
export function isGroup(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Windows: ends a process and what it has started, as far as the links between them can still be seen. */
export function killTree(pid: number): void {
  spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore' });
}

/** Linux: `children` of each thread is exact and cheap (proc(5)); without it, all of /proc is read. */
function linuxChildren(): (pid: number) => Row[] {
  return (pid) => {
    try {
      const threads = fs.readdirSync(`/proc/${pid}/task`);
      const pids = threads.flatMap((thread) =>
        fs.readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '),
      );
      return pids.flatMap((text) => readLinux(Number(text)) ?? []);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      // It is gone, or the permission model keeps us from looking.
      if (['ESRCH', 'ERR_ACCESS_DENIED'].includes(code) || !fs.existsSync(`/proc/${pid}`)) return [];
      return [...linuxTable().values()].filter(({ ppid }) => ppid === pid);
    }
  };
}

function readLinux(pid: number): Row | undefined {
  const row = parseStat(pid, statText(pid));
  return row?.isZombie ? undefined : row;
}

function statText(pid: number): string | undefined {
  if (!(pid > 0)) return undefined;
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
}

function parseStat(pid: number, text: string | undefined): (Row & { isZombie: boolean }) | undefined {
  if (text === undefined) return undefined;
  // The name, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
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

/** All processes that are not hidden from us: 11 us for each. */
function linuxTable(): Map<number, Row> {
  const rows = fs.readdirSync('/proc').flatMap((name) => readLinux(Number(name)) ?? []);
  return new Map(rows.map((row) => [row.pid, row]));
}

function tableChildren(): (pid: number) => Row[] {
  const rows = [...table().values()];
  return (pid) => rows.filter(({ ppid }) => ppid === pid);
}

/** macOS and the BSDs: `ps`, with the time of the start in the last columns. */
function table(): Map<number, Row> {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
  });
  return parseTable(stdout ?? '');
}

/** Reads what `ps -o pid=,ppid=,pgid=,stat=,lstart=` prints. */
export function parseTable(text: string): Map<number, Row> {
  const rows = new Map<number, Row>();
  for (const line of text.split('\n')) {
    const [pid, ppid, pgrp, stat = '', ...started] = line.trim().split(/\s+/);
    if (!pid || stat.startsWith('Z')) continue;
    // `s`: session leader.
    rows.set(Number(pid), {
      pid: Number(pid),
      ppid: Number(ppid),
      pgrp: Number(pgrp),
      // macOS prints an address there, or nothing.
      session: undefined,
      detached: stat.includes('s'),
      started: started.join('-'),
    });
  }
  return rows;
}
