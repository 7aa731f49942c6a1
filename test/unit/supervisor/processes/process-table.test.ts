import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import {
  descendants,
  formatProc,
  isAlive,
  lookUp,
  membersIn,
  parseProc,
  parseTable,
  signal,
} from '../../../../src/supervisor/processes/process-table.ts';
import type { Proc } from '../../../../src/supervisor/processes/process-table.ts';

const posix = { skip: process.platform === 'win32' };

const TABLE = `
    1     0     1 Ss   Mon Nov 16 09:00:00 2026
  100     1   100 S+   Fri Nov 20 18:00:00 2026
  101   100   100 R    Fri Nov 20 18:00:01 2026
  102   100   102 Ss   Fri Nov 20 18:00:02 2026
  103   100   100 Z    Fri Nov 20 18:00:03 2026
  104   100   100 Z+   Fri Nov 20 18:00:03 2026

`;

test('the table of ps: who descends from whom, and who leads a session of its own', () => {
  const rows = parseTable(TABLE);
  assert.deepEqual([...rows.keys()], [1, 100, 101, 102]);
  assert.deepEqual(rows.get(101), {
    pid: 101,
    ppid: 100,
    pgrp: 100,
    session: undefined,
    detached: false,
    started: 'Fri-Nov-20-18:00:01-2026',
  });
  assert.equal(rows.get(102)?.detached, true);
  assert.equal(rows.get(100)?.detached, false);
});

test('an empty table has no rows', () => {
  for (const text of ['', '\n', '   \n\n']) assert.equal(parseTable(text).size, 0);
});

test('this process is alive, one that never was is not', posix, () => {
  const self = lookUp(process.pid);
  assert.ok(self);
  assert.equal(self.pid, process.pid);
  assert.equal(isAlive(self), true);
  assert.equal(isAlive({ ...self, started: 'at another time' }), false);
  assert.equal(lookUp(0), undefined);
  assert.equal(lookUp(2 ** 22 + 1), undefined);
});

test('descendants are found over generations, without those of a session of their own', posix, async () => {
  const script = `
const { spawn } = require('node:child_process');
const stdio = ['ignore', 'ignore', 'ignore'];
const child = spawn('/bin/sh', ['-c', 'sleep 60 & wait'], { stdio });
const apart = spawn('sleep', ['60'], { stdio, detached: true });
console.log(child.pid, apart.pid);
setInterval(() => {}, 1000);
`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const [child = 0, apart = 0] = String(line).trim().split(' ').map(Number);
    let found = descendants(parent.pid!);
    while (found.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      found = descendants(parent.pid!);
    }
    const pids = found.map(({ pid }) => pid);
    assert.equal(pids[0], child);
    assert.equal(pids.length, 2);
    assert.ok(!pids.includes(apart));
    assert.equal(lookUp(apart)?.detached, true);
    for (const pid of [...pids, apart]) signal(pid, 'SIGKILL');
  } finally {
    parent.kill('SIGKILL');
  }
  await once(parent, 'close');
  assert.equal(lookUp(parent.pid!), undefined);
});

test('a signal to a process that is gone is no error', () => {
  signal(2 ** 22 + 1, 'SIGTERM');
});

test('a process is one word, also where it stands for a group', () => {
  const procs: Proc[] = [
    { pid: 4, started: '17' },
    { pid: 5, started: 'Fri-Nov-20-18:00:01-2026', group: 'own' },
    { pid: 6, started: '', group: 'shared' },
  ];
  for (const proc of procs) assert.deepEqual(parseProc(formatProc(proc)), proc);
});

/** A table of processes: pid, parent, group, session, start. */
function tableOf(...rows: readonly (readonly number[])[]): Parameters<typeof membersIn>[0] {
  return new Map(
    rows.map(([pid = 0, ppid = 0, pgrp = 0, session = 0, started = 0]) => [
      pid,
      { pid, ppid, pgrp, session, detached: pid === session, started: String(started) },
    ]),
  );
}

const pidsIn = (rows: Parameters<typeof membersIn>[0], leader: Proc, self: number): number[] =>
  membersIn(rows, leader, self).map(({ pid }) => pid);

test('a group of its own: all in its session, unless the pid is that of another by now', () => {
  const leader = { pid: 20, started: '500', group: 'own' } as const;
  const rest = [
    [21, 1, 20, 20, 510],
    [22, 1, 22, 20, 520],
    [30, 1, 30, 30, 600],
  ] as const;
  assert.deepEqual(pidsIn(tableOf([20, 10, 20, 20, 500], ...rest), leader, 10), [20, 21, 22]);
  assert.deepEqual(pidsIn(tableOf(...rest), leader, 10), [21, 22]);
  assert.deepEqual(pidsIn(tableOf([20, 1, 20, 20, 900], ...rest), leader, 10), []);
});

test('in our group: orphans that were started since, and nobody else', () => {
  const leader = { pid: 20, started: '500', group: 'shared' } as const;
  const rows = tableOf(
    [1, 0, 1, 1, 1],
    [2, 1, 2, 2, 2],
    // The shell, autoreload, the guard, and what is behind the pipe, with a child of its own.
    [5, 1, 5, 5, 100],
    [10, 5, 10, 5, 400],
    [11, 10, 10, 5, 501],
    [12, 5, 10, 5, 400],
    [13, 12, 10, 5, 700],
    // An orphan from before, two since, one in another group.
    [14, 1, 10, 5, 450],
    [15, 1, 10, 5, 510],
    [16, 2, 10, 5, 520],
    [17, 1, 17, 5, 530],
  );
  assert.deepEqual(pidsIn(rows, leader, 10), [15, 16]);
  assert.deepEqual(pidsIn(rows, { ...leader, started: '' }, 10), []);
});
