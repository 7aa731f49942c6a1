// The restart requests of restarter.py, CherryPy, Django, Werkzeug and python-autoreload: exit codes, a loop that polls, and files that
// are no modules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, until } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { command } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';

const STAY = 'setInterval(() => {}, 1000);\n';
const posix = { skip: process.platform === 'win32' && 'needs a POSIX shell: Linux or macOS' };

/** Exits with code 75 three times, then stays up. */
const THREE_TIMES = `
import fs from 'node:fs';
const run = Number(fs.readFileSync('count', 'utf8')) + 1;
fs.writeFileSync('count', String(run));
console.log('run', run);
if (run < 4) process.exit(75);
${STAY}`;

test('a program that exits with code 75 at its start is restarted until it stays up', async () => {
  using project = new Project({ 'app.js': THREE_TIMES, count: '0' });
  await using app = command(project, ['app.js']);
  for (const number of [1, 2, 3, 4]) await app.line(`run ${number}`);
  await until('the last run is up', () => app.transcript.count(/ is up in /) === 1);
  assert.equal(app.transcript.count(/app\.js asked for a restart \(exit code 75\)/), 3);
});

test('a command that exits with code 75 at its start is restarted until it stays up', posix, async () => {
  const script =
    'run=$(($(cat count) + 1)); echo $run > count; echo run $run; [ $run -ge 4 ] || exit 75; exec cat';
  using project = new Project({ 'run.sh': script, count: '0' });
  await using app = command(project, ['--watch', 'run.sh', '--', 'sh', 'run.sh'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  for (const number of [1, 2, 3, 4]) await app.line(`run ${number}`);
  await until('each run is reported', () => app.transcript.count(/started: /) === 4);
  assert.equal(app.transcript.count(/sh asked for a restart \(exit code 75\)/), 3);
});

for (const code of [3, 8]) {
  test(`exit code ${code} is a failure, not a restart request`, async () => {
    using project = new Project({ 'app.js': `console.log('runs');\nprocess.exit(${code});\n` });
    await using app = command(project, ['app.js']);
    await app.lines(
      'runs',
      `[autoreload] app.js failed with exit code ${code}, waiting for a change in 1 file`,
    );
    assert.equal(app.transcript.count(/^runs$/), 1);
  });
}

test('a loop that polls shouldRestart() cleans up, and exits with code 75, when a tracked file changes', async () => {
  using project = new Project({
    'server.conf': 'port = 1\n',
    'app.js': `
import fs from 'node:fs';
import { EX_TEMPFAIL, restartReason, shouldRestart, track } from 'autoreload';
import { setTimeout } from 'node:timers/promises';
process.on('SIGTERM', () => console.log('signal'));
track('server.conf');
const [file] = restartReason?.files ?? [];
shouldRestart(); // Changes count from here on.
console.log('serves', fs.readFileSync('server.conf', 'utf8').trim(), file?.how);
while (!shouldRestart()) await setTimeout(5);
console.log('cleaned up');
process.exit(EX_TEMPFAIL);
`,
  });
  await using app = command(project, ['app.js']);
  await app.lines('serves port = 1 undefined', / is up in /);
  for (const port of [2, 3]) {
    project.write('server.conf', `port = ${port}\n`);
    await app.lines('cleaned up', '[autoreload] server.conf changed, restarting');
    await app.line(`serves port = ${port} changed`);
  }
  assert.equal(app.transcript.count(/^signal$|exit code 75/), 0);
});

for (const [what, args, start, known] of [
  // The supervisor knows the file once it prints this line.
  [
    'track()',
    ['--log', 'debug'],
    "import { track } from 'autoreload';\ntrack('conf/extra.yml');\n",
    [/ tracks conf\/extra\.yml /],
  ],
  ['--watch', ['--watch', 'conf/extra.yml'], '', []],
] as const) {
  test(`a file named by ${what} restarts when it is created, changed, removed and created again`, async () => {
    using project = new Project({ 'app.js': `${start}console.log('started');\n${STAY}` });
    await using app = command(project, [...args, 'app.js']);
    await app.lines('started', / is up in /, ...known);
    project.write('conf/extra.yml', 'a: 1\n');
    await restarted(app, 'conf/extra.yml created', known);
    project.write('conf/extra.yml', 'a: 2\n');
    await restarted(app, 'conf/extra.yml changed', known);
    project.remove('conf/extra.yml');
    await restarted(app, 'conf/extra.yml deleted', known);
    project.write('conf/extra.yml', 'a: 3\n');
    await restarted(app, 'conf/extra.yml created', known);
  });
}

test('the removal of a module restarts, and so does its return', async () => {
  using project = new Project({ 'app.js': `import './dep.js';\n${STAY}`, 'dep.js': "console.log('one');\n" });
  await using app = command(project, ['app.js']);
  await app.lines('one', / is up in /);
  project.remove('dep.js');
  await app.line('[autoreload] dep.js deleted (imported by app.js), restarting');
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for dep\.js or a change/);
  project.write('dep.js', "console.log('two');\n");
  await app.lines('two', / is up in /);
});

test('a tracked relative path keeps its meaning after the program has changed its directory', async () => {
  using project = new Project({
    'app.js': `import { track } from 'autoreload';\ntrack('a.txt');\nprocess.chdir('sub');\nconsole.log('started');\n${STAY}`,
    'a.txt': 'one',
    'sub/a.txt': 'one',
  });
  await using app = command(project, ['app.js']);
  await app.lines('started', / is up in /);
  project.write('sub/a.txt', 'two');
  project.write('a.txt', 'two');
  await restarted(app, 'a.txt changed');
  assert.equal(app.restarts, 1);
});

test('the first process never loads the program', async () => {
  using project = new Project({ 'app.js': `console.log('loaded by', process.pid);\n${STAY}` });
  await using app = run(project, 'app.js');
  const [line = ''] = await app.lines(/^loaded by /, / is up in /);
  assert.notEqual(line, `loaded by ${app.pid}`);
  assert.equal(app.transcript.count(/^loaded by /), 1);
});

async function restarted(app: Run, line: string, known: readonly RegExp[] = []): Promise<void> {
  await app.line(`[autoreload] ${line}, restarting`);
  await app.lines('started', / is up in /, ...known);
}
