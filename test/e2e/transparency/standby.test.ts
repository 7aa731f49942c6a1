// A standby boots the next run in advance, without any visible difference but its speed.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { gone, isRunning, run, until } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { LOOK } from '../../helpers/look.ts';
import { Project } from '../../helpers/project.ts';

const STAY = 'setInterval(() => {}, 1000);\n';
const DEBUG = { AUTORELOAD_LOG: 'debug' };
const OURS = ['--import', 'autoreload/register'];
const posix = { skip: process.platform === 'win32' && 'needs SIGSTOP' };
const linux = { skip: process.platform !== 'linux' && 'needs Linux' };

/** Waits for a standby, and returns its pid. */
async function standby(app: Run): Promise<number> {
  const line = await app.line(/^\[autoreload\] a standby waits \(pid \d+\)$/);
  return Number(/\d+/.exec(line)?.[0]);
}

for (const [type, entry] of [
  ['module', "import http from 'node:http';\nimport './dep.js';\n"],
  ['commonjs', "require('node:http');\nrequire('./dep.js');\n"],
] as const) {
  test(`a restart uses the standby: ${type}`, async () => {
    using project = new Project({
      'package.json': JSON.stringify({ type }),
      'app.js': `${entry}console.log('pid', process.pid);\n${STAY}`,
      'dep.js': '',
    });
    await using app = run(project, 'app.js', { env: DEBUG });
    await app.line(/^pid \d+$/);
    for (let round = 0; round < 3; round++) {
      const pid = await standby(app);
      project.write('dep.js', `// ${round}\n`);
      await app.line(`pid ${pid}`);
    }
  });
}

test('no code of the program runs before its turn, not even a preload', async () => {
  using project = new Project({
    'app.js': `import fs from 'node:fs';\nfs.appendFileSync('ran', 'app\\n');\n${STAY}`,
    'preload.js': "import fs from 'node:fs';\nfs.appendFileSync('ran', 'preload\\n');\n",
  });
  await using app = run(project, 'app.js', { env: DEBUG, execArgv: [...OURS, '--import', './preload.js'] });
  await standby(app);
  assert.equal(project.read('ran'), 'preload\napp\n');
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await standby(app);
  assert.equal(project.read('ran'), 'preload\napp\npreload\napp\n');
});

test('a former standby sees the same process state as the first run', linux, async () => {
  using project = new Project({
    'app.js': `import fs from 'node:fs';
const { argv, execArgv, env, title } = process;
console.log(JSON.stringify({
  argv, execArgv, env, title,
  cwd: process.cwd(), keys: Reflect.ownKeys(process).map(String), events: process.eventNames().map(String),
  globals: Reflect.ownKeys(globalThis).map(String), fds: fs.readdirSync('/proc/self/fd').length,
  resources: process.getActiveResourcesInfo(), debugPort: process.debugPort,
}));
${STAY}`,
  });
  await using app = run(project, ['app.js', 'two words'], { env: { ...DEBUG, A: '1' } });
  const seen = [await app.line(/^\{/)];
  for (let round = 0; round < 2; round++) {
    await standby(app);
    project.write('app.js', `${project.read('app.js')}// ${round}\n`);
    seen.push(await app.line(/^\{/));
  }
  assert.equal(seen[1], seen[0]);
  assert.equal(seen[2], seen[0]);
});

for (const [name, entry, show] of [
  ['ESM', 'app.mjs', "import look from './look.cjs';\nimport http from 'node:http';\nlook.show('all');\n"],
  ['CommonJS', 'app.cjs', "require('node:http');\nrequire('./look.cjs').show('all');\n"],
] as const) {
  test(`a former standby sees the same properties as any other run: ${name}`, async () => {
    const seen: (readonly string[])[] = [];
    for (const on of ['1', '0']) {
      using project = new Project({ 'look.cjs': LOOK, [entry]: `${show}console.log('end');\n${STAY}` });
      await using app = run(project, entry, { env: { ...DEBUG, AUTORELOAD_STANDBY: on } });
      await app.line('end');
      if (on === '1') await standby(app);
      else await app.line(/is up in/);
      project.write(entry, `${project.read(entry)}// edited\n`);
      await app.line('end');
      // The projects differ in the name of their folder and in this variable.
      const lines = app.transcript
        .lines('stdout')
        .map((line) => line.replaceAll(project.dir, '').replace(/\["AUTORELOAD_STANDBY","\d"\],?/, ''));
      const half = lines.indexOf('end') + 1;
      seen.push(lines.slice(0, half), lines.slice(half));
    }
    const [first, hasWaited, ...without] = seen;
    assert.ok(first && first.length > 100);
    assert.deepEqual(hasWaited, first);
    for (const lines of without) assert.deepEqual(lines, first);
  });
}

test('a standby that has read an env file is discarded when the file changes', async () => {
  using project = new Project({ 'app.js': `console.log('env', process.env.A);\n${STAY}`, '.env': 'A=1\n' });
  await using app = run(project, 'app.js', { env: DEBUG, execArgv: ['--env-file=.env', ...OURS] });
  await app.line('env 1');
  for (const value of ['2', '3']) {
    const pid = await standby(app);
    project.write('.env', `A=${value}\n`);
    await app.line(`env ${value}`);
    await gone(pid);
  }
});

test('the death of a standby has no consequences', async () => {
  using project = new Project({ 'app.js': `console.log('runs');\n${STAY}` });
  await using app = run(project, 'app.js', { env: DEBUG });
  await app.line('runs');
  const pid = await standby(app);
  process.kill(pid, 'SIGKILL');
  // A zombie is not enough: its other threads may still be exiting, and the supervisor does not know of its death before.
  await until('the standby is reaped', () => !exists(pid));
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.line('runs');
  await app.line(/is up in/);
  assert.equal(app.transcript.count(/was killed by/), 0);
});

test('a standby that is killed before it begins its run is replaced', posix, async () => {
  using project = new Project({ 'app.js': `console.log('runs');\n${STAY}` });
  await using app = run(project, 'app.js', { env: DEBUG });
  await app.line('runs');
  const pid = await standby(app);
  process.kill(pid, 'SIGSTOP');
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.line(/^\[autoreload\] state: \w+ > running /);
  process.kill(pid, 'SIGKILL');
  await app.line('runs');
  await app.line(/is up in/);
  assert.equal(app.transcript.count(/was killed by/), 0);
});

test('a program that has crashed gets a standby for the fix', async () => {
  using project = new Project({ 'app.js': "console.log('runs');\nprocess.exit(3);\n" });
  await using app = run(project, 'app.js', { env: DEBUG });
  await app.line(/failed with exit code 3/);
  const pid = await standby(app);
  project.write('app.js', 'console.log(process.pid);\n');
  await app.line(String(pid));
});

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`the standby ends with the supervisor: ${signal}`, async () => {
    using project = new Project({ 'app.js': STAY });
    await using app = run(project, 'app.js', { env: DEBUG });
    const pid = await standby(app);
    assert.equal(isRunning(pid), true);
    app.kill(signal);
    await app.end();
    await gone(pid);
  });
}

test('a busy run that replaced a discarded standby ends with the supervisor', async () => {
  using project = new Project({
    '.env': 'A=1\n',
    'app.js': `console.log('pid', process.pid);
if (process.env.A === '2') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
${STAY}`,
  });
  await using app = run(project, 'app.js', { env: DEBUG, execArgv: ['--env-file=.env', ...OURS] });
  await app.line(/^pid \d+$/);
  const discarded = await standby(app);
  project.write('.env', 'A=2\n');
  const [, pid] = (await app.line(/^pid \d+$/)).split(' ');
  await gone(discarded);
  app.kill('SIGKILL');
  await app.end();
  await gone(Number(pid));
});

test('a package that is installed in a closer folder takes precedence', async () => {
  const closer = 'src/node_modules/dep/index.js';
  using project = new Project({
    'package.json': '{}',
    'node_modules/dep/index.js': "module.exports = 'far';\n",
    'src/app.js': `console.log(require('dep'));\n${STAY}`,
  });
  await using app = run(project, 'src/app.js', { env: DEBUG });
  await app.line('far');
  await standby(app);
  // This run has resolved the package once another standby waits.
  project.write('src/app.js', `${project.read('src/app.js')}// edited\n`);
  await app.line('far');
  await standby(app);
  project.write(closer, "module.exports = 'near';\n");
  project.write('src/app.js', `${project.read('src/app.js')}// edited\n`);
  await app.line('near');
});

test('there is no standby with AUTORELOAD_STANDBY=0, nor for a program that is debugged', linux, async () => {
  for (const [env, execArgv] of [
    [{ AUTORELOAD_STANDBY: '0' }, OURS],
    [{}, ['--inspect=0', ...OURS]],
  ] as const) {
    using project = new Project({ 'app.js': `console.log('runs');\n${STAY}` });
    await using app = run(project, 'app.js', { env: { ...DEBUG, ...env }, execArgv });
    await app.lines('runs', /is up in/);
    project.write('app.js', `${project.read('app.js')}// edited\n`);
    await app.lines('runs', /is up in/);
    assert.equal(app.transcript.count(/a standby waits/), 0);
    const children = fs.readFileSync(`/proc/${app.pid}/task/${app.pid}/children`, 'utf8').trim().split(' ');
    // The program and the guard.
    assert.equal(children.length, 2);
  }
});

/** Whether there is a process with this pid, be it a zombie. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
