// With `--on-crash retry`, a crashed program is started again, and neither crashes nor broken saves end autoreload.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '../../helpers/autoreload.ts';
import { command } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';

const GOOD = "console.log('good');\nsetInterval(() => {}, 1000);\n";
const FAILS = "console.log('fails');\nprocess.exit(4);\n";

for (const policy of ['wait', 'retry']) {
  test(`many saves with a syntax error do not end autoreload, and the first good save runs: --on-crash ${policy}`, async () => {
    using project = new Project({ 'app.js': `${GOOD}// 0\n` });
    await using app = command(project, ['--on-crash', policy, 'app.js']);
    await app.lines('good', / is up in /);
    for (let i = 1; i <= 6; i++) {
      project.write('app.js', `let saved${i} = ;\n`);
      // A retry that begins at this moment reads the save too: then it is the only run.
      await app.line(`let saved${i} = ;`);
      await app.line(/^\[autoreload\] app\.js failed with exit code 1, /);
    }
    // Now without waiting for any of the runs.
    for (let i = 1; i <= 200; i++) project.write('app.js', `let compulsively${i} = ;\n`);
    project.write('app.js', GOOD);
    await app.lines('good', / is up in /);
    assert.equal(app.process.exitCode, null);
  });
}

test('a syntax error at the first start does not end autoreload, and the first good save runs', async () => {
  using project = new Project({ 'app.js': 'let = ;\n' });
  await using app = command(project, ['--on-crash', 'retry', 'app.js']);
  for (const delay of ['100 ms', '200 ms', '400 ms', '800 ms']) await failsAndRetries(app, delay);
  project.write('app.js', GOOD);
  await app.line('[autoreload] app.js changed, restarting');
  await app.lines('good', / is up in /);
});

test('a program that fails at its start is started again, after a growing delay that is printed', async () => {
  using project = new Project({ 'app.js': FAILS });
  await using app = command(project, ['--on-crash', 'retry', 'app.js']);
  for (const delay of ['100 ms', '200 ms', '400 ms', '800 ms']) {
    await app.line('fails');
    await app.line(`[autoreload] app.js failed with exit code 4, retrying in ${delay}`);
  }
});

test('a change ends the delay, and resets it', async () => {
  using project = new Project({ 'app.js': FAILS });
  await using app = command(project, ['--on-crash', 'retry', 'app.js']);
  await app.line(/retrying in 1\.6 s$/);
  project.write('app.js', `${FAILS}// still\n`);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line('[autoreload] app.js failed with exit code 4, retrying in 100 ms');
});

test('a retry succeeds without a save once the environment is complete', async () => {
  using project = new Project({
    'app.js': `
import fs from 'node:fs';
if (!fs.existsSync('database')) throw new Error('no database');
console.log('connected');
setInterval(() => {}, 1000);
`,
  });
  await using app = command(project, ['--on-crash', 'retry', 'app.js']);
  await app.line(/retrying in 200 ms$/);
  project.write('database', '');
  await app.lines('connected', / is up in /);
  assert.equal(app.restarts, 0);
});

test('exit code 0 is no crash: the program is not started again', async () => {
  using project = new Project({ 'app.js': "console.log('done');\n" });
  await using app = command(project, ['--on-crash', 'retry', 'app.js']);
  await app.lines('done', '[autoreload] app.js completed, waiting for a change in 1 file');
});

test(
  'any command is started again too',
  { skip: process.platform === 'win32' && 'needs a POSIX shell: Linux or macOS' },
  async () => {
    using project = new Project({ 'run.sh': 'if then\n' });
    await using app = command(project, ['--on-crash', 'retry', '--watch', 'run.sh', '--', 'sh', 'run.sh']);
    await app.line(/^\[autoreload\] sh run\.sh failed with exit code 2, retrying in 100 ms$/);
    await app.line(/retrying in 800 ms$/);
    project.write('run.sh', 'echo good\nexec sleep 60\n');
    await app.line('[autoreload] run.sh changed, restarting');
    await app.lines('good', /started: /);
  },
);

async function failsAndRetries(app: Run, delay: string): Promise<void> {
  await app.line(`[autoreload] app.js failed with exit code 1, retrying in ${delay}`);
}
