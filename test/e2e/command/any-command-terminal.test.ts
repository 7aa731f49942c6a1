// In a terminal any command is in the foreground, and yet nothing of it is left.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gone, isRunning } from '../../helpers/autoreload.ts';
import { CLI } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';
import { quoted, Terminal } from '../../helpers/terminal.ts';

const linux = { skip: process.platform !== 'linux' && '`script` of util-linux makes the terminal' };

const CTRL_C = '\x03';

/** Reads lines and greets. */
const PROMPT = 'echo ready\nwhile read -r name; do echo "hello $name"; done\n';

/** A grandchild, and one whose parent has gone; nobody ends by SIGTERM where `trap` says so. */
const family = (trap: string): string => `${trap}
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

test('one Ctrl-C is one SIGINT for the command, which ends in its own time', linux, async () => {
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

test('Ctrl-C ends a command, and what it has started in the background', linux, async () => {
  using project = new Project({ 'run.sh': family('') });
  await using app = terminal(project, ['--', 'sh', 'run.sh']);
  const pids = await everybody(app);
  app.type(CTRL_C);
  assert.equal(await app.end(), 130);
  await Promise.all(pids.map((pid) => gone(pid)));
});

for (const [who, trap] of [
  ['all', ''],
  ['all, stubborn as they are,', "trap '' TERM"],
] as const) {
  test(`a restart in a terminal ends ${who} that the command has started`, linux, async () => {
    using project = new Project({ 'a.txt': 'one\n', 'run.sh': family(trap) });
    await using app = terminal(project, ['--', 'sh', 'run.sh'], { AUTORELOAD_GRACE: '300' });
    const pids = await everybody(app);
    project.write('a.txt', 'two\n');
    await app.line(/ a\.txt changed, restarting$/);
    await everybody(app);
    for (const pid of pids) assert.equal(isRunning(pid), false);
  });

  test(`${who} in a terminal end when autoreload is killed`, linux, async () => {
    using project = new Project({ 'run.sh': family(trap) });
    await using app = terminal(project, ['--', 'sh', 'run.sh']);
    const pids = await everybody(app);
    process.kill(app.pid, 'SIGKILL');
    await Promise.all(pids.map((pid) => gone(pid, 1000)));
  });
}

test('a restart leaves alone what is in the same pipeline', linux, async () => {
  const reader = 'while read -r line; do echo "$line, read by $$ at $(date +%s)"; done';
  const autoreload = [process.execPath, CLI, '--', 'sh', 'run.sh'].map(quoted).join(' ');
  const pipeline = `${autoreload} | sh -c ${quoted(reader)}; echo "pipeline over"`;
  // `script` gives the shell the terminal; the pipeline is in its process group.
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

test('the terminal is as it was when a command has left it in raw mode', linux, async () => {
  const raw = 'stty raw -echo\nprintf "raw\\r\\n"\nexec sleep 60\n';
  using project = new Project({ 'run.sh': raw });
  await using app = terminal(project, ['--', 'sh', 'run.sh']);
  await app.transcript.inAnyOrder('raw', /started: /);
  project.write('run.sh', PROMPT);
  await app.line('ready');
  app.type('ada\r');
  await app.line('hello ada');
});

/** Waits until all are there, and autoreload has said so: killed before, it knows nothing of them. Their pids. */
async function everybody(app: Terminal): Promise<number[]> {
  const names = [/^first \d+$/, /^grandchild \d+$/, /^orphan \d+$/];
  const lines = await app.transcript.inAnyOrder(...names, /started: /);
  return lines.slice(0, -1).map((line) => Number(line.split(' ')[1]));
}
