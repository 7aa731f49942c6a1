import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  descendants,
  identify,
  isAlive,
  isBelow,
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

test('a process is below its ancestors, and none that another process has started', posix, async () => {
  const script = 'sleep 60 >/dev/null & echo $!; wait';
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const parents = [1, 2].map(() => spawn('/bin/sh', ['-c', script], { stdio: [...stdio] }));
  const [shell, other] = parents.map(({ pid }) => identify(pid!));
  const children: number[] = [];
  for (const { stdout } of parents) children.push(Number(String((await once(stdout, 'data'))[0])));
  const [child, foreign] = children.map((pid) => lookUp(pid)!);
  const self = identify(process.pid);
  assert.equal(isBelow(child!, shell!, new Map()), true);
  assert.equal(isBelow(child!, self, new Map()), true);
  assert.equal(isBelow(foreign!, shell!, new Map()), false);
  assert.equal(isBelow(foreign!, shell!, new Map([[other!.pid, other!]])), true);
  assert.equal(isBelow(lookUp(process.ppid)!, self, new Map()), false);
  // An orphan.
  parents[0]!.kill('SIGKILL');
  await once(parents[0]!, 'exit');
  assert.equal(isBelow(lookUp(child!.pid)!, shell!, new Map()), true);
  for (const pid of [...children, other!.pid]) sendSignal(pid, 'SIGKILL');
});

test('without /proc, all processes are listed once in a tick', posix, async () => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'autoreload-ps-'));
  const ps = String(spawnSync('sh', ['-c', 'command -v ps']).stdout).trim();
  const script = `#!/bin/sh\necho x >> "${folder}/count"\nexec ${ps} "$@"\n`;
  fs.writeFileSync(join(folder, 'ps'), script, { mode: 0o755 });
  const { PATH } = process.env;
  const platform = Object.getOwnPropertyDescriptor(process, 'platform')!;
  process.env['PATH'] = `${folder}:${PATH}`;
  Object.defineProperty(process, 'platform', { ...platform, value: 'darwin' });
  try {
    const count = (): number => fs.readFileSync(join(folder, 'count'), 'utf8').length / 2;
    const self = lookUp(process.pid)!;
    assert.equal(isAlive(self), true);
    assert.equal(isAlive(lookUp(process.ppid)!), true);
    descendants(process.pid);
    assert.equal(count(), 1);
    await Promise.resolve();
    assert.equal(isAlive(self), true);
    assert.equal(count(), 2);
    // A process that has just been started is in a new listing.
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    const identity = identify(child.pid!);
    child.kill('SIGKILL');
    assert.notEqual(identity.started, '');
    assert.equal(count(), 3);
  } finally {
    Object.defineProperty(process, 'platform', platform);
    process.env['PATH'] = PATH;
    fs.rmSync(folder, { recursive: true });
  }
});
