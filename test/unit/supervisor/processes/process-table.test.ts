import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import {
  descendants,
  isAlive,
  lookUp,
  sendSignal,
} from '../../../../src/supervisor/processes/process-table.ts';

const posix = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };

test('a process is alive while its pid has the same start time', posix, () => {
  const self = lookUp(process.pid);
  assert.ok(self);
  assert.equal(self.pid, process.pid);
  assert.equal(isAlive(self), true);
  assert.equal(isAlive({ ...self, started: 'another start time' }), false);
  assert.equal(lookUp(0), undefined);
  assert.equal(lookUp(2 ** 22 + 1), undefined);
});

test('descendants of all generations are found, except the leaders of other sessions', posix, async () => {
  const script = `
const { spawn } = require('node:child_process');
const stdio = ['ignore', 'ignore', 'ignore'];
const child = spawn('/bin/sh', ['-c', 'sleep 60 & wait'], { stdio });
const detached = spawn('sleep', ['60'], { stdio, detached: true });
console.log(child.pid, detached.pid);
setInterval(() => {}, 1000);
`;
  const parent = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const [child = 0, detached = 0] = String(line).trim().split(' ').map(Number);
    let found = descendants(parent.pid!);
    while (found.length < 2) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      found = descendants(parent.pid!);
    }
    const pids = found.map(({ pid }) => pid);
    assert.equal(pids[0], child);
    assert.equal(pids.length, 2);
    assert.ok(!pids.includes(detached));
    assert.equal(lookUp(detached)?.detached, true);
    for (const pid of [...pids, detached]) sendSignal(pid, 'SIGKILL');
  } finally {
    parent.kill('SIGKILL');
  }
  await once(parent, 'close');
  assert.equal(lookUp(parent.pid!), undefined);
});

test('a signal to a process that has exited throws nothing', () => {
  sendSignal(2 ** 22 + 1, 'SIGTERM');
});
