// Of the launchers that retry: no number of broken saves and no crash ends autoreload, and the first good save runs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Run } from '../../helpers/autoreload.ts';
import { command } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';

const GOOD = "console.log('good');\nsetInterval(() => {}, 1000);\n";
const FAILS = "console.log('fails');\nprocess.exit(4);\n";

for (const policy of ['wait', 'retry']) {
  test(`saving with a syntax error again and again never ends it, and the good save runs: --on-crash ${policy}`, async () => {
    using project = new Project({ 'app.js': `${GOOD}// 0\n` });
    await using app = command(project, ['--on-crash', policy, 'app.js']);
    await app.lines('good', / is up in /);
    for (let i = 1; i <= 12; i++) {
      project.write('app.js', `let saved${i} = ;\n`);
      // A try that begins just then has it as well, and there is no other.
      await app.line(`let saved${i} = ;`);
      await app.line(/^\[autoreload\] app\.js failed with exit code 1, /);
    }
    // And without looking at what comes of it.
    for (let i = 1; i <= 200; i++) project.write('app.js', `let compulsively${i} = ;\n`);
    project.write('app.js', GOOD);
    await app.lines('good', / is up in /);
    assert.equal(app.process.exitCode, null);
  });
}

test('a syntax error at the very first start does not end it, and the good save runs', async () => {
  using project = new Project({ 'app.js': 'let = ;\n' });
  await using app = command(project, ['--on-crash', 'retry', 'app.js']);
  for (const delay of ['100 ms', '200 ms', '400 ms', '800 ms']) await tries(app, delay);
  project.write('app.js', GOOD);
  await app.line('[autoreload] app.js changed, restarting');
  await app.lines('good', / is up in /);
});

test('a program that fails at its start is tried again, with a delay that grows and is told', async () => {
  using project = new Project({ 'app.js': FAILS });
  await using app = command(project, ['--on-crash', 'retry', 'app.js']);
  for (const delay of ['100 ms', '200 ms', '400 ms', '800 ms']) {
    await app.line('fails');
    await app.line(`[autoreload] app.js failed with exit code 4, retrying in ${delay}`);
  }
});

test('a change does not wait for the delay, which begins anew', async () => {
  using project = new Project({ 'app.js': FAILS });
  await using app = command(project, ['--on-crash', 'retry', 'app.js']);
  await app.line(/retrying in 1\.6 s$/);
  project.write('app.js', `${FAILS}// still\n`);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line('[autoreload] app.js failed with exit code 4, retrying in 100 ms');
});

test('what the environment lacked is there at the next try, without any save', async () => {
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

test('an end with exit code 0 is no crash: it is not tried again', async () => {
  using project = new Project({ 'app.js': "console.log('done');\n" });
  await using app = command(project, ['--on-crash', 'retry', 'app.js']);
  await app.lines('done', '[autoreload] app.js completed, waiting for a change in 1 file');
});

test(
  'any command is tried again as well',
  { skip: process.platform === 'win32' && 'a POSIX shell' },
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

async function tries(app: Run, delay: string): Promise<void> {
  await app.line(`[autoreload] app.js failed with exit code 1, retrying in ${delay}`);
}
