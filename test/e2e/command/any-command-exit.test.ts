// Nothing of a command outlives its run: not what it has started, nor what that has left behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gone, isRunning } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { command } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';

/** Windows knows neither SIGTERM nor process groups. */
const posix = { skip: process.platform === 'win32' && 'POSIX process groups' };
const linux = { skip: process.platform !== 'linux' && '`setsid` of util-linux' };

/** A process that says its pid and stays, a grandchild, and one whose parent has gone. */
const FAMILY = `
echo "first $$"
sh -c 'echo "grandchild $$"; sleep 60; :' &
(sh -c 'echo "orphan $$"; sleep 60; :' &)
wait
`;

/** The same, and nobody ends by SIGTERM. What a shell ignores is ignored by what it starts. */
const STUBBORN = `trap '' TERM\n${FAMILY}`;

test('a restart ends what the command has started, also what has lost its parent', posix, async () => {
  using project = new Project({ 'a.txt': 'one\n', 'run.sh': FAMILY });
  await using app = command(project, ['--', 'sh', 'run.sh']);
  const pids = await everybody(app);
  project.write('a.txt', 'two\n');
  const next = await everybody(app);
  for (const pid of pids) assert.equal(isRunning(pid), false);
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: null, signal: 'SIGTERM' });
  await Promise.all(next.map((pid) => gone(pid)));
});

test(
  'what ignores the stop signal is killed after the grace period, with all that is with it',
  posix,
  async () => {
    using project = new Project({ 'a.txt': 'one\n', 'run.sh': STUBBORN });
    await using app = command(project, ['--', 'sh', 'run.sh'], { env: { AUTORELOAD_GRACE: '300' } });
    const pids = await everybody(app);
    project.write('a.txt', 'two\n');
    await app.line('[autoreload] a.txt changed, restarting');
    await app.line('[autoreload] sh run.sh did not exit within 300 ms, killing it');
    await everybody(app);
    for (const pid of pids) assert.equal(isRunning(pid), false);
  },
);

test('the next run begins when the last process of the one before has ended', posix, async () => {
  const slow = "trap 'sleep 0.3; echo bye; exit' TERM; echo ready; while :; do sleep 0.02; done";
  // The first process ends at once, the other takes its time.
  const script = `echo begin; sh -c "${slow.replaceAll('"', '\\"')}" & wait`;
  using project = new Project({ 'a.txt': 'one\n', 'run.sh': script });
  await using app = command(project, ['--', 'sh', 'run.sh']);
  await app.lines('ready', /started: /);
  project.write('a.txt', 'two\n');
  await app.line('bye');
  await app.lines('ready', /started: /);
  const output = ['begin', 'ready', 'bye', 'begin', 'ready'];
  assert.deepEqual(app.transcript.lines('stdout'), output);
});

test('what a command leaves behind when it ends by itself is ended', posix, async () => {
  using project = new Project({ 'run.sh': 'sh -c \'echo "left $$"; sleep 60; :\' &\nexit 4\n' });
  await using app = command(project, ['--', 'sh', 'run.sh']);
  const [pid = 0] = await pidsOf(app, 'left');
  await app.line(/^\[autoreload\] sh run\.sh failed with exit code 4, waiting for a change/);
  assert.equal(isRunning(pid), false);
});

test('what follows the command in a pipe may write all that it was given', posix, async () => {
  const tail =
    '{ while read l; do sleep 0.02; echo "late $l"; done; } < pipe &\n{ echo 1; echo 2; echo 3; } > pipe\n';
  using project = new Project({ 'run.sh': `mkfifo pipe\n${tail}` });
  await using app = command(project, ['--watch', '*.sh', '--', 'sh', 'run.sh']);
  await app.line(/completed, waiting for a change/);
  assert.deepEqual(app.transcript.lines('stdout'), ['late 1', 'late 2', 'late 3']);
});

test('a process in a session of its own lives on', linux, async () => {
  using project = new Project({
    'a.txt': 'one\n',
    'run.sh': 'setsid sh -c \'echo "apart $$"; exec sleep 60\' &\nwait\n',
  });
  await using app = command(project, ['--', 'sh', 'run.sh']);
  const [apart = 0] = await pidsOf(app, 'apart');
  try {
    project.write('a.txt', 'two\n');
    const [next = 0] = await pidsOf(app, 'apart');
    process.kill(next, 'SIGKILL');
    assert.equal(isRunning(apart), true);
  } finally {
    process.kill(apart, 'SIGKILL');
  }
});

for (const [what, script] of [
  ['a command', FAMILY],
  ['a command that ignores SIGTERM', STUBBORN],
] as const)
  test(`${what} and all that it started end when autoreload is killed`, posix, async () => {
    using project = new Project({ 'run.sh': script });
    await using app = command(project, ['--', 'sh', 'run.sh']);
    const pids = await everybody(app);
    app.kill('SIGKILL');
    await Promise.all(pids.map((pid) => gone(pid, 1000)));
  });

for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  test(`${name} to autoreload is one ${name} for the command`, posix, async () => {
    const script = `trap 'echo got' ${name.slice(3)}\necho ready\nwhile :; do sleep 0.02; [ -e end ] && exit 7; done\n`;
    using project = new Project({ 'run.sh': script });
    await using app = command(project, ['--watch', '*.sh', '--', 'sh', 'run.sh']);
    await app.lines('ready', /started: /);
    app.kill(name);
    await app.line('got');
    project.write('end', '');
    assert.deepEqual(await app.end(), { code: 7, signal: null });
    assert.equal(app.transcript.count(/^got$/), 1);
  });

test('the stop signal is the one that is asked for', posix, async () => {
  const script = "trap 'echo interrupted; exit' INT\necho ready\nwhile :; do sleep 0.02; done\n";
  using project = new Project({ 'a.txt': 'one\n', 'run.sh': script });
  await using app = command(project, ['--signal', 'SIGINT', '--', 'sh', 'run.sh']);
  await app.lines('ready', /started: /);
  project.write('a.txt', 'two\n');
  await app.line('interrupted');
  await app.lines('ready', /started: /);
});

test('a command that is killed by a signal is reported as such', posix, async () => {
  using project = new Project({ 'run.sh': 'kill -KILL $$\n' });
  await using app = command(project, ['--', 'sh', 'run.sh']);
  await app.line(/^\[autoreload\] sh run\.sh was killed by SIGKILL, waiting for a change/);
});

/** Waits until the whole family is there; its pids. */
async function everybody(app: Run): Promise<number[]> {
  return await pidsOf(app, 'first', 'grandchild', 'orphan');
}

/** Waits until they have said so, and autoreload that they are there: killed before, it knows nothing of them. */
async function pidsOf(app: Run, ...names: readonly string[]): Promise<number[]> {
  const lines = await app.lines(...names.map((name) => new RegExp(`^${name} \\d+$`)), /\] started: /);
  return lines.slice(0, -1).map((line) => Number(line.split(' ')[1]));
}
