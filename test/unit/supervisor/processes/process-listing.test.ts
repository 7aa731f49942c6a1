import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatIdentity,
  groupMembers,
  parseIdentity,
  parsePs,
} from '../../../../src/supervisor/processes/process-table.ts';
import type { ProcessIdentity, ProcessRow } from '../../../../src/supervisor/processes/process-table.ts';

const TABLE = `
    1     0     1 Ss   Mon Nov 16 09:00:00 2026
  100     1   100 S+   Fri Nov 20 18:00:00 2026
  101   100   100 R    Fri Nov 20 18:00:01 2026
  102   100   102 Ss   Fri Nov 20 18:00:02 2026
  103   100   100 Z    Fri Nov 20 18:00:03 2026
  104   100   100 Z+   Fri Nov 20 18:00:03 2026

`;

test('ps output is parsed, without zombies and with session leaders marked', () => {
  const rows = parsePs(TABLE);
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

test('empty ps output has no rows', () => {
  for (const text of ['', '\n', '   \n\n']) assert.equal(parsePs(text).size, 0);
});

test('an identity is formatted as one word and parsed again, with its group', () => {
  const identities: ProcessIdentity[] = [
    { pid: 4, started: '17' },
    { pid: 5, started: 'Fri-Nov-20-18:00:01-2026', group: 'own' },
    { pid: 6, started: '', group: 'shared' },
  ];
  for (const identity of identities) assert.deepEqual(parseIdentity(formatIdentity(identity)), identity);
});

/** A table of processes: pid, parent, group, session, start time. */
function tableOf(...rows: readonly (readonly number[])[]): ReadonlyMap<number, ProcessRow> {
  return new Map(
    rows.map(([pid = 0, ppid = 0, pgrp = 0, session = 0, started = 0]) => [
      pid,
      { pid, ppid, pgrp, session, detached: pid === session, started: String(started) },
    ]),
  );
}

const pidsIn = (rows: ReadonlyMap<number, ProcessRow>, leader: ProcessIdentity, self: number): number[] =>
  groupMembers(rows, leader, self).map(({ pid }) => pid);

test('own group: all members of the group and the session, unless the pid has been reused', () => {
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

test('shared group: orphans that were started after the leader, and no other member', () => {
  const leader = { pid: 20, started: '500', group: 'shared' } as const;
  const rows = tableOf(
    [1, 0, 1, 1, 1],
    [2, 1, 2, 2, 2],
    // The shell, autoreload, the guard, and the other end of a pipe with its child.
    [5, 1, 5, 5, 100],
    [10, 5, 10, 5, 400],
    [11, 10, 10, 5, 501],
    [12, 5, 10, 5, 400],
    [13, 12, 10, 5, 700],
    // An earlier orphan, two later ones, one in another group.
    [14, 1, 10, 5, 450],
    [15, 1, 10, 5, 510],
    [16, 2, 10, 5, 520],
    [17, 1, 17, 5, 530],
  );
  assert.deepEqual(pidsIn(rows, leader, 10), [15, 16]);
  assert.deepEqual(pidsIn(rows, { ...leader, started: '' }, 10), []);
});
