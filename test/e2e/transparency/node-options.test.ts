// autoreload in NODE_OPTIONS, or in a configuration file of Node, works as on the command line. It reaches only the program
// itself: child processes and threads run as without autoreload.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { run } from '../../helpers/autoreload.ts';
import type { RunOptions } from '../../helpers/autoreload.ts';
import { npmCli } from '../../helpers/npm.ts';
import { Project, ROOT } from '../../helpers/project.ts';
import { OWN_VARIABLES } from '../../../src/protocol/control.cts';

const OURS = '--import autoreload/register';

test('NODE_OPTIONS="--import autoreload/register" restarts the program', async () => {
  const source =
    'console.log([process.env.NODE_OPTIONS, ...process.execArgv]);\nsetInterval(() => {}, 1000);\n';
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { execArgv: [], env: { NODE_OPTIONS: OURS } });
  for (const round of [1, 2]) {
    await app.lines('[ undefined ]', /is up in/);
    project.write('app.js', `${source}// ${round}\n`);
    await app.line('[autoreload] app.js changed, restarting');
  }
});

test('what a launcher starts is supervised, with its sockets', async () => {
  const server = (version: number): string =>
    `import http from 'node:http';\nhttp.createServer().listen(0, '127.0.0.1', function () { console.log('v${version}', this.address().port); });\n`;
  using project = new Project({ 'app.js': server(1) });
  project.write(
    'node_modules/cross-env/dist/bin.js',
    "const child = require('node:child_process').spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' });\nprocess.on('SIGTERM', () => child.kill());\n",
  );
  const args = ['node_modules/cross-env/dist/bin.js', 'app.js'];
  await using app = run(project, args, { execArgv: [], env: { NODE_OPTIONS: OURS } });
  const line = await app.line(/^v1 \d+$/);
  for (const version of [2, 3]) {
    await app.line(/^\[autoreload\] app\.js is up in/);
    project.write('app.js', server(version));
    await app.line('[autoreload] app.js changed, restarting');
    await app.line(line.replace('v1', `v${version}`));
  }
  app.kill('SIGTERM');
  await app.end();
});

test('a line says that no file of the project is loaded', async () => {
  using project = new Project({});
  project.write('node_modules/tool/cli.js', 'setInterval(() => {}, 1000);\n');
  project.link('node_modules/.bin/tool', '../tool/cli.js');
  await using app = run(project, 'node_modules/.bin/tool');
  await app.line(
    /^\[autoreload\] node_modules\/tool\/cli\.js is up in .*, watching 1 file, none of them in your project$/,
  );
});

test('our own variables, left in the environment of the shell, have no effect', async () => {
  const source =
    'console.log(Object.keys(process.env).filter((name) => /^AUTORELOAD_(?!TIMEOUT)/.test(name)));\nsetInterval(() => {}, 1000);\n';
  using project = new Project({ 'app.js': source });
  const env = Object.fromEntries(OWN_VARIABLES.map((name) => [name, 'early']));
  await using app = run(project, 'app.js', { env });
  for (const round of [1, 2]) {
    await app.lines('[]', /is up in/);
    project.write('app.js', `${source}// ${round}\n`);
    await app.line('[autoreload] app.js changed, restarting');
  }
});

test('other options in NODE_OPTIONS stay unchanged, and take effect', async () => {
  const source =
    'console.log(JSON.stringify([process.env.NODE_OPTIONS, process.title, Error.stackTraceLimit, process.execArgv]));\n';
  using project = new Project({ 'app.js': source });
  const url = pathToFileURL(`${ROOT}/dist/register.js`).href;
  const others = '--title="a \\"b\\" c"  --stack-trace-limit=20';
  for (const [given, left] of [
    [`${OURS} ${others}`, others],
    [`${others} ${OURS}`, others],
    [`--title="a \\"b\\" c"  ${OURS} --stack-trace-limit=20`, others],
    [`--import=autoreload/register ${others}`, others],
    [`--import "autoreload/register" ${others}`, others],
    [`--import=${url} ${others}`, others],
    [`${OURS} ${others} ${OURS}`, others],
  ] as const) {
    await using app = run(project, 'app.js', { execArgv: ['--no-warnings'], env: { NODE_OPTIONS: given } });
    const seen = JSON.parse(await app.line(/^\["/)) as unknown;
    assert.deepEqual(seen, [left, 'a "b" c', 20, ['--no-warnings']], given);
  }
});

test('NODE_OPTIONS without autoreload stays unchanged, spaces included', async () => {
  using project = new Project({ 'app.js': 'console.log(JSON.stringify([process.env.NODE_OPTIONS]));\n' });
  for (const given of ['  --no-warnings   --title=x ', '', ' ']) {
    await using app = run(project, 'app.js', { env: { NODE_OPTIONS: given } });
    assert.equal(await app.line(/^\[("|null)/), JSON.stringify([given]));
  }
});

/** Prints every trace of autoreload that a process or a thread can see. */
const REPORT = `
import { isMainThread } from 'node:worker_threads';
import cluster from 'node:cluster';
const env = Object.entries(process.env).filter(([name]) => !/^(NODE_UNIQUE_ID|_|PWD|OLDPWD|SHLVL)$/.test(name)).sort();
const trace = Object.getOwnPropertySymbols(process).map(String).filter((name) => name.includes('autoreload'));
console.log(JSON.stringify([
  process.argv[2], process.execArgv, env, trace, typeof process.send, isMainThread, cluster.isWorker,
  Object.keys(process).sort(), process.listenerCount('newListener'),
]));
if (cluster.isWorker) process.disconnect();
`;

/** Starts child processes and threads through every Node API, one after the other. */
const STARTER = `
import { exec, execFile, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import cluster from 'node:cluster';
import { Worker } from 'node:worker_threads';
const node = process.execPath;
const stdio = 'inherit';
await once(fork('report.js', ['fork']), 'close');
await once(spawn(node, ['report.js', 'spawn'], { stdio }), 'close');
await once(spawn(node, ['report.js', 'spawn env'], { stdio, env: { ...process.env, ADDED: '1' } }), 'close');
await once(exec('"' + node + '" report.js exec').stdout.on('data', (data) => process.stdout.write(data)), 'close');
await once(execFile(node, ['report.js', 'execFile']).stdout.on('data', (data) => process.stdout.write(data)), 'close');
cluster.setupPrimary({ exec: 'report.js', args: ['cluster'] });
await once(cluster.fork(), 'exit');
await once(new Worker('./report.js', { argv: ['worker'] }), 'exit');
await once(new Worker('./report.js', { argv: ['worker env'], env: { A: '1' }, execArgv: ['--no-warnings'] }), 'exit');
console.log('end');
`;

for (const [where, options, plain] of [
  ['on the command line', { execArgv: ['--import', 'autoreload/register'] }, { execArgv: [] }],
  ['in NODE_OPTIONS', { execArgv: [], env: { NODE_OPTIONS: OURS } }, { execArgv: [] }],
  [
    'in NODE_OPTIONS with other options',
    { execArgv: ['--no-deprecation'], env: { NODE_OPTIONS: `--no-warnings ${OURS} --title=x` } },
    { execArgv: ['--no-deprecation'], env: { NODE_OPTIONS: '--no-warnings --title=x' } },
  ],
] as const) {
  test(`child processes and threads of the program see no trace of autoreload ${where}`, async () => {
    using project = new Project({ 'app.js': STARTER, 'report.js': REPORT });
    const actual = await reports(project, options);
    const expected = await reports(project, plain);
    assert.equal(expected.length, 8);
    assert.deepEqual(actual, expected);
  });
}

test('a worker thread starts, also after a restart', async () => {
  const source =
    "import { Worker } from 'node:worker_threads';\nnew Worker(new URL('./worker.js', import.meta.url));\n";
  using project = new Project({
    'app.js': source,
    'worker.js':
      "import { name } from './name.cjs';\nconsole.log('worker', name);\nsetInterval(() => {}, 1000);\n",
    'name.cjs': "exports.name = 'one';\n",
  });
  await using app = run(project, 'app.js', { execArgv: [], env: { NODE_OPTIONS: OURS } });
  await app.lines('worker one', /is up in/);
  project.write('app.js', `${source}// edited\n`);
  await app.lines('worker one', '[autoreload] app.js changed, restarting', /is up in/);
});

test(
  'child processes of the program do not inherit descriptors of autoreload',
  { skip: process.platform === 'win32' && 'needs /dev/fd: Linux or macOS' },
  async () => {
    const source =
      "import { execSync } from 'node:child_process';\nconsole.log(String(execSync('ls /dev/fd')).split(/\\s+/).join());\n";
    using project = new Project({ 'app.js': source });
    const seen: string[] = [];
    for (const execArgv of [[], OURS.split(' ')]) {
      await using app = run(project, 'app.js', { execArgv });
      seen.push(await app.line(/^0,/));
    }
    assert.equal(seen[1], seen[0]);
  },
);

test('a configuration file of Node that imports autoreload/register starts only one supervisor', async (t) => {
  const source = `
import { fork } from 'node:child_process';
console.log('run', process.ppid !== process.pid);
fork('child.js').on('exit', (code) => console.log('child ended', code));
setInterval(() => {}, 1000);
`;
  using project = new Project({
    'app.js': source,
    'child.js': "console.log('child', process.send !== undefined);\nprocess.disconnect();\n",
    'node.config.json': '{ "nodeOptions": { "import": ["autoreload/register"] } }',
  });
  const option = '--experimental-default-config-file';
  if (spawnSync(process.execPath, [option, '--version'], { cwd: project.dir }).status !== 0) {
    t.skip('needs a configuration file for Node: Node 23.10+');
    return;
  }
  await using app = run(project, 'app.js', { execArgv: ['--no-warnings', option] });
  for (const round of [1, 2]) {
    await app.lines('run true', 'child true', 'child ended 0', /app\.js is up in/);
    project.write('app.js', `${source}// ${round}\n`);
    await app.line('[autoreload] app.js changed, restarting');
  }
  assert.equal(app.transcript.count(/child\.js/), 0);
});

for (const [how, script] of [
  ['its real path', npmCli],
  ['a symlink in a folder of PATH', npmLink],
] as const) {
  test(
    `npm run through ${how} does not supervise npm, but the program of the script`,
    { skip: process.platform === 'win32' && how !== 'its real path' && 'needs symlinks: Linux or macOS' },
    async () => {
      using project = new Project({
        'package.json': '{ "type": "module", "scripts": { "x": "node app.js" } }',
        'app.js': "console.log('one', process.ppid);\nsetInterval(() => {}, 1000);\n",
      });
      const env = { NODE_OPTIONS: OURS, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` };
      await using app = run(project, ['run', 'x'], { execArgv: [script(project)], env });
      const [one] = await app.lines(/^one /, /^\[autoreload\] app\.js is up in/);
      project.write('app.js', "console.log('two');\n");
      await app.line('[autoreload] app.js changed, restarting');
      await app.lines('two', /^\[autoreload\] app\.js completed/);
      process.kill(Number(one?.split(' ')[1]), 'SIGTERM');
      await app.end();
      assert.equal(app.transcript.count(/npm.* is up in/), 0);
    },
  );
}

/** Returns the output of {@link REPORT} in each process and thread. */
async function reports(project: Project, options: RunOptions): Promise<unknown[]> {
  await using app = run(project, 'app.js', options);
  await app.line('end');
  return app.transcript
    .lines('stdout')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

/** Links to the npm script, as an installation of npm does. */
function npmLink(project: Project): string {
  project.link('bin/npm', npmCli());
  return project.path('bin/npm');
}
