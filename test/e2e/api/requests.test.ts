// restart() and stop(): in the program, in worker threads, in child processes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gone, run } from '../../helpers/autoreload.ts';
import { languagesIn, MODES, STAY } from '../../helpers/modes.ts';
import { Project } from '../../helpers/project.ts';

const NAMES = 'generation, restart, restartReason, stop';
const IMPORT = `import { ${NAMES} } from 'autoreload';\n`;

for (const { name: mode, env, settled } of MODES) {
  for (const { name, entry, load, skip } of languagesIn(mode)) {
    test(`restart() restarts with its reason: ${name}, ${mode}`, { skip }, async () => {
      using project = new Project({
        [entry]: `${load(NAMES)}console.log('run', generation, JSON.stringify(restartReason));
process.on('SIGUSR1', () => {});
process.on('SIGUSR2', () => restart(generation === 1 ? 'because' : undefined));
console.log('pid', process.pid);
${STAY}`,
      });
      await using app = run(project, entry, { env });
      await app.line('run 1 undefined');
      const first = Number((await app.line(/^pid /)).slice('pid '.length));
      await settled(app);
      process.kill(first, 'SIGUSR2');
      await app.lines(
        '[autoreload] restart requested (because), restarting',
        'run 2 {"cause":"request","files":[],"message":"because"}',
      );
      const second = Number((await app.line(/^pid /)).slice('pid '.length));
      await settled(app);
      process.kill(second, 'SIGUSR2');
      await app.lines('[autoreload] restart requested, restarting', 'run 3 {"cause":"request","files":[]}');
    });
  }
}

test('a reason is printed as one line, and a long one is cut', async () => {
  using project = new Project({
    'app.js': `${IMPORT}console.log('run', generation, restartReason?.message.length);
if (generation === 1) setTimeout(() => restart('first\\nsecond ' + 'x'.repeat(10000)), 20);
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines(/^\[autoreload\] restart requested \(first second x{987}\), restarting$/, 'run 2 1000');
});

for (const [what, start] of [
  ['a worker thread', "import { Worker } from 'node:worker_threads';\nnew Worker('./other.js');\n"],
  ['a forked process', "import { fork } from 'node:child_process';\nfork('./other.js');\n"],
] as const) {
  test(`restart() in ${what} restarts the whole program`, async () => {
    using project = new Project({
      'app.js': `${IMPORT}console.log('run', generation);\nif (generation === 1) {\n${start.replace(/^import \{ (\w+) \} from ('.*');$/m, 'const { $1 } = await import($2);')}}\n${STAY}`,
      'other.js': "import { restart } from 'autoreload';\nrestart('from elsewhere');\n",
    });
    await using app = run(project, 'app.js');
    await app.lines('run 1', '[autoreload] restart requested (from elsewhere), restarting', 'run 2');
  });

  test(`stop() in ${what} stops the whole program`, async () => {
    using project = new Project({
      'app.js': `${start}console.log('pid', process.pid);\n${STAY}`,
      'other.js': `import { stop } from 'autoreload';\nstop();\n${STAY}`,
    });
    await using app = run(project, 'app.js');
    const [line] = await app.lines(/^pid /);
    assert.deepEqual(await app.end(), { code: 0, signal: null });
    await gone(Number(line?.slice('pid '.length)));
  });

  test(`track() in ${what} restarts the whole program`, async () => {
    using project = new Project({
      'app.js': `${start}console.log('run');\n${STAY}`,
      'other.js': `import { track } from 'autoreload';\ntrack('config.yaml');\nconsole.log('tracked');\n${STAY}`,
      'config.yaml': 'a: 1\n',
    });
    await using app = run(project, 'app.js');
    await app.lines('run', 'tracked', / is up in /);
    project.write('config.yaml', 'a: 2\n');
    await app.lines(/^\[autoreload\] config\.yaml changed.*, restarting$/, 'run');
  });
}

for (const [what, code, ended] of [
  ['0 if the stop signal kills the program', '', 0],
  ['that of the program at the stop signal', "process.on('SIGTERM', () => process.exit(7));\n", 7],
  [
    'that of a program that exits by itself',
    "process.on('SIGTERM', () => {});\nsetTimeout(() => process.exit(3), 50);\n",
    3,
  ],
] as const) {
  test(`the exit code after stop() is ${what}`, async () => {
    using project = new Project({ 'app.js': `${IMPORT}${code}stop();\n${STAY}` });
    await using app = run(project, 'app.js');
    assert.deepEqual(await app.end(), { code: ended, signal: null });
  });
}

test('after stop() a save starts no further run', async () => {
  using project = new Project({
    'app.js': `${IMPORT}process.on('SIGTERM', () => {
  process.on('SIGUSR2', () => process.exit());
  console.log('signal');
});
console.log('pid', process.pid);
process.once('SIGUSR2', stop);
${STAY}`,
  });
  await using app = run(project, 'app.js');
  const [line] = await app.lines(/^pid /, / is up in /);
  const pid = Number(line?.slice('pid '.length));
  process.kill(pid, 'SIGUSR2');
  await app.line('signal');
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  process.kill(pid, 'SIGUSR2');
  assert.deepEqual(await app.end(), { code: 0, signal: null });
  assert.equal(app.transcript.count(/^pid /), 1);
});

test('a program that ignores the signal after stop() is killed after the grace period', async () => {
  using project = new Project({ 'app.js': `${IMPORT}process.on('SIGTERM', () => {});\nstop();\n${STAY}` });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_GRACE: '500ms' } });
  await app.line('[autoreload] app.js did not exit within 500 ms, killing it');
  const { code, signal } = await app.end();
  assert.ok(code === 137 || signal === 'SIGKILL', `${code} ${signal}`);
});

test('restart() at each start restarts with a growing delay', async () => {
  using project = new Project({ 'app.js': `${IMPORT}console.log('run', generation);\nrestart();\n${STAY}` });
  await using app = run(project, 'app.js');
  await app.line('run 4');
  const starts = app.transcript.entries.filter(({ text }) => /^run \d$/.test(text));
  // 0, 100 and 200 ms, plus the time of a start.
  assert.ok(starts[3]!.at - starts[2]!.at > 150);
  project.write('app.js', `console.log('mended');\n${STAY}`);
  await app.line('mended');
});

test('statements behind stop() still run', async () => {
  using project = new Project({
    'app.js': `${IMPORT}import fs from 'node:fs';
setTimeout(() => {
  stop();
  fs.writeFileSync('written', 'x'.repeat(1e7));
}, 20);
${STAY}`,
  });
  await using app = run(project, 'app.js');
  assert.deepEqual(await app.end(), { code: 0, signal: null });
  assert.equal(project.read('written').length, 1e7);
});
