// stdin, stdout and stderr work as without autoreload: complete, in order, and with their end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const PIPED = ['pipe', 'pipe', 'pipe'] as const;

const READER = `
let size = 0;
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => { size += text.length; if (text.length < 100) console.log('read', text.trim()); });
process.stdin.on('end', () => console.log('end after', size));
console.log('reading');
`;

test('the program reads piped input up to its end', async () => {
  using project = new Project({ 'app.js': READER });
  await using app = run(project, 'app.js', { stdio: [...PIPED] });
  await app.line('reading');
  app.process.stdin?.write('hello\n');
  await app.line('read hello');
  const much = 'x'.repeat(1_000_000);
  app.process.stdin?.end(much);
  await app.line('end after 1000006');
});

for (const [what, code, ended] of [
  ['completes', '', 0],
  ['exits with code 3', "process.stdin.on('end', () => process.exit(3));\n", 3],
  ['throws', "process.stdin.on('end', () => { throw new Error('x'); });\n", 1],
] as const) {
  test(`a program that has read its input to the end and ${what} ends supervision with its exit code`, async () => {
    using project = new Project({ 'app.js': `${READER}// first\n` });
    await using app = run(project, 'app.js', { stdio: [...PIPED] });
    await app.lines('reading', /is up in/);
    project.write('app.js', READER + code);
    await app.lines('reading', /is up in/);
    app.process.stdin?.end('hello');
    await app.line('read hello');
    assert.deepEqual(await app.end(), { code: ended, signal: null });
  });
}

test('a program that does not read its input to the end is run again after a change', async () => {
  using project = new Project({ 'app.js': "process.stdin.once('data', () => process.exit());\n" });
  await using app = run(project, 'app.js', { stdio: [...PIPED] });
  app.process.stdin?.write('first\n');
  await app.line(/completed, waiting/);
  app.process.stdin?.end('second\n');
  project.write('app.js', READER);
  await app.lines('read second', 'end after 7');
  assert.deepEqual(await app.end(), { code: 0, signal: null });
});

test('a program that never reads its closed input is run again after a change', async () => {
  using project = new Project({ 'app.js': '' });
  await using app = run(project, 'app.js', { stdio: [...PIPED] });
  app.process.stdin?.end();
  await app.line(/completed, waiting/);
  project.write('app.js', "console.log('next');\n");
  await app.lines('next', /completed, waiting/);
});

test('the next run reads piped input from where the previous run stopped', async () => {
  using project = new Project({ 'app.js': READER });
  await using app = run(project, 'app.js', { stdio: [...PIPED] });
  for (const round of ['one', 'two', 'three']) {
    await app.lines('reading', /is up in/);
    app.process.stdin?.write(`${round}\n`);
    await app.line(`read ${round}`);
    project.write('app.js', `${READER}// ${round}\n`);
  }
  await app.line('reading');
  app.process.stdin?.end();
  await app.line('end after 0');
});

test('5 MB on stdout arrive complete and in order', async () => {
  const source = `
let text = '';
for (let i = 0; i < 5000; i++) text += String(i).padStart(1024, '.') + '\\n';
process.stdout.write(text + 'last\\n');
`;
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js');
  await app.line('last');
  const lines = app.transcript.lines('stdout');
  assert.equal(lines.length, 5001);
  assert.ok(lines.slice(0, -1).every((line, i) => line === String(i).padStart(1024, '.')));
});

test('a closed stdout pipe crashes the program as without autoreload, and ends supervision with its exit code', async () => {
  using project = new Project({ 'app.js': "setInterval(() => console.log('tick'), 10);\n" });
  await using app = run(project, 'app.js');
  await app.lines('tick', / is up in /);
  app.process.stdout?.destroy();
  await app.line(/^Error: write EPIPE$/);
  assert.deepEqual(await app.end(), { code: 1, signal: null });
});

test('supervision continues after the stderr pipe is closed', async () => {
  const source = "console.log('run');\nsetInterval(() => {}, 1000);\n";
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js');
  await app.lines('run', /is up in/);
  app.process.stderr?.destroy();
  for (const round of [1, 2]) {
    project.write('app.js', source.replace('run', `run ${round}`));
    await app.line(`run ${round}`);
  }
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: null, signal: 'SIGTERM' });
});
