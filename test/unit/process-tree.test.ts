import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { descendants, isAlive, lookUp, parseTable, signal } from '../../src/supervisor/process-tree.ts';

const posix = { skip: process.platform === 'win32' };

const TABLE = `
    1     0 Ss   Mon Nov 16 09:00:00 2026
  100     1 S+   Fri Nov 20 18:00:00 2026
  101   100 R    Fri Nov 20 18:00:01 2026
  102   100 Ss   Fri Nov 20 18:00:02 2026
  103   100 Z    Fri Nov 20 18:00:03 2026
  104   100 Z+   Fri Nov 20 18:00:03 2026

`;

test('the table of ps: who descends from whom, and who leads a session of its own', () => {
  const rows = parseTable(TABLE);
  assert.deepEqual([...rows.keys()], [1, 100, 101, 102]);
  assert.deepEqual(rows.get(101), {
    pid: 101,
    ppid: 100,
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
