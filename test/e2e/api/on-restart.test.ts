// onRestart(): a program cleans up before a restart, within the grace period.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { languagesIn, MODES, STAY } from '../../helpers/modes.ts';
import { Project } from '../../helpers/project.ts';

const CHANGED = '[autoreload] app.js changed, restarting';

/** Saves a file with a new comment. */
function touch(project: Project, path: string): void {
  project.write(path, `${project.read(path)}// edited\n`);
}

for (const { name: mode, env, settled } of MODES) {
  for (const { name, entry, load, skip } of languagesIn(mode)) {
    test(`restart handlers are awaited, the last registered first: ${name}, ${mode}`, { skip }, async () => {
      using project = new Project({
        [entry]: `${load('generation, onRestart')}console.log('run', generation);
if (generation === 1) {
  onRestart((reason) => console.log('first', reason.cause, reason.files[0].path === process.argv[1]));
  onRestart(async () => {
    console.log('second begins');
    await new Promise((resolve) => setTimeout(resolve, 20));
    console.log('second ends');
  });
  const unregister = onRestart(() => console.log('never'));
  unregister();
  unregister();
}
${STAY}`,
      });
      await using app = run(project, entry, { env });
      await app.line('run 1');
      await settled(app);
      touch(project, entry);
      await app.line('second begins');
      await app.line('second ends');
      await app.line('first change true');
      await app.line('run 2');
      assert.equal(app.transcript.count(/never/), 0);
      // The second run has registered no handler, so nothing delays the restart.
      await settled(app);
      touch(project, entry);
      await app.line('run 3');
    });
  }

  test(`a restart handler that throws is printed, and the others are called: ${mode}`, async () => {
    using project = new Project({
      'app.js': `import { generation, onRestart } from 'autoreload';
console.log('run', generation);
onRestart(() => console.log('called'));
onRestart(async () => {
  throw new Error('rejected by a handler');
});
onRestart(() => {
  throw new Error('thrown by a handler');
});
${STAY}`,
    });
    await using app = run(project, 'app.js', { env });
    await app.line('run 1');
    await settled(app);
    touch(project, 'app.js');
    await app.lines(CHANGED, /thrown by a handler/, /rejected by a handler/, 'called', 'run 2');
  });
}

const posix = { skip: process.platform === 'win32' && 'needs POSIX signals: Linux or macOS' };

test('a restart handler that never settles is cut off by the stop signal, within the grace period', async () => {
  using project = new Project({
    'app.js': `import { generation, onRestart } from 'autoreload';
console.log('run', generation);
onRestart(() => console.log('never'));
onRestart(() => new Promise(() => {}));
process.on('SIGTERM', () => {
  console.log('signal');
  process.exit();
});
${STAY}`,
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_GRACE: '1000' } });
  await app.lines('run 1', / is up in /);
  touch(project, 'app.js');
  await app.lines(CHANGED, 'signal', 'run 2');
  assert.equal(app.transcript.count(/never|did not end/), 0);
});

test('a program that also ignores the signal is killed after the grace period, and a line says so', async () => {
  using project = new Project({
    'app.js': `import { generation, onRestart } from 'autoreload';
console.log('run', generation);
onRestart(() => new Promise(() => {}));
process.on('SIGTERM', () => {});
${STAY}`,
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_GRACE: '1000' } });
  await app.lines('run 1', / is up in /);
  touch(project, 'app.js');
  await app.line(CHANGED);
  await app.line('[autoreload] app.js did not exit within 1 s, killing it');
  await app.line('run 2');
});

test('the stop signal follows the restart handlers', async () => {
  using project = new Project({
    'app.js': `import { generation, onRestart } from 'autoreload';
console.log('run', generation);
onRestart(() => console.log('handler'));
process.on('SIGTERM', () => {
  console.log('signal');
  process.exit();
});
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('run 1', / is up in /);
  touch(project, 'app.js');
  await app.line('handler');
  await app.line('signal');
  await app.line('run 2');
});

test('restart handlers are not called when the program exits for good', async () => {
  using project = new Project({
    'app.js': `import { onRestart } from 'autoreload';
onRestart(() => console.log('never'));
process.on('SIGINT', () => {
  console.log('signal');
  process.exit(4);
});
console.log('run');
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('run', / is up in /);
  app.kill('SIGINT');
  assert.deepEqual(await app.end(), { code: 4, signal: null });
  assert.deepEqual(app.transcript.lines('stdout'), ['run', 'signal']);
});

test('pending restart handlers keep the program alive', async () => {
  using project = new Project({
    'app.js': `import { generation, onRestart } from 'autoreload';
console.log('run', generation);
const timer = setInterval(() => {}, 1000);
onRestart(async () => {
  clearInterval(timer);
  await new Promise((resolve) => setTimeout(resolve, 20).unref());
  console.log('handler ends');
});
`,
  });
  await using app = run(project, 'app.js');
  await app.lines('run 1', / is up in /);
  touch(project, 'app.js');
  await app.line('handler ends');
  await app.line('run 2');
});

test('a program with its own Ctrl-C handler exits during its restart handlers, too', posix, async () => {
  using project = new Project({
    'app.js': `import { onRestart } from 'autoreload';
const timer = setInterval(() => {}, 1000);
process.on('SIGINT', () => {
  console.log('interrupted');
  clearInterval(timer);
});
onRestart(() => {
  console.log('preparing');
  return new Promise(() => {});
});
console.log('ready');
`,
  });
  await using app = run(project, 'app.js');
  await app.lines('ready', /is up in/);
  project.write('app.js', '// changed\n');
  await app.lines('preparing', /restarting$/);
  app.kill('SIGINT');
  await app.line('interrupted');
  assert.equal((await app.end()).signal ?? 'code', 'code');
});
