// shouldRestart(): a program with its own loop exits by itself, with exit code 75.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { languagesIn, MODES, STAY } from '../../helpers/modes.ts';
import { Project } from '../../helpers/project.ts';

const NAMES = 'EX_TEMPFAIL, generation, onRestart, restartReason, shouldRestart';
const IMPORT = `import { ${NAMES} } from 'autoreload';\n`;
const CHANGED = '[autoreload] app.js changed, restarting';

/** Fails the test at a stop signal. */
const NO_SIGNAL = "process.on('SIGTERM', () => console.log('signal'));\n";

const LOOP = `(async () => {
  console.log('run', generation);
  let turns = 0;
  while (!shouldRestart()) {
    turns++;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  console.log('exiting', turns > 0);
  process.exit(EX_TEMPFAIL);
})();
`;

function touch(project: Project, path = 'app.js'): void {
  project.write(path, `${project.read(path)}// edited\n`);
}

for (const { name: mode, env, settled } of MODES) {
  for (const { name, entry, load, skip } of languagesIn(mode)) {
    test(`a loop exits by itself, without a signal: ${name}, ${mode}`, { skip }, async () => {
      using project = new Project({ [entry]: `${load(NAMES)}${NO_SIGNAL}${LOOP}` });
      await using app = run(project, entry, { env });
      for (const generation of [1, 2, 3]) {
        await app.line(`run ${generation}`);
        await settled(app);
        touch(project, entry);
        await app.lines(`[autoreload] ${entry} changed, restarting`, 'exiting true');
      }
      assert.equal(app.transcript.count(/^signal$|exit code 75/), 0);
    });
  }
}

test('the next run knows the changed files, not the exit code', async () => {
  using project = new Project({
    'app.js': `${IMPORT}console.log(JSON.stringify(restartReason));\n${LOOP}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('run 1', / is up in /);
  touch(project);
  await app.line('exiting true');
  const files = [{ path: project.path('app.js'), how: 'changed' }];
  await app.line(JSON.stringify({ cause: 'change', files }));
});

test('restart handlers are called too, and the program decides when to exit', async () => {
  using project = new Project({
    'app.js': `${IMPORT}${NO_SIGNAL}onRestart(async () => {
  await new Promise(setImmediate);
  console.log('handler');
});
${LOOP.replace("console.log('exiting'", "await new Promise((resolve) => setTimeout(resolve, 50));\nconsole.log('exiting'")}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('run 1', / is up in /);
  touch(project);
  await app.line('handler');
  await app.line('exiting true');
  await app.line('run 2');
  assert.equal(app.transcript.count(/^signal$/), 0);
});

test('any exit code restarts the program', async () => {
  using project = new Project({ 'app.js': `${IMPORT}${LOOP.replace('EX_TEMPFAIL', '0')}` });
  await using app = run(project, 'app.js');
  await app.lines('run 1', / is up in /);
  touch(project);
  await app.lines(CHANGED, 'exiting true', 'run 2');
  assert.equal(app.transcript.count(/completed/), 0);
});

test('a loop that does not exit gets the stop signal before the grace period ends', async () => {
  using project = new Project({
    'app.js': `${IMPORT}console.log('run', generation);
shouldRestart();
process.on('SIGTERM', () => {
  console.log('signal', shouldRestart());
  process.exit();
});
${STAY}`,
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_GRACE: '1500' } });
  await app.lines('run 1', / is up in /);
  touch(project);
  await app.line('signal true');
  await app.line('run 2');
  assert.equal(app.transcript.count(/killing/), 0);
});

test('a loop that blocks the event loop is ended by the stop signal', async () => {
  using project = new Project({
    'app.js': `${IMPORT}console.log('run', generation);
// Until the run is up.
setTimeout(() => {
  if (generation === 1) {
    console.log('blocked');
    while (!shouldRestart()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}, 300);
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('run 1', 'blocked', / is up in /);
  touch(project);
  await app.lines(CHANGED, 'run 2');
});

test('a stop for good does not set shouldRestart, and sends the signal', async () => {
  using project = new Project({
    'app.js': `${IMPORT}process.on('SIGTERM', () => {
  console.log('signal', shouldRestart());
  process.exit(5);
});
${LOOP}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('run 1', / is up in /);
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: 5, signal: null });
  assert.equal(app.transcript.count(/^signal false$/), 1);
});
