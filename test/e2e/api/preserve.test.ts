// preserve(): state reaches the next run, however the previous run ended.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { languagesIn, MODES, STAY } from '../../helpers/modes.ts';
import { Project } from '../../helpers/project.ts';

const IMPORT = "import { generation, onRestart, preserve, restart, restartReason } from 'autoreload';\n";

/** Counts and prints the runs of a program in its preserved state. */
const COUNT = `${IMPORT}const state = preserve('state', { runs: 0 });
console.log('runs', ++state.runs, 'of', generation);
`;

function touch(project: Project, path = 'app.js'): void {
  project.write(path, `${project.read(path)}// edited\n`);
}

for (const { name: mode, env, settled } of MODES) {
  for (const { name, entry, load, skip } of languagesIn(mode)) {
    test(
      `all that can be copied survives as it was at the end of the run: ${name}, ${mode}`,
      { skip },
      async () => {
        using project = new Project({
          [entry]: `${load('generation, preserve')}
const util = process.getBuiltinModule('node:util');
const map = preserve('map', () => new Map());
const all = preserve('all', {});
const list = preserve('list', [1]);
const ring = preserve('ring', () => {
  const one = { name: 'one' };
  one.self = one;
  return one;
});
const toString = preserve('toString', { key: 'of Object.prototype' });
console.log('run', generation, util.inspect([map, all, list, ring, ring.self === ring, toString], { breakLength: Infinity, depth: 5 }));
// After the call of preserve(): the state at the exit counts.
map.set('date', new Date(0)).set({ a: 1 }, new Set([1n]));
all.nested = { bytes: new Uint8Array([1, 2]), floats: new Float64Array([0.5]), text: 'zwölf', pattern: /a+/g, nothing: undefined };
all.buffer = Buffer.from('abc');
list.push(list.length + 1);
${STAY}`,
        });
        await using app = run(project, entry, { env });
        await app.line(
          "run 1 [ Map(0) {}, {}, [ 1 ], <ref *1> { name: 'one', self: [Circular *1] }, true, { key: 'of Object.prototype' } ]",
        );
        await settled(app);
        touch(project, entry);
        const seen =
          "{ nested: { bytes: Uint8Array(2) [ 1, 2 ], floats: Float64Array(1) [ 0.5 ], text: 'zwölf', pattern: /a+/g, nothing: undefined }, buffer: Uint8Array(3) [ 97, 98, 99 ] }";
        await app.line(
          `run 2 [ Map(2) { 'date' => 1970-01-01T00:00:00.000Z, { a: 1 } => Set(1) { 1n } }, ${seen}, [ 1, 2 ], <ref *1> { name: 'one', self: [Circular *1] }, true, { key: 'of Object.prototype' } ]`,
        );
        await settled(app);
        touch(project, entry);
        await app.line(/^run 3 \[ Map\(3\) .* \[ 1, 2, 3 \]/);
        assert.equal(app.transcript.count(/survive/), 0);
      },
    );
  }

  test(`state survives a crash, a syntax error and exit code 75: ${mode}`, async () => {
    using project = new Project({ 'app.js': `${COUNT}${STAY}` });
    await using app = run(project, 'app.js', { env });
    await app.line('runs 1 of 1');
    await settled(app);
    project.write('app.js', `${COUNT}setTimeout(() => { throw new Error('crash'); }, 20);\n`);
    await app.line('runs 2 of 2');
    await app.line(/^\[autoreload\] app\.js failed with exit code 1/);
    project.write('app.js', 'const = 1;\n');
    await app.line(/^\[autoreload\] app\.js failed with exit code 1/);
    project.write('app.js', `${COUNT}if (state.runs === 3) process.exit(75);\n${STAY}`);
    await app.line('runs 3 of 4');
    await app.line('runs 4 of 5');
  });

  test(`state survives if the program exits by itself at the stop signal: ${mode}`, async () => {
    using project = new Project({
      'app.js': `${COUNT}process.on('SIGTERM', () => {
  state.runs += 10;
  setTimeout(() => process.exit(), 5);
});
${STAY}`,
    });
    await using app = run(project, 'app.js', { env });
    await app.line('runs 1 of 1');
    await settled(app);
    touch(project);
    await app.line('runs 12 of 2');
  });
}

test('state written by a restart handler survives', async () => {
  using project = new Project({
    'app.js': `${COUNT}onRestart(async () => {
  await new Promise(setImmediate);
  state.runs += 10;
});
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('runs 1 of 1', / is up in /);
  touch(project);
  await app.line('runs 12 of 2');
});

test('state survives a restart handler that never settles', async () => {
  using project = new Project({
    'app.js': `${COUNT}state.runs += 10;\nonRestart(() => new Promise(() => {}));\n${STAY}`,
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_GRACE: '500' } });
  await app.lines('runs 1 of 1', / is up in /);
  touch(project);
  await app.line('runs 12 of 2');
});

test('each key is kept on its own, also during a run that does not use it', async () => {
  using project = new Project({
    'app.js': `${IMPORT}console.log(preserve('a', { n: 1 }).n, preserve('b', { n: 2 }).n);
preserve('a').n = 10;
preserve('b').n = 20;
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('1 2', / is up in /);
  project.write('app.js', `${IMPORT}preserve('b', {}).n++;\nconsole.log('only b');\n${STAY}`);
  await app.lines('only b', / is up in /);
  project.write('app.js', `${IMPORT}console.log(preserve('a', {}).n, preserve('b', {}).n);\n${STAY}`);
  await app.line('10 21');
});

test('state that cannot be copied is lost, a line names it, and other keys survive', async () => {
  using project = new Project({
    'app.js': `${IMPORT}const good = preserve('good', { runs: 0 });
const bad = preserve('bad', { runs: 0 });
console.log('good', ++good.runs, 'bad', ++bad.runs);
if (generation === 2) bad.method = function () {
  return '${'x'.repeat(5000)}';
};
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('good 1 bad 1', / is up in /);
  touch(project);
  await app.lines('good 2 bad 2', / is up in /);
  touch(project);
  const line = await app.line(/the state "bad" does not survive the restart/);
  assert.match(
    line,
    /^\[autoreload\] the state "bad" does not survive the restart: function \(\) \{ .{0,100}could not be cloned\.$/,
  );
  // Neither the current nor the previous state.
  await app.line('good 3 bad 1');
  assert.equal(app.transcript.count(/does not survive/), 1);
});

test('state over 4 MB is lost, and a line says its size', async () => {
  using project = new Project({
    'app.js': `${IMPORT}const small = preserve('small', { runs: 0 });
const big = preserve('big', { bytes: Buffer.alloc(3 * 2 ** 20, 'a') });
console.log('small', ++small.runs, 'big', big.bytes.length, big.bytes.every((byte) => byte === 97));
if (generation === 2) big.bytes = Buffer.alloc(5 * 2 ** 20);
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines(`small 1 big ${3 * 2 ** 20} true`, / is up in /);
  touch(project);
  await app.lines(`small 2 big ${3 * 2 ** 20} true`, / is up in /);
  touch(project);
  await app.line(
    '[autoreload] the state "big" does not survive the restart: it has 5.0 MB, and all together may have 4.0 MB',
  );
  await app.line(`small 3 big ${3 * 2 ** 20} true`);
});

test('a killed run leaves the state that it received', async () => {
  using project = new Project({
    'app.js': `${COUNT}if (generation === 2) process.kill(process.pid, 'SIGKILL');\n${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('runs 1 of 1', / is up in /);
  touch(project);
  await app.lines('runs 2 of 2', /was killed by SIGKILL/);
  touch(project);
  await app.line('runs 2 of 3');
});

test('state does not survive the supervisor', async () => {
  using project = new Project({ 'app.js': `${COUNT}${STAY}` });
  for (let i = 0; i < 2; i++) {
    await using app = run(project, 'app.js');
    await app.lines('runs 1 of 1', / is up in /);
    app.kill('SIGTERM');
    await app.end();
  }
});

test('a worker thread always gets the initial state', async () => {
  using project = new Project({
    'app.js': `import { Worker } from 'node:worker_threads';\nnew Worker('./worker.js');\n${STAY}`,
    'worker.js': `import { preserve } from 'autoreload';
console.log('runs', ++preserve('state', { runs: 0 }).runs, ++preserve('state', { runs: 0 }).runs);
${STAY}`,
  });
  await using app = run(project, 'app.js');
  await app.lines('runs 1 2', / is up in /);
  touch(project);
  await app.lines('[autoreload] app.js changed, restarting', 'runs 1 2');
});

test('state changed by an in-flight response survives', async () => {
  using project = new Project({
    'app.js': `import http from 'node:http';
import { preserve } from 'autoreload';
const state = preserve('state', { answered: 0 });
console.log('answered', state.answered);
http
  .createServer((request, response) => {
    console.log('asked');
    setTimeout(() => {
      state.answered++;
      response.end('done');
    }, 300);
  })
  .listen(0, '127.0.0.1', function () {
    console.log('port', this.address().port);
  });
`,
  });
  await using app = run(project, 'app.js');
  await app.line('answered 0');
  const port = Number((await app.line(/^port /)).slice('port '.length));
  await app.line(/is up in/);
  const answer = fetch(`http://127.0.0.1:${port}/`).then((response) => response.text());
  await app.line('asked');
  touch(project, 'app.js');
  assert.equal(await answer, 'done');
  await app.line('answered 1');
});
