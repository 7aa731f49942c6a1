// Who descends from a process, and how to end them: the one file that knows how each platform tells. Keeps no state.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';

/** A process, told apart from a later one with the same pid by when it started. */
export interface Proc {
  readonly pid: number;
  readonly started: string;
}

interface Row extends Proc {
  readonly ppid: number;
  /** Leads a session of its own: it was started to outlive its parent (`detached: true`). */
  readonly detached: boolean;
}

/** A process as it is now; undefined when there is none, or only a zombie. */
export function lookUp(pid: number): (Proc & { readonly detached: boolean }) | undefined {
  if (process.platform === 'win32') return undefined;
  return process.platform === 'linux' ? readLinux(pid) : table().get(pid);
}

/** A process as one word, for {@link parseProc}. */
export function formatProc({ pid, started }: Proc): string {
  return `${pid}:${started}`;
}

/** The process in a word that {@link formatProc} has made. */
export function parseProc(word: string): Proc {
  const [pid, ...started] = word.split(':');
  return { pid: Number(pid), started: started.join(':') };
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

/** Sends a signal to a process that may be gone. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in the meantime, or is not ours to end.
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
      const all = fs.readdirSync('/proc').flatMap((name) => readLinux(Number(name)) ?? []);
      return all.filter(({ ppid }) => ppid === pid);
    }
  };
}

function readLinux(pid: number): Row | undefined {
  if (!(pid > 0)) return undefined;
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, ppid, , session] = fields;
    if (state === 'Z' || state === 'X') return undefined;
    return { pid, ppid: Number(ppid), detached: Number(session) === pid, started: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

function tableChildren(): (pid: number) => Row[] {
  const rows = [...table().values()];
  return (pid) => rows.filter(({ ppid }) => ppid === pid);
}

/** macOS and the BSDs: `ps`, with the time of the start in the last columns. */
function table(): Map<number, Row> {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,lstart='], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
  });
  return parseTable(stdout ?? '');
}

/** Reads what `ps -o pid=,ppid=,stat=,lstart=` prints. */
export function parseTable(text: string): Map<number, Row> {
  const rows = new Map<number, Row>();
  for (const line of text.split('\n')) {
    const [pid, ppid, stat = '', ...started] = line.trim().split(/\s+/);
    if (!pid || stat.startsWith('Z')) continue;
    // `s`: session leader.
    rows.set(Number(pid), {
      pid: Number(pid),
      ppid: Number(ppid),
      detached: stat.includes('s'),
      started: started.join('-'),
    });
  }
  return rows;
}
