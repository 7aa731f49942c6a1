// Unexpected data from the child and unexpected files on the disk: one line at most, and supervision continues.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const STAY = 'setInterval(() => {}, 1000);\n';
const NOT_OURS = /^\[autoreload\] a record of the child is not one of ours: /;

for (const [what, text] of [
  ['text', "'hello\\n'"],
  ['a record cut in half', `'{"kind":"resolved","specifier":"./x.js","parent":"file:///app.js","url":"fi'`],
  [
    'a record without its end, and more',
    `'\\n{"kind":"resolved","specifier":"./x.js"' + '\\n{"kind":"up"}\\n[]\\n{}\\n'`,
  ],
  [
    'a record of other types',
    `'{"kind":"missed","specifier":1,"at":3}\\n{"kind":"spawned","pid":"42"}\\n{"kind":"spawned","pid":-1}\\n'`,
  ],
  ['two megabytes without a newline', `'x'.repeat(2 ** 21)`],
  ['zeros', `Buffer.alloc(100)`],
] as const) {
  test(`foreign data on the record lane (${what}): one line, and earlier and later files are watched`, async () => {
    using project = new Project({
      'app.js': `import './before.js';
import fs from 'node:fs';
let rest = Buffer.from(${text});
while (rest.length > 0) {
  try { rest = rest.subarray(fs.writeSync(3, rest)); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
}
await import('./after.js');
console.log('runs');\n${STAY}`,
      'before.js': '',
      'after.js': '',
    });
    await using app = run(project, 'app.js');
    await app.lines('runs', NOT_OURS, /is up in/);
    for (const name of ['before.js', 'after.js']) {
      project.write(name, '// edited\n');
      await app.line(`[autoreload] ${name} changed (imported by app.js), restarting`);
      await app.lines('runs', NOT_OURS, /is up in/);
    }
    // One line per run.
    assert.equal(app.transcript.count(NOT_OURS), 3);
  });
}

test(
  'a process that the program names but has not started is not killed',
  { skip: process.platform === 'win32' && 'Windows terminates by job' },
  async () => {
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    using project = new Project({
      'app.js': `import fs from 'node:fs';\nfs.writeSync(3, '{"kind":"spawned","pid":${other.pid}}\\n');\n${STAY}`,
    });
    await using app = run(project, 'app.js');
    await app.line(/is up in/);
    project.write('app.js', `console.log('next');\n${STAY}`);
    await app.line('next');
    assert.equal(other.signalCode, null);
    other.kill('SIGKILL');
    assert.equal((await once(other, 'exit'))[1], 'SIGKILL');
  },
);

test('a dangling link restarts the program when its target appears', async () => {
  using project = new Project({
    'app.js': `import './link.js';\n${STAY}`,
    'a.js': "console.log('said', 1);\n",
  });
  project.link('link.js', 'b.js');
  await using app = run(project, 'app.js');
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for link\.js or /);
  project.link('link.js', 'a.js');
  await app.lines(/^\[autoreload\] link\.js .*, restarting$/, 'said 1', /is up in/);
  project.remove('a.js');
  await app.line(/^\[autoreload\] .* deleted .*, restarting$/);
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for link\.js or /);
  project.write('a.js', "console.log('said', 2);\n");
  await app.lines(/, restarting$/, 'said 2');
});

test('a file that is deleted and written 200 times: the last content runs', async () => {
  using project = new Project({
    'app.js': `import { value } from './dep.js';\nconsole.log('said', value);\n${STAY}`,
    'dep.js': 'export const value = 0;\n',
  });
  await using app = run(project, 'app.js');
  await app.lines('said 0', /is up in/);
  for (let round = 1; round <= 200; round++) {
    project.remove('dep.js');
    project.write('dep.js', `export const value = ${round};\n`);
    // Lets events through, so that the supervisor reads in between.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await app.line('said 200');
});

test('a file becomes a folder, and a file again', async () => {
  using project = new Project({
    'app.js': `import { value } from './dep.js';\nconsole.log('said', value);\n${STAY}`,
    'dep.js': 'export const value = 1;\n',
  });
  await using app = run(project, 'app.js');
  await app.lines('said 1', /is up in/);
  project.remove('dep.js');
  project.write('dep.js/inside.js', '');
  await app.line('[autoreload] dep.js deleted (imported by app.js), restarting');
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for /);
  project.remove('dep.js');
  project.write('dep.js', 'export const value = 2;\n');
  await app.lines(/^\[autoreload\] dep\.js (created|changed) .*, restarting$/, 'said 2');
});
