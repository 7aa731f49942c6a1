// The output of autoreload: one line per event, with exactly this wording.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const STAY = 'setInterval(() => {}, 1000);\n';
const UP = /^\[autoreload\] .* is up in/;
const RESET = '\u001B[39m';
const WAITING = /^\[autoreload\] .* waiting for/;

test('the lines of a restart: the chain of imports, and the time until the program is up', async () => {
  using project = new Project({
    'app.js': `import './src/routes.js';\n${STAY}`,
    'src/routes.js': "import './db.js';\n",
    'src/db.js': '',
  });
  await using app = run(project, 'app.js');
  await app.line(UP);
  project.write('src/db.js', '// edited\n');
  await app.line(UP);
  project.write('app.js', `import './src/db.js';\n${STAY}`);
  await app.line(UP);
  project.write('src/db.js', '');
  await app.line(UP);
  assertPrinted(app, [
    'app.js is up in N ms, watching 3 files',
    'src/db.js changed (imported by app.js > src/routes.js), restarting',
    'app.js is up in N ms, watching 3 files',
    'app.js changed, restarting',
    'app.js is up in N ms, watching 2 files',
    'src/db.js changed (imported by app.js), restarting',
    'app.js is up in N ms, watching 2 files',
  ]);
});

test('a long chain is printed without its middle', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 8 }, (_, i) => [`${i}.js`, i < 7 ? `import './${i + 1}.js';\n` : '']),
  );
  using project = new Project({ ...files, 'app.js': `import './0.js';\n${STAY}` });
  await using app = run(project, 'app.js');
  await app.line(UP);
  project.write('7.js', '// edited\n');
  await app.line(UP);
  assertPrinted(app, [
    'app.js is up in N ms, watching 9 files',
    '7.js changed (imported by app.js > 0.js > ... > 5.js > 6.js), restarting',
    'app.js is up in N ms, watching 9 files',
  ]);
});

test('a deleted file, and the same file created again', async () => {
  using project = new Project({ 'app.js': `import './gone.js';\n${STAY}`, 'gone.js': '' });
  await using app = run(project, 'app.js');
  await app.line(UP);
  project.remove('gone.js');
  await app.line(WAITING);
  project.write('gone.js', '');
  await app.line(UP);
  assertPrinted(app, [
    'app.js is up in N ms, watching 2 files',
    'gone.js deleted (imported by app.js), restarting',
    'app.js failed with exit code 1, waiting for gone.js or a change in 1 file',
    'gone.js created (imported by app.js), restarting',
    'app.js is up in N ms, watching 2 files',
  ]);
});

test('several files at once: the first one, and the number of the others', async () => {
  // Not empty, because the first half of a save empties the file, which would be no change.
  const files = { 'a.js': '// 1\n', 'b.js': '// 1\n', 'c.js': '// 1\n' };
  using project = new Project({
    ...files,
    'app.js': `import './a.js';\nimport './b.js';\nimport './c.js';\n${STAY}`,
  });
  // Long enough for all writes, even if this process is slow.
  await using app = run(project, 'app.js', { env: { AUTORELOAD_DEBOUNCE: '300' } });
  await app.line(UP);
  for (const name of Object.keys(files)) project.write(name, '// edited\n');
  // The events of several files arrive in any order.
  await app.line(/^\[autoreload\] ([abc])\.js changed \(imported by app\.js\), and 2 more, restarting$/);
  await app.line(UP);
  project.write('b.js', '');
  project.write('c.js', '');
  await app.line(/^\[autoreload\] ([bc])\.js changed \(imported by app\.js\), and 1 more, restarting$/);
  await app.line(UP);
  assert.equal(app.restarts, 2);
});

test('a completed run, a failed run, and a run killed by a signal', async () => {
  using project = new Project({ 'app.js': '' });
  await using app = run(project, 'app.js');
  await app.line(WAITING);
  project.write('app.js', 'process.exitCode = 3;\n');
  await app.line(WAITING);
  project.write('app.js', "process.kill(process.pid, 'SIGKILL');\n");
  await app.line(WAITING);
  // On a busy machine a short run may be up for a moment.
  assert.deepEqual(
    printed(app).filter((line) => !line.includes(' is up in ')),
    [
      'app.js completed, waiting for a change in 1 file',
      'app.js changed, restarting',
      'app.js failed with exit code 3, waiting for a change in 1 file',
      'app.js changed, restarting',
      process.platform === 'win32'
        ? 'app.js failed with exit code 1, waiting for a change in 1 file'
        : 'app.js was killed by SIGKILL, waiting for a change in 1 file',
    ],
  );
});

test('waiting for a missing entry, module or package', async () => {
  using project = new Project({});
  await using app = run(project, 'src/app.js');
  await app.line(WAITING);
  project.write('src/app.js', "import './lib/missing.js';\n");
  await app.line(WAITING);
  project.write('src/lib/missing.js', "import '@scope/missing/sub';\n");
  await app.line(WAITING);
  project.write('src/app.js', STAY);
  await app.line(UP);
  assertPrinted(app, [
    'src/app.js failed with exit code 1, waiting for src/app.js',
    'src/app.js created, restarting',
    'src/app.js failed with exit code 1, waiting for src/lib/missing.js or a change in 1 file',
    'src/lib/missing.js created (imported by src/app.js), restarting',
    'src/app.js failed with exit code 1, waiting for node_modules/@scope/missing or a change in 2 files',
    'src/app.js changed, restarting',
    'src/app.js is up in N ms, watching 1 file',
  ]);
});

test(
  'a program that requests a restart, and a program that has to be killed',
  { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' },
  async () => {
    const ignores = `process.on('SIGTERM', () => {});\n${STAY}`;
    using project = new Project({ 'app.js': `process.exit(75);\n` });
    await using app = run(project, 'app.js', { env: { AUTORELOAD_GRACE: '200' } });
    await app.line(/asked for a restart .* in 100 ms$/);
    project.write('app.js', ignores);
    await app.line(UP);
    project.write('app.js', STAY);
    await app.line(UP);
    const lines = printed(app);
    assert.equal(lines[0], 'app.js asked for a restart (exit code 75), restarting');
    // The delayed run may have read the new content already.
    assert.deepEqual(lines.slice(lines.indexOf('app.js is up in N ms, watching 1 file')), [
      'app.js is up in N ms, watching 1 file',
      'app.js changed, restarting',
      'app.js did not exit within N ms, killing it',
      'app.js is up in N ms, watching 1 file',
    ]);
  },
);

test('a file outside the working directory has a relative path', async () => {
  using project = new Project({ 'app/main.js': `import '../lib/a.js';\n${STAY}`, 'lib/a.js': '' });
  await using app = run(project, 'main.js', { cwd: project.path('app') });
  await app.line(UP);
  project.write('lib/a.js', '// edited\n');
  await app.line(UP);
  assertPrinted(app, [
    'main.js is up in N ms, watching 2 files',
    '../lib/a.js changed (imported by main.js), restarting',
    'main.js is up in N ms, watching 2 files',
  ]);
});

test('AUTORELOAD_LOG=silent prints nothing, and restarts', async () => {
  const source = `console.log('one');\n${STAY}`;
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'silent' } });
  await app.line('one');
  project.write('app.js', `console.log('two');\n${STAY}`);
  await app.line('two');
  project.write('app.js', "console.log('three');\n");
  await app.line('three');
  app.kill('SIGTERM');
  await app.end();
  assert.deepEqual(app.transcript.lines('stderr'), []);
});

test('AUTORELOAD_LOG=debug prints more, each line with the prefix', async () => {
  using project = new Project({ 'app.js': STAY });
  const counts: number[] = [];
  for (const level of ['info', 'debug']) {
    await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: level } });
    await app.line(UP);
    project.write('app.js', `${STAY}// ${level}\n`);
    await app.line(UP);
    app.kill('SIGTERM');
    await app.end();
    const lines = app.transcript.lines('stderr');
    assert.ok(lines.every((line) => line.startsWith('[autoreload] ')));
    counts.push(lines.length);
  }
  assert.equal(counts[0], 3);
  assert.ok(counts[1]! > 3, String(counts));
});

test('color follows FORCE_COLOR and NO_COLOR', async () => {
  const colored = '\u001B[36m[autoreload]\u001B[39m app.js is up in N ms, watching 1 file';
  const plain = '[autoreload] app.js is up in N ms, watching 1 file';
  for (const [env, expected] of [
    [{}, plain],
    [{ FORCE_COLOR: '1' }, colored],
    [{ FORCE_COLOR: '3' }, colored],
    [{ FORCE_COLOR: '0' }, plain],
    [{ NO_COLOR: '1' }, plain],
    // As Node does, which warns once if the program itself uses colors.
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, colored],
    [{ NODE_DISABLE_COLORS: '1', FORCE_COLOR: '1' }, colored],
  ] as const) {
    using project = new Project({ 'app.js': STAY });
    await using app = run(project, 'app.js', { env });
    await app.line(/ is up in /);
    app.kill('SIGTERM');
    await app.end();
    // Node warns about the conflict as soon as a module loads node:assert.
    const lines = app.transcript
      .lines('stderr')
      .filter((line) => !/env is ignored due to|--trace-warnings/.test(line));
    assert.deepEqual(lines.map(withoutNumbers), [expected], JSON.stringify(env));
  }
});

test('a failed run and an invalid option are red if color is on', async () => {
  const red = (text: string): string => `\u001B[36m[autoreload]${RESET} \u001B[31m${text}${RESET}`;
  using project = new Project({ 'app.js': 'process.exitCode = 3;\n' });
  for (const [env, failure] of [
    [{ FORCE_COLOR: '1' }, red('app.js failed with exit code 3, waiting for a change in 1 file')],
    [{ NO_COLOR: '1' }, '[autoreload] app.js failed with exit code 3, waiting for a change in 1 file'],
    [{}, '[autoreload] app.js failed with exit code 3, waiting for a change in 1 file'],
  ] as const) {
    await using app = run(project, 'app.js', { env });
    assert.equal(await app.line(/ failed with /), failure);
  }
  await using misuse = run(project, 'app.js', { env: { FORCE_COLOR: '1', AUTORELOAD_GRACE: 'x' } });
  await misuse.end();
  const [line = ''] = misuse.transcript.lines('stderr');
  assert.ok(line.startsWith(red('AUTORELOAD_GRACE must be ').slice(0, -RESET.length)), line);
  assert.ok(line.endsWith(RESET), line);
});

/** Compares all lines of autoreload. */
function assertPrinted(app: Run, expected: readonly string[]): void {
  assert.deepEqual(printed(app), expected);
}

/** Returns all lines of autoreload, without the prefix. */
function printed(app: Run): string[] {
  const prefix = '[autoreload] ';
  const lines = app.transcript.lines('stderr').filter((line) => line.startsWith(prefix));
  return lines.map((line) => withoutNumbers(line.slice(prefix.length)));
}

function withoutNumbers(line: string): string {
  return line.replace(/\b\d+(\.\d)? m?s\b/g, 'N ms');
}
