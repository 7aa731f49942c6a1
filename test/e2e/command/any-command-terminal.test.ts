// In a terminal, a command runs in the foreground, and still no process outlives its run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gone, isRunning } from '../../helpers/autoreload.ts';
import { CLI } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';
import { quoted, Terminal } from '../../helpers/terminal.ts';

const linux = { skip: process.platform !== 'linux' && 'needs `script` of util-linux: Linux' };

const CTRL_C = '\x03';

/** Answers each line of input. */
const PROMPT = 'echo ready\nwhile read -r name; do echo "hello $name"; done\n';

/** A process with a grandchild and an orphan. `trap` may make them all ignore SIGTERM. */
const treeWith = (trap: string): string => `${trap}
sh -c 'echo "grandchild $$"; sleep 60; :' &
(sh -c 'echo "orphan $$"; sleep 60; :' &)
echo "first $$"
while :; do sleep 0.02; done
`;

function terminal(project: Project, args: readonly string[], env?: NodeJS.ProcessEnv): Terminal {
  return new Terminal(project, [CLI, ...args], env);
}

test('a command reads from the terminal, before and after a restart', linux, async () => {
  using project = new Project({ 'run.sh': PROMPT });
  await using app = terminal(project, ['--', 'sh', 'run.sh']);
  await app.line('ready');
  app.type('ada\r');
  await app.line('hello ada');
  project.write('run.sh', `${PROMPT}# edited\n`);
  await app.line(/ run\.sh changed, restarting$/);
  await app.line('ready');
  app.type('grace\r');
  await app.line('hello grace');
});

test('Ctrl-C sends the command one SIGINT, and the command may take its time to exit', linux, async () => {
  const script = `trap 'echo; echo got' INT\necho ready\nwhile :; do sleep 0.02; [ -e end ] && exit 9; done\n`;
  using project = new Project({ 'run.sh': script });
  await using app = terminal(project, ['--watch', '*.sh', '--', 'sh', 'run.sh']);
  await app.line('ready');
  app.type(CTRL_C);
  await app.line('got');
  project.write('end', '');
  assert.equal(await app.end(), 9);
  assert.equal(app.transcript.count(/^got$/), 1);
});

test('Ctrl-C terminates a command and its background processes', linux, async () => {
  using project = new Project({ 'run.sh': treeWith('') });
  await using app = terminal(project, ['--', 'sh', 'run.sh']);
  const pids = await pidsOfTree(app);
  app.type(CTRL_C);
  assert.equal(await app.end(), 130);
  await Promise.all(pids.map((pid) => gone(pid)));
});

for (const [tree, trap] of [
  ['a process tree', ''],
  ['a process tree that ignores SIGTERM', "trap '' TERM"],
] as const) {
  test(`a restart in a terminal terminates ${tree}`, linux, async () => {
    using project = new Project({ 'a.txt': 'one\n', 'run.sh': treeWith(trap) });
    await using app = terminal(project, ['--', 'sh', 'run.sh'], { AUTORELOAD_GRACE: '300' });
    const pids = await pidsOfTree(app);
    project.write('a.txt', 'two\n');
    await app.line(/ a\.txt changed, restarting$/);
    await pidsOfTree(app);
    for (const pid of pids) assert.equal(isRunning(pid), false);
  });

  test(`${tree} in a terminal is killed when autoreload is killed`, linux, async () => {
    using project = new Project({ 'run.sh': treeWith(trap) });
    await using app = terminal(project, ['--', 'sh', 'run.sh']);
    const pids = await pidsOfTree(app);
    process.kill(app.pid, 'SIGKILL');
    await Promise.all(pids.map((pid) => gone(pid)));
  });
}

test('a restart leaves the other processes of a pipeline running', linux, async () => {
  const reader = 'while read -r line; do echo "$line, read by $$ at $(date +%s)"; done';
  const autoreload = [process.execPath, CLI, '--', 'sh', 'run.sh'].map(quoted).join(' ');
  const pipeline = `${autoreload} | sh -c ${quoted(reader)}; echo "pipeline over"`;
  // `script` hands the terminal to the shell, whose process group contains the pipeline.
  const start = `require('node:child_process').spawn('sh', ['-c', ${JSON.stringify(pipeline)}], { stdio: 'inherit' })`;
  using project = new Project({ 'run.sh': 'echo one\nexec sleep 60\n' });
  await using app = new Terminal(project, ['-e', start]);
  const first = await app.line(/^one, read by \d+ at \d+$/);
  project.write('run.sh', 'echo two\nexec sleep 60\n');
  const second = await app.line(/^two, read by \d+ at \d+$/);
  const [reading, stillReading] = [first, second].map((line) => line.split(' ')[3]);
  assert.equal(reading, stillReading);
  app.type(CTRL_C);
  await app.end();
});

test('the terminal is restored after a command has left it in raw mode', linux, async () => {
  const raw = 'stty raw -echo\nprintf "raw\\r\\n"\nexec sleep 60\n';
  using project = new Project({ 'run.sh': raw });
  await using app = terminal(project, ['--', 'sh', 'run.sh']);
  await app.transcript.inAnyOrder('raw', /started: /);
  project.write('run.sh', PROMPT);
  await app.line('ready');
  app.type('ada\r');
  await app.line('hello ada');
});

/** Waits for all processes and for the line of autoreload, before which a killed supervisor may leave them running. Returns the pids. */
async function pidsOfTree(app: Terminal): Promise<number[]> {
  const names = [/^first \d+$/, /^grandchild \d+$/, /^orphan \d+$/];
  const lines = await app.transcript.inAnyOrder(...names, /started: /);
  return lines.slice(0, -1).map((line) => Number(line.split(' ')[1]));
}
