// Parses process listings, and selects the members of a process group from them. Pure: reads nothing from the system.

/** Identifies a process: a later process with the same pid has another start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in the format of the platform; empty if unknown. */
  readonly started: string;
  /** Set if the process stands for a whole group, see {@link groupMembers}: the group that it leads, or that of the supervisor. */
  readonly group?: 'own' | 'shared';
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

/** The fields of `/proc/<pid>/stat` (proc(5)) from the third one on, `state`. */
export function statFields(text: string): string[] {
  // The name, in parentheses, may contain any character.
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Parses the text of `/proc/<pid>/stat` (proc(5)). */
export function parseStat(pid: number, text: string): ProcessRow & { readonly isZombie: boolean } {
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
function isOrphan(rows: ReadonlyMap<number, ProcessRow>, { ppid, session }: ProcessRow): boolean {
  return ppid === 1 || (session !== undefined && rows.get(ppid)?.session !== session);
}

/** A comparable start time: clock ticks since boot on Linux, else the date that `ps` prints. */
function timeOf(started: string): number {
  const ticks = Number(started);
  return Number.isNaN(ticks) ? Date.parse(started.replaceAll('-', ' ')) : ticks;
}
