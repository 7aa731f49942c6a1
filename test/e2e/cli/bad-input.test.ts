// Files that cannot be watched: one line with the remedy, and supervision continues.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const STAY = 'setInterval(() => {}, 1000);\n';
const UP = /^\[autoreload\] .* is up in/;

/**
 * Creates a preload that makes `fs.watch` fail in the supervisor.
 *
 * @param condition JavaScript condition for a failing call; may use `calls`, the number of earlier calls, and `path`
 */
function refusing(code: string, condition: string): string {
  return `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { getEnvironmentData } from 'node:worker_threads';
if (getEnvironmentData('autoreload.supervised') === undefined) {
  const { watch } = fs;
  let calls = 0;
  fs.watch = (path, ...rest) => {
    if (${condition}) throw Object.assign(new Error("${code}: refused, watch '" + path + "'"), { code: '${code}', path });
    calls++;
    return watch(path, ...rest);
  };
  syncBuiltinESMExports();
}
`;
}

const FILES = {
  'app.js': `import './src/a.js';\nimport './src/b.js';\nimport './lib/c.js';\n${STAY}`,
  'src/a.js': '',
  'src/b.js': '',
  'lib/c.js': '',
};

const RAISE =
  process.platform === 'linux'
    ? {
        ENOSPC: 'Raise it: sudo sysctl fs.inotify.max_user_watches=524288',
        EMFILE: 'Raise it: sudo sysctl fs.inotify.max_user_instances=1024',
      }
    : { ENOSPC: 'Raise it: ulimit -n 65536', EMFILE: 'Raise it: ulimit -n 65536' };

for (const [code, allowed] of [
  ['ENOSPC', 0],

  ['ENOSPC', 3],
  ['EMFILE', 0],
] as const) {
  test(`watch limit (${code}) after ${allowed} watches: one line, and every save restarts`, async () => {
    using project = new Project({ ...FILES, 'limit.js': refusing(code, `calls >= ${allowed}`) });
    await using app = run(project, 'app.js', {
      execArgv: ['--import', './limit.js', '--import', 'autoreload/register'],
    });
    await app.line(UP);
    for (const name of ['src/a.js', 'src/b.js', 'lib/c.js', 'app.js']) {
      project.write(name, `${project.read(name)}// edited\n`);
      await app.line(new RegExp(`^\\[autoreload\\] ${name} changed`));
      await app.line(UP);
    }
    const problems = ownLines(app).filter((line) => !/ is up$|restarting$/.test(line));
    assert.deepEqual(problems, [
      `the limit of file watches is reached (${code}), polling the rest. ${RAISE[code]}`,
    ]);
    assertNoStack(app);
  });
}

test('unreadable folder (EACCES): one line, and a save of its files restarts', async () => {
  using project = new Project({ ...FILES, 'limit.js': refusing('EACCES', '/[\\\\/]src\\b/.test(path)') });
  await using app = run(project, 'app.js', {
    execArgv: ['--import', './limit.js', '--import', 'autoreload/register'],
  });
  await app.line(UP);
  for (const name of ['src/b.js', 'src/a.js', 'lib/c.js', 'app.js']) {
    project.write(name, `${project.read(name)}// edited\n`);
    await app.line(new RegExp(`^\\[autoreload\\] ${name} changed`));
    await app.line(UP);
  }
  const problems = ownLines(app).filter((line) => !/ is up$|restarting$/.test(line));
  const folder = project.path('src');
  assert.deepEqual(problems, [
    `cannot watch ${folder}: permission denied (EACCES); polling its files. Give yourself the right to read it.`,
  ]);
  assertNoStack(app);
});

test('a missing file restarts the program even if nothing can be watched', async () => {
  using project = new Project({
    'app.js': `import './lib/missing.js';\n${STAY}`,
    'limit.js': refusing('ENOSPC', 'true'),
  });
  await using app = run(project, 'app.js', {
    execArgv: ['--import', './limit.js', '--import', 'autoreload/register'],
  });
  await app.line(
    '[autoreload] app.js failed with exit code 1, waiting for lib/missing.js or a change in 2 files',
  );
  project.write('lib/missing.js', '');
  await app.line('[autoreload] lib/missing.js created (imported by app.js), restarting');
  await app.line(UP);
});

function assertNoStack(app: Run): void {
  assert.equal(app.transcript.count(/^\s+at /), 0);
}

/** Returns our lines, without the prefix and the varying parts. */
function ownLines(app: Run): string[] {
  const prefix = '[autoreload] ';
  const lines = app.transcript.lines('stderr').filter((line) => line.startsWith(prefix));
  return lines.map((line) => line.slice(prefix.length).replace(/ is up in .*/, ' is up'));
}
