// Any command runs as in a shell, and again after a change of a file.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import type { Run } from '../../helpers/autoreload.ts';
import { command, without } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';

/** Windows has neither `sh` nor the exit codes of a shell. */
const posix = { skip: process.platform === 'win32' && 'needs a POSIX shell: Linux or macOS' };
const python = { skip: without('python3') };
const COMPILER = 'gcc';
const compiler = { skip: without(COMPILER) };

/** Before this line, a supervisor that is killed at the end of a test may leave the run behind. */
const STARTED = /\] started: /;

/** A program that prints an expression as JSON, and keeps running. */
const printing = (expression: string): string =>
  `console.log(JSON.stringify(${expression}));\nsetInterval(() => {}, 1000);\n`;

test('arguments reach the command unchanged', async () => {
  using project = new Project({ 'print.cjs': printing('process.argv.slice(2)') });
  const args = [
    '',
    'two words',
    '"',
    "it's",
    '$HOME',
    '*',
    '--watch',
    '--',
    '-x',
    'a\\b',
    'ü\nü',
    '&& echo no',
  ];
  await using app = command(project, ['--', process.execPath, 'print.cjs', ...args]);
  const [line] = await app.lines(/^\["/, /^\[autoreload\] started: /);
  assert.deepEqual(JSON.parse(line!), args);
});

test(
  'the command inherits the environment, and AUTORELOAD_CHANGED names the changed files',
  posix,
  async () => {
    using project = new Project({ 'print.cjs': printing('process.env'), 'b.txt': 'one\n' });
    const env = {
      MINE: 'a "b"\n',
      AUTORELOAD_CHANGED: 'inherited',
      AUTORELOAD_GRACE: '4000',
      AUTORELOAD_TIMEOUT: undefined,
    };
    await using app = command(project, ['--', process.execPath, 'print.cjs'], { env });
    const first = await printed(app);
    assert.equal(first['MINE'], env.MINE);
    assert.deepEqual(
      Object.keys(first).filter((name) => name.startsWith('AUTORELOAD_')),
      // The test helper sets the timeout.
      ['AUTORELOAD_GRACE'],
    );
    project.write('b.txt', 'two\n');
    const second = await printed(app);
    assert.deepEqual(second, { ...first, AUTORELOAD_CHANGED: project.path('b.txt') });
    project.write('print.cjs', `${printing('process.env')}\n`);
    project.write('b.txt', 'three\n');
    const { AUTORELOAD_CHANGED: changed = '' } = await printed(app);
    assert.deepEqual(changed.split('\n').toSorted(), [project.path('b.txt'), project.path('print.cjs')]);
  },
);

test('exit code 75 causes another run, without changed files', posix, async () => {
  using project = new Project({ 'a.txt': 'one\n' });
  const script =
    'echo "changed:$AUTORELOAD_CHANGED"; if mkdir once 2>/dev/null; then exit 75; fi; exec sleep 60';
  // Files that the command creates do not count.
  await using app = command(project, ['--watch', 'a.txt', '--', 'sh', '-c', script]);
  await app.lines('changed:', STARTED);
  await app.lines(
    /^\[autoreload\] sh -c 'echo \.\.\. asked for a restart \(exit code 75\), restarting$/,
    'changed:',
    STARTED,
  );
});

test('a Python program restarts after a change of one of its files', python, async () => {
  const main = 'import os, dep\nprint("python", dep.VALUE, flush=True)\nimport time\ntime.sleep(60)\n';
  using project = new Project({ 'main.py': main, 'dep.py': "VALUE = 'one'\n", 'notes.txt': 'one\n' });
  const args = ['--watch', '.', '--ext', 'py', '--', 'python3', '-B', 'main.py'];
  await using app = command(project, args);
  await app.lines('python one', /^\[autoreload\] started: python3 -B main\.py, watching 2 files$/);
  project.write('notes.txt', 'two\n');
  project.write('dep.py', "VALUE = 'two'\n");
  await app.lines('[autoreload] dep.py changed, restarting', 'python two', STARTED);
  project.write('dep.py', 'VALUE = \n');
  await app.lines('[autoreload] dep.py changed, restarting', STARTED, /SyntaxError/);
  await app.line('[autoreload] python3 -B main.py failed with exit code 1, waiting for a change in 2 files');
  project.write('dep.py', "VALUE = 'three'\n");
  await app.lines('python three', STARTED);
  assert.equal(app.restarts, 3);
});

test('a shell pipeline restarts as a whole', posix, async () => {
  using project = new Project({ 'in.txt': 'one\n' });
  await using app = command(project, [
    '--',
    'sh',
    '-c',
    '(cat in.txt; sleep 60) | while read l; do echo "[$l]"; done',
  ]);
  await app.lines(
    '[one]',
    /started: sh -c '\(cat in\.txt; sleep 60\) \| while read l; do echo "\[\$l\]"; done', watching/,
  );
  project.write('in.txt', 'two\n');
  await app.lines('[autoreload] in.txt changed, restarting', '[two]', STARTED);
});

test('a compiled program restarts after a new build', compiler, async () => {
  using project = new Project({});
  build(project, 'one');
  // The executable counts, its sources do not.
  await using app = command(project, ['--watch', '*.conf', '--', './server', '-c', 'server.conf']);
  await app.lines('serving one', /^\[autoreload\] started: \.\/server -c server\.conf, watching 1 file$/);
  build(project, 'two');
  await app.lines('[autoreload] server changed, restarting', 'serving two', STARTED);
});

test('a command that is not in PATH is named, and retried after a change', async () => {
  using project = new Project({ 'a.txt': 'one\n' });
  await using app = command(project, ['--', 'pyhton', 'main.py']);
  const missing =
    '[autoreload] cannot find "pyhton": no such command in PATH. Correct the name, or install it.';
  await app.line(missing);
  await app.line(
    /^\[autoreload\] pyhton main\.py failed with exit code 127, waiting for a change in \d files?$/,
  );
  project.write('a.txt', 'two\n');
  await app.line('[autoreload] a.txt changed, restarting');
  await app.line(missing);
  await app.line(/waiting for a change/);
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: 127, signal: null });
});

test('a missing command starts as soon as it exists', posix, async () => {
  using project = new Project({});
  await using app = command(project, ['--watch', '*.conf', '--', './bin/server']);
  await app.line('[autoreload] cannot find "./bin/server": no such file. Build it, or correct the path.');
  await app.line(/^\[autoreload\] \.\/bin\/server failed with exit code 127, waiting for /);
  project.write('server.tmp', '#!/bin/sh\necho built\nexec sleep 60\n');
  fs.chmodSync(project.path('server.tmp'), 0o755);
  fs.mkdirSync(project.path('bin'));
  fs.renameSync(project.path('server.tmp'), project.path('bin/server'));
  await app.lines('[autoreload] bin/server created, restarting', 'built', STARTED);
});

test('a file without execute permission leads to exit code 126', posix, async () => {
  using project = new Project({ 'my server': '#!/bin/sh\necho no\n' });
  await using app = command(project, ['--', './my server']);
  await app.line(
    '[autoreload] cannot run "./my server": permission denied (EACCES). Make it executable: chmod +x \'./my server\'',
  );
  await app.line(
    /^\[autoreload\] '\.\/my server' failed with exit code 126, waiting for a change in \d files?$/,
  );
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: 126, signal: null });
});

test('a script with a missing interpreter leads to exit code 126', posix, async () => {
  using project = new Project({ server: '#!/nowhere/sh\n' });
  fs.chmodSync(project.path('server'), 0o755);
  await using app = command(project, ['--', './server']);
  await app.line(/cannot run "\.\/server": the interpreter in its first line \(#!\) does not exist\./);
  await app.line(/failed with exit code 126/);
});

test('with --on-crash exit, a missing command ends autoreload at once', async () => {
  using project = new Project({});
  await using app = command(project, ['--on-crash', 'exit', '--', 'pyhton']);
  assert.deepEqual(await app.end(), { code: 127, signal: null });
});

test('autoreload exits with the exit code of the command', posix, async () => {
  using project = new Project({});
  await using app = command(project, ['--', 'sh', '-c', 'exit 3']);
  await app.line(/^\[autoreload\] sh -c 'exit 3' failed with exit code 3, waiting for a change/);
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: 3, signal: null });
});

test('the whole output arrives through a pipe', posix, async () => {
  using project = new Project({});
  const count = 100_000;
  const script = `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "line $i"; done`;
  await using app = command(project, ['--on-exit', 'exit', '--', 'sh', '-c', script]);
  assert.deepEqual(await app.end(), { code: 0, signal: null });
  const lines = app.transcript.lines('stdout');
  assert.equal(lines.length, count);
  assert.equal(lines.at(-1), `line ${count}`);
});

test('the command reads stdin', posix, async () => {
  using project = new Project({});
  await using app = command(project, ['--', 'sh', '-c', 'read a; echo "got $a"; cat'], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  app.process.stdin!.write('one\n');
  await app.line('got one');
  app.process.stdin!.end('two\n');
  await app.line('two');
  await app.line(`[autoreload] sh -c 'read a; echo "got $a"; cat' completed, waiting for a change in 1 file`);
});

/** The environment that the newest run has printed. */
async function printed(app: Run): Promise<Record<string, string>> {
  const [line] = await app.lines(/^\{/, /started: /);
  return JSON.parse(line!) as Record<string, string>;
}

/** Compiles a program that prints a word, and keeps running. */
function build(project: Project, word: string): void {
  const source = `#include <stdio.h>\n#include <unistd.h>\nint main(void) { puts("serving ${word}"); fflush(stdout); sleep(60); }\n`;
  execFileSync(COMPILER, ['-x', 'c', '-o', project.path('server'), '-'], { input: source });
}
