// With `--overlap` the run before serves until the next one listens, and goes on if the next one fails.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gone, isRunning, run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { ask, poll } from '../../helpers/clients.ts';
import { Project } from '../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'needs held sockets: Linux or macOS' };
const ENV = { AUTORELOAD_OVERLAP: '1' };

const server = (version: number, before = ''): string => `
import http from 'node:http';
import fs from 'node:fs';
console.log('v${version} begins', process.pid);
${before}
http.createServer((request, response) => response.end('v${version}'))
  .listen(0, '127.0.0.1', function () { console.log('v${version} listens', this.address().port); });
`;
const WAIT = 'while (!fs.existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 5));';

async function number(app: Run, line: RegExp): Promise<number> {
  return Number((await app.line(line)).split(' ').at(-1));
}

/** Waits until the first run is up. */
async function served(app: Run): Promise<{ first: number; port: number }> {
  const first = await number(app, /begins/);
  const port = await number(app, /listens/);
  await app.line(/is up in/);
  return { first, port };
}

test(
  'the run before serves until the next one listens, and answers nothing after its first answer',
  posix,
  async () => {
    using project = new Project({ 'app.js': server(0) });
    await using app = run(project, 'app.js', { env: ENV });
    const pids = [await number(app, /begins/)];
    const port = await number(app, /listens/);
    const errors: string[] = [];
    {
      await using asking = poll({ port });
      for (let version = 1; version <= 5; version++) {
        await app.line(/is up in/);
        project.write('app.js', server(version, version % 2 === 0 ? WAIT : ''));
        pids.push(await number(app, new RegExp(`^v${version} begins`)));
        if (version % 2 === 0) {
          await asking.next();
          assert.equal(asking.bodies.at(-1), `v${version - 1}`);
          assert.ok(isRunning(pids.at(-2)!));
          project.write('go', '');
        }
        assert.equal(await number(app, new RegExp(`^v${version} listens`)), port);
        await gone(pids.at(-2)!);
        await asking.next();
        project.remove('go');
      }
      const { bodies } = asking;
      assert.deepEqual(bodies, bodies.toSorted());
      assert.equal(bodies.at(-1), 'v5');
      errors.push(...asking.errors);
    }
    assert.deepEqual(errors, []);
  },
);

test('if the next run fails, the run before goes on, and the error is printed', posix, async () => {
  using project = new Project({ 'app.js': server(1) });
  await using app = run(project, 'app.js', { env: ENV });
  const { first, port } = await served(app);
  for (const broken of ["throw new Error('broken');\n", 'const;\n', 'process.exit(0);\n']) {
    project.write('app.js', broken);
    await app.line(
      /^\[autoreload\] app\.js (failed with exit code 1|completed), the run before goes on, waiting for a change in \d+ files?/,
    );
    assert.equal(await ask({ port }), 'v1');
  }
  assert.equal(app.transcript.count(/^Error: broken/), 1);
  project.write('app.js', server(2));
  assert.equal(await number(app, /^v2 listens/), port);
  await gone(first);
  assert.equal(await ask({ port }), 'v2');
  assert.equal(app.transcript.count(/begins/), 2);
});

test('the run before stops in the usual way, when the next one is up or listens', posix, async () => {
  const code = (version: number): string =>
    `process.on('SIGTERM', () => { console.log('ends ${version}'); process.exit(); });\nsetInterval(() => {}, 1000);\nconsole.log('v${version}', process.pid);\n`;
  using project = new Project({ 'app.js': code(1) });
  await using app = run(project, 'app.js', { env: ENV });
  let pid = await number(app, /^v1 /);
  await app.line(/is up in/);
  for (let version = 2; version <= 4; version++) {
    project.write('app.js', code(version));
    const next = await number(app, new RegExp(`^v${version} `));
    await app.lines(/is up in/, `ends ${version - 1}`);
    await gone(pid);
    pid = next;
  }
});

test('a save while the next run starts restarts that one alone', posix, async () => {
  using project = new Project({ 'app.js': server(1) });
  await using app = run(project, 'app.js', { env: ENV });
  const { first, port } = await served(app);
  project.write('app.js', server(2, WAIT));
  const second = await number(app, /^v2 begins/);
  project.write('app.js', server(3, WAIT));
  await app.line(/^v3 begins/);
  await gone(second);
  assert.equal(await ask({ port }), 'v1');
  project.write('go', '');
  await app.line(/^v3 listens/);
  await gone(first);
  assert.equal(await ask({ port }), 'v3');
});

test(
  'if the run before is killed while the next one loads, that one listens all the same',
  posix,
  async () => {
    using project = new Project({ 'app.js': server(1) });
    await using app = run(project, 'app.js', { env: ENV });
    const first = await number(app, /begins/);
    const port = await number(app, /listens/);
    await app.line(/is up in/);
    project.write('app.js', server(2, WAIT));
    await app.line(/^v2 begins/);
    process.kill(first, 'SIGKILL');
    await gone(first);
    project.write('go', '');
    await app.line(/^v2 listens/);
    assert.equal(await ask({ port }), 'v2');
  },
);

test('a run that does not stop in time is killed, and not the one that serves', posix, async () => {
  using project = new Project({ 'app.js': server(1) });
  await using app = run(project, 'app.js', { env: { ...ENV, AUTORELOAD_GRACE: '300' } });
  const { port } = await served(app);
  project.write('app.js', server(2, `process.on('SIGTERM', () => {});\n${WAIT}`));
  const second = await number(app, /^v2 begins/);
  project.write('app.js', server(3, WAIT));
  await app.line(/^v3 begins/);
  await gone(second);
  assert.equal(await ask({ port }), 'v1');
});

test('the run that serves ends in its own time at SIGINT', posix, async () => {
  const slow =
    "process.on('SIGINT', () => setTimeout(() => { console.log('ended'); process.exit(); }, 400));";
  using project = new Project({ 'app.js': server(1, slow) });
  await using app = run(project, 'app.js', { env: { ...ENV, AUTORELOAD_GRACE: '100' } });
  const { first } = await served(app);
  project.write('app.js', server(2, WAIT));
  await app.line(/^v2 begins/);
  app.kill('SIGINT');
  await app.line('ended');
  await app.end();
  await gone(first);
});

test('the run that serves can ask for a restart after the next one has failed', posix, async () => {
  for (const ask75 of ['process.exit(75)', "import('autoreload').then(({ restart }) => restart())"]) {
    using project = new Project({
      'app.js': server(1, `process.on('SIGUSR1', () => { ${ask75}; });`),
    });
    await using app = run(project, 'app.js', { env: ENV });
    const { first } = await served(app);
    project.write('app.js', "console.log('breaks');\nthrow new Error('broken');\n");
    await app.lines('breaks', /the run before goes on/);
    process.kill(first, 'SIGUSR1');
    await app.line('breaks');
  }
});

test('a run gets the state that the run before the last one has preserved', posix, async () => {
  const code = (version: number): string =>
    `import { preserve } from 'autoreload';\nconst state = preserve('state', { count: 0 });\nstate.count++;\nsetInterval(() => {}, 1000);\nconsole.log('v${version}', process.pid, 'count', state.count);\n`;
  using project = new Project({ 'app.js': code(1) });
  await using app = run(project, 'app.js', { env: ENV });
  let before: number | undefined;
  for (const [version, count] of [1, 1, 2, 2].entries()) {
    if (version > 0) project.write('app.js', code(version + 1));
    const line = await app.line(new RegExp(`^v${version + 1} \\d+ count ${count}$`));
    await app.line(/is up in/);
    if (before !== undefined) await gone(before);
    before = Number(line.split(' ')[1]);
  }
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} ends both runs`, posix, async () => {
    for (const next of [server(2, WAIT), "throw new Error('broken');\n"]) {
      using project = new Project({ 'app.js': server(1) });
      await using app = run(project, 'app.js', { env: ENV });
      const { first } = await served(app);
      project.write('app.js', next);
      await app.line(next.includes('begins') ? /^v2 begins/ : /the run before goes on/);
      app.kill(signal);
      await app.end();
      await gone(first);
    }
  });
}

test('when the run before exits after the next one has failed, clients see the error', posix, async () => {
  using project = new Project({ 'app.js': server(1) });
  await using app = run(project, 'app.js', { env: ENV });
  const { first, port } = await served(app);
  project.write('app.js', "throw new Error('broken');\n");
  await app.line(/the run before goes on/);
  process.kill(first, 'SIGKILL');
  await gone(first);
  assert.match(await ask({ port }), /broken/);
});
