// No process of a command outlives its run: neither its descendants nor its orphans.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gone, isRunning } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { command } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';

/** Windows has neither SIGTERM nor process groups. */
const posix = { skip: process.platform === 'win32' && 'needs process groups: Linux or macOS' };
const linux = { skip: process.platform !== 'linux' && 'needs `setsid` of util-linux: Linux' };

/** A process that prints its pid and keeps running, a grandchild, and an orphan. */
const TREE = `
echo "first $$"
sh -c 'echo "grandchild $$"; sleep 60; :' &
(sh -c 'echo "orphan $$"; sleep 60; :' &)
wait
`;

/** The same processes, all of which ignore SIGTERM: a child process inherits ignored signals. */
const STUBBORN = `trap '' TERM\n${TREE}`;

test('a restart terminates the descendants and orphans of a command', posix, async () => {
  using project = new Project({ 'a.txt': 'one\n', 'run.sh': TREE });
  await using app = command(project, ['--', 'sh', 'run.sh']);
  const pids = await pidsOfTree(app);
  project.write('a.txt', 'two\n');
  const next = await pidsOfTree(app);
  for (const pid of pids) assert.equal(isRunning(pid), false);
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: null, signal: 'SIGTERM' });
  await Promise.all(next.map((pid) => gone(pid)));
});

test(
  'a command that ignores the stop signal is killed with its tree after the grace period',
  posix,
  async () => {
    using project = new Project({ 'a.txt': 'one\n', 'run.sh': STUBBORN });
    await using app = command(project, ['--', 'sh', 'run.sh'], { env: { AUTORELOAD_GRACE: '300' } });
    const pids = await pidsOfTree(app);
    project.write('a.txt', 'two\n');
    await app.line('[autoreload] a.txt changed, restarting');
    await app.line('[autoreload] sh run.sh did not exit within 300 ms, killing it');
    await pidsOfTree(app);
    for (const pid of pids) assert.equal(isRunning(pid), false);
  },
);

test('the next run starts after the last process of the previous one has exited', posix, async () => {
  const slow = "trap 'sleep 0.3; echo bye; exit' TERM; echo ready; while :; do sleep 0.02; done";
  // The first process exits at once, the second one later.
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

test('background processes of a command that exits by itself are terminated', posix, async () => {
  using project = new Project({ 'run.sh': 'sh -c \'echo "left $$"; sleep 60; :\' &\nexit 4\n' });
  await using app = command(project, ['--', 'sh', 'run.sh']);
  const [pid = 0] = await pidsOf(app, 'left');
  await app.line(/^\[autoreload\] sh run\.sh failed with exit code 4, waiting for a change/);
  assert.equal(isRunning(pid), false);
});

test('a reader of the output of a command may write its last lines', posix, async () => {
  const tail =
    '{ while read l; do sleep 0.02; echo "late $l"; done; } < pipe &\n{ echo 1; echo 2; echo 3; } > pipe\n';
  using project = new Project({ 'run.sh': `mkfifo pipe\n${tail}` });
  await using app = command(project, ['--watch', '*.sh', '--', 'sh', 'run.sh']);
  await app.line(/completed, waiting for a change/);
  assert.deepEqual(app.transcript.lines('stdout'), ['late 1', 'late 2', 'late 3']);
});

test('a process that leads its own session survives a restart', linux, async () => {
  using project = new Project({
    'a.txt': 'one\n',
    'run.sh': 'setsid sh -c \'echo "detached $$"; exec sleep 60\' &\nwait\n',
  });
  await using app = command(project, ['--', 'sh', 'run.sh']);
  const [detached = 0] = await pidsOf(app, 'detached');
  try {
    project.write('a.txt', 'two\n');
    const [next = 0] = await pidsOf(app, 'detached');
    process.kill(next, 'SIGKILL');
    assert.equal(isRunning(detached), true);
  } finally {
    process.kill(detached, 'SIGKILL');
  }
});

for (const [name, script] of [
  ['a command', TREE],
  ['a command that ignores SIGTERM', STUBBORN],
] as const)
  test(`${name} and its descendants are killed when autoreload is killed`, posix, async () => {
    using project = new Project({ 'run.sh': script });
    await using app = command(project, ['--', 'sh', 'run.sh']);
    const pids = await pidsOfTree(app);
    app.kill('SIGKILL');
    await Promise.all(pids.map((pid) => gone(pid)));
  });

for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  test(`${name} to autoreload is passed on to the command once`, posix, async () => {
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

test('--signal chooses the stop signal', posix, async () => {
  const script = "trap 'echo interrupted; exit' INT\necho ready\nwhile :; do sleep 0.02; done\n";
  using project = new Project({ 'a.txt': 'one\n', 'run.sh': script });
  await using app = command(project, ['--signal', 'SIGINT', '--', 'sh', 'run.sh']);
  await app.lines('ready', /started: /);
  project.write('a.txt', 'two\n');
  await app.line('interrupted');
  await app.lines('ready', /started: /);
});

test('the signal that killed a command is reported', posix, async () => {
  using project = new Project({ 'run.sh': 'kill -KILL $$\n' });
  await using app = command(project, ['--', 'sh', 'run.sh']);
  await app.line(/^\[autoreload\] sh run\.sh was killed by SIGKILL, waiting for a change/);
});

/** Waits for all processes of the tree, and returns their pids. */
async function pidsOfTree(app: Run): Promise<number[]> {
  return await pidsOf(app, 'first', 'grandchild', 'orphan');
}

/** Waits for named processes, and for the line of autoreload: before it, a killed supervisor may leave them running. */
async function pidsOf(app: Run, ...names: readonly string[]): Promise<number[]> {
  const lines = await app.lines(...names.map((name) => new RegExp(`^${name} \\d+$`)), /\] started: /);
  return lines.slice(0, -1).map((line) => Number(line.split(' ')[1]));
}
