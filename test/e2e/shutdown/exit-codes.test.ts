// A program that exits by itself: exit code 75 requests a restart, any other exit is reported and followed by a wait for a change.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { plainEnv, run } from '../../helpers/autoreload.ts';
import { CLI } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';
import { Transcript } from '../../helpers/transcript.ts';

const linux = { skip: process.platform !== 'linux' && 'needs /proc: Linux' };
const posix = { skip: process.platform === 'win32' && 'needs POSIX sockets: Linux or macOS' };

const STAY = 'setInterval(() => {}, 1000);\n';

/** The program after a save. */
const NEXT = `console.log('next');\n${STAY}`;

const ASKED = '[autoreload] app.js asked for a restart (exit code 75), restarting';

test('exit code 75 restarts at once', async () => {
  using project = new Project({
    'app.js': `
import fs from 'node:fs';
const first = !fs.existsSync('asked');
console.log(first ? 'first' : 'second');
if (first) {
  fs.writeFileSync('asked', '');
  setTimeout(() => process.exit(75), 100);
}
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.line('first');
  await app.line(ASKED);
  await app.transcript.inAnyOrder('second', /is up in/);
  // The count of restarts below shows that there was no other one.
  project.write('app.js', NEXT);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line('next');
  assert.equal(app.restarts, 2);
});

test('in a tight loop of exit code 75 the delay grows, and a save cuts it short', async () => {
  using project = new Project({ 'app.js': 'process.exit(75);\n' });
  await using app = run(project, 'app.js');
  await app.line(ASKED);
  for (const delay of ['100 ms', '200 ms', '400 ms', '800 ms', '1.6 s'])
    await app.line(`${ASKED} in ${delay}`);
  project.write('app.js', NEXT);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line('next');
  const lines = app.transcript.entries.filter(({ text }) => /asked|next/.test(text));
  for (const [i, { text, at }] of lines.slice(0, -1).entries()) {
    const [, amount = '0', unit] = / in ([\d.]+) (m?s)$/.exec(text) ?? [];
    const delay = Number(amount) * (unit === 's' ? 1000 : 1);
    const gap = lines[i + 1]!.at - at;
    // The save cuts the last delay short. The other gaps include the next run; half of the delay is a margin for slow reading.
    if (i === lines.length - 2) assert.ok(gap < delay);
    else assert.ok(gap > delay / 2);
  }
});

test('a save after a tight loop of exit code 75 resets the delay', async () => {
  using project = new Project({ 'app.js': 'process.exit(75);\n' });
  await using app = run(project, 'app.js');
  await app.line(ASKED);
  await app.line(`${ASKED} in 100 ms`);
  await app.line(`${ASKED} in 200 ms`);
  await app.line(`${ASKED} in 400 ms`);
  project.write('app.js', 'process.exitCode = 75;\n');
  await app.line('[autoreload] app.js changed, restarting');
  await app.line(ASKED);
  await app.line(`${ASKED} in 100 ms`);
});

test(
  'SIGINT during the delay exits by SIGINT: exit code 75 is addressed to autoreload',
  { skip: process.platform === 'win32' && 'needs POSIX signals: Linux or macOS' },
  async () => {
    using project = new Project({ 'app.js': 'process.exit(75);\n' });
    await using app = run(project, 'app.js');
    await app.line(`${ASKED} in 400 ms`);
    app.kill('SIGINT');
    assert.deepEqual(await app.end(), { code: null, signal: 'SIGINT' });
  },
);

test('a completed run is reported, and a save starts the next run', async () => {
  using project = new Project({ 'app.js': "console.log('once');\n" });
  await using app = run(project, 'app.js');
  await app.line('once');
  await app.line('[autoreload] app.js completed, waiting for a change in 1 file');
  project.write('app.js', "console.log('twice');\n");
  await app.line('[autoreload] app.js changed, restarting');
  await app.transcript.inAnyOrder('twice', '[autoreload] app.js completed, waiting for a change in 1 file');
});

test('after a completed run, a change in any of its files starts the next run', async () => {
  using project = new Project({
    'app.js': "import { name } from './lib/name.js';\nconsole.log('hello', name);\n",
    'lib/name.js': "export { name } from './other.js';\n",
    'lib/other.js': "export const name = 'one';\n",
  });
  await using app = run(project, 'app.js');
  await app.line('hello one');
  await app.line('[autoreload] app.js completed, waiting for a change in 3 files');
  project.write('lib/other.js', "export const name = 'two';\n");
  await app.line('[autoreload] lib/other.js changed (imported by app.js > lib/name.js), restarting');
  await app.line('hello two');
});

test('each failure is reported with its exit code or signal, and a save starts the next run', async () => {
  const failures: [code: string, outcome: string][] = [
    ['process.exit(3);', 'failed with exit code 3'],
    ['process.exitCode = 74;', 'failed with exit code 74'],
    // After the program was up.
    ['setTimeout(() => process.exit(255), 100);', 'failed with exit code 255'],
  ];
  if (process.platform !== 'win32') {
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGABRT'])
      failures.push([`process.kill(process.pid, '${signal}');\n${STAY}`, `was killed by ${signal}`]);
  }
  using project = new Project({ 'app.js': NEXT });
  await using app = run(project, 'app.js');
  await app.lines('next', /is up in/);
  for (const [code, outcome] of failures) {
    project.write('app.js', `${code}\n`);
    await app.line('[autoreload] app.js changed, restarting');
    await app.line(`[autoreload] app.js ${outcome}, waiting for a change in 1 file`);
    project.write('app.js', NEXT);
    await app.line('[autoreload] app.js changed, restarting');
    await app.lines('next', /is up in/);
  }
});

/** Prints until nobody reads, as most programs do without a thought of it. */
const TALK = "setInterval(() => console.log('line'), 5);\n";

for (const [what, args] of [
  ['a program', ['--import', 'autoreload/register', 'app.js']],
  ['a command', [CLI, '--', 'yes']],
] as const)
  test(`supervision ends with ${what} whose output a shell pipe no longer reads`, linux, async () => {
    using project = new Project({ 'app.js': TALK });
    const script = '{ "$0" "$@"; echo "code $?" >&2; } | head -2';
    const shell = spawn('sh', ['-c', script, process.execPath, ...args], {
      cwd: project.dir,
      env: plainEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const transcript = new Transcript();
    transcript.attach('stderr', shell.stderr);
    await transcript.line(what === 'a program' ? 'code 1' : /^code [1-9]/);
  });

test('a program that loses another pipe than its output is waited for', linux, async () => {
  using project = new Project({
    'app.js':
      "setTimeout(() => { throw Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }); }, 50);\n",
  });
  const script = '"$0" --import autoreload/register app.js 2>&1 | cat';
  const shell = spawn('sh', ['-c', script, process.execPath], {
    cwd: project.dir,
    env: plainEnv(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const transcript = new Transcript();
  transcript.attach('stdout', shell.stdout);
  await transcript.line(/ failed with exit code 1, waiting for a change in 1 file$/);
  project.write('app.js', "console.log('next');\nprocess.kill(process.ppid, 'SIGTERM');\n");
  await transcript.line('next');
});

for (const [what, code, expected] of [
  ['that exits with its own code', `process.stdout.on('error', () => process.exit(3));\n${TALK}`, 3],
  ['that completes', `process.stdout.on('error', () => process.exit(0));\n${TALK}`, 0],
] as const)
  test(
    `supervision ends with a program whose output another Node no longer reads, ${what}`,
    posix,
    async () => {
      using project = new Project({ 'app.js': code });
      await using app = run(project, 'app.js');
      await app.lines('line', / is up in /);
      app.process.stdout?.destroy();
      assert.deepEqual(await app.end(), { code: expected, signal: null });
    },
  );
