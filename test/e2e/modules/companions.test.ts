// Files that count without being modules restart the program: env files, preloads, package.json, configuration, assets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { CLI, without } from '../../helpers/command.ts';
import { Project } from '../../helpers/project.ts';

const bash = { skip: without('bash') };

const OURS = ['--import', 'autoreload/register'];
const STAY = 'setInterval(() => {}, 1000);\n';
const SAY_ENV = `console.log('env', process.env.A, process.env.B);\n${STAY}`;

test('--env-file: an edit restarts with the new values, and without the removed values', async () => {
  using project = new Project({ 'app.js': SAY_ENV, '.env': 'A=1\nB=1\n' });
  await using app = run(project, 'app.js', { execArgv: ['--env-file=.env', ...OURS] });
  await app.lines('env 1 1', /is up in/);
  project.write('.env', 'A=2\n');
  await app.line('[autoreload] .env changed, restarting');
  await app.lines('env 2 undefined', /is up in/);
  project.replace('.env', 'B=3\n');
  await app.line('[autoreload] .env changed, restarting');
  await app.line('env undefined 3');
});

test('several env files: the last one wins, and each is watched', async () => {
  using project = new Project({ 'app.js': SAY_ENV, 'a.env': 'A=1\nB=1\n', 'b.env': 'B=2\n' });
  await using app = run(project, 'app.js', {
    execArgv: ['--env-file', 'a.env', '--env-file=b.env', ...OURS],
  });
  await app.lines('env 1 2', /is up in/);
  project.write('a.env', 'A=3\nB=1\n');
  await app.lines('[autoreload] a.env changed, restarting', 'env 3 2', /is up in/);
  project.write('b.env', '');
  await app.lines('[autoreload] b.env changed, restarting', 'env 3 1');
});

test('a deleted env file restarts when it is created again', async () => {
  using project = new Project({ 'app.js': SAY_ENV, '.env': 'A=1\n' });
  await using app = run(project, 'app.js', { execArgv: ['--env-file=.env', ...OURS] });
  await app.lines('env 1 undefined', /is up in/);
  project.remove('.env');
  await app.line('[autoreload] .env deleted, restarting');
  await app.line(/^\[autoreload\] app\.js failed with exit code 9, waiting for /);
  project.write('.env', 'A=2\n');
  await app.lines('[autoreload] .env created, restarting', 'env 2 undefined');
});

test('--env-file-if-exists: a missing file restarts when it is created and when it is deleted', async (t) => {
  if (!process.allowedNodeEnvironmentFlags.has('--env-file-if-exists') && process.version.startsWith('v20.'))
    return t.skip('needs --env-file-if-exists: Node 22.9+');
  using project = new Project({ 'app.js': SAY_ENV });
  await using app = run(project, 'app.js', { execArgv: ['--env-file-if-exists=.env', ...OURS] });
  await app.lines('env undefined undefined', /is up in/);
  project.write('.env', 'A=1\n');
  await app.lines('[autoreload] .env created, restarting', 'env 1 undefined', /is up in/);
  project.remove('.env');
  await app.lines('[autoreload] .env deleted, restarting', 'env undefined undefined');
});

test('a touch of an env file, or a save of the same bytes, does not restart', async () => {
  using project = new Project({ 'app.js': SAY_ENV, '.env': 'A=1\n' });
  await using app = run(project, 'app.js', { execArgv: ['--env-file=.env', ...OURS] });
  await app.lines('env 1 undefined', /is up in/);
  project.write('.env', 'A=1\n');
  project.replace('.env', 'A=1\n');
  project.write('app.js', `${SAY_ENV}// edited\n`);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line('env 1 undefined');
  assert.equal(app.restarts, 1);
});

for (const [name, execArgv] of [
  ['--import', ['--import', './preload.mjs', ...OURS]],
  ['--import, after autoreload', [...OURS, '--import', './preload.mjs']],
  ['--require', ['--require', './preload.cjs', ...OURS]],
] as const) {
  test(`a preload given with ${name}, and its imports, restart`, async () => {
    using project = new Project({
      'app.js': `console.log('loaded', globalThis.loaded);\n${STAY}`,
      'preload.mjs': "import './deep.cjs';\n",
      'preload.cjs': "require('./deep.cjs');\n",
      'deep.cjs': 'globalThis.loaded = 1;\n',
    });
    await using app = run(project, 'app.js', { execArgv });
    await app.lines('loaded 1', /is up in/);
    project.write('deep.cjs', 'globalThis.loaded = 2;\n');
    await app.line(/^\[autoreload\] deep\.cjs changed \(imported by preload\.[cm]js\), restarting$/);
    await app.lines('loaded 2', /is up in/);
    const preload = execArgv.includes('--require') ? 'preload.cjs' : 'preload.mjs';
    project.write(preload, 'globalThis.loaded = 3;\n');
    await app.lines(`[autoreload] ${preload} changed, restarting`, 'loaded 3');
  });
}

for (const [how, execArgv] of [
  ['module.register', ['--import', './hooked.js', ...OURS]],
  ['--experimental-loader', ['--no-warnings', '--experimental-loader', './hooks.js', ...OURS]],
] as const) {
  test(`a hooks module given to ${how} restarts`, async () => {
    using project = new Project({
      'app.js': `import value from 'virtual:value';\nconsole.log('said', value);\n${STAY}`,
      'hooked.js': "import { register } from 'node:module';\nregister('./hooks.js', import.meta.url);\n",
      'hooks.js': hooks(1),
    });
    await using app = run(project, 'app.js', { execArgv, env: { NODE_NO_WARNINGS: '1' } });
    await app.lines('said 1', /is up in/);
    project.write('hooks.js', hooks(2));
    await app.line(/^\[autoreload\] hooks\.js changed.*, restarting$/);
    await app.lines('said 2');
  });
}

/** Hooks that provide a virtual module. */
function hooks(value: number): string {
  return `export async function resolve(specifier, context, next) {
  return specifier === 'virtual:value' ? { url: specifier, shortCircuit: true } : next(specifier, context);
}
export async function load(url, context, next) {
  const source = 'export default ${value}';
  return url === 'virtual:value' ? { format: 'module', source, shortCircuit: true } : next(url, context);
}
`;
}

test('the package.json that applies to a module restarts', async () => {
  using project = new Project({
    'package.json': '{"type":"module","imports":{"#dep":"./one.js"}}',
    'app.js': `import { value } from '#dep';\nconsole.log('said', value);\n${STAY}`,
    'one.js': 'export const value = 1;\n',
    'two.js': 'export const value = 2;\n',
  });
  await using app = run(project, 'app.js');
  await app.lines('said 1', /is up in/);
  project.write('package.json', '{"type":"module","imports":{"#dep":"./two.js"}}');
  await app.lines('[autoreload] package.json changed (used by app.js), restarting', 'said 2');
});

test('a new nearest package.json restarts, and so does the fix of an invalid one', async () => {
  using project = new Project({
    'app.js': `import './lib/dep.js';\n${STAY}`,
    'lib/dep.js': "console.log('said', typeof require);\n",
  });
  await using app = run(project, 'app.js');
  await app.lines('said undefined', /is up in/);
  project.write('lib/package.json', '{"type":"commonjs"}');
  await app.line('[autoreload] lib/package.json created (used by app.js > lib/dep.js), restarting');
  await app.lines('said function', /is up in/);
  project.write('lib/package.json', '{"type":');
  await app.line('[autoreload] lib/package.json changed (used by app.js > lib/dep.js), restarting');
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for /);
  project.write('lib/package.json', '{"type":"commonjs"}');
  await app.line(/^\[autoreload\] lib\/package\.json changed/);
  await app.line('said function');
});

test('the fix of an invalid package.json of the program restarts', async () => {
  for (const type of ['module', 'commonjs']) {
    using project = new Project({
      'package.json': JSON.stringify({ type }),
      'app.js': `console.log('said');\n${STAY}`,
    });
    await using app = run(project, 'app.js');
    await app.lines('said', /is up in/);
    project.write('package.json', '{ "type": "modu');
    await app.line(/^\[autoreload\] package\.json changed/);
    await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for /);
    project.write('package.json', JSON.stringify({ type }));
    await app.line(/^\[autoreload\] package\.json changed/);
    await app.line('said');
  }
});

test('the package.json of an installed package does not count', async () => {
  using project = new Project({
    'app.js': `import 'dep';\nconsole.log('said');\n${STAY}`,
    'node_modules/dep/package.json': '{"name":"dep","exports":"./index.js"}',
    'node_modules/dep/index.js': '',
  });
  await using app = run(project, 'app.js');
  await app.lines('said', /is up in/);
  project.write('node_modules/dep/package.json', '{"name":"dep","exports":"./index.js","version":"2.0.0"}');
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.lines('[autoreload] app.js changed, restarting', 'said');
  assert.equal(app.restarts, 1);
});

test('the configuration file of Node restarts', async (t) => {
  if (
    !process.allowedNodeEnvironmentFlags.has('--experimental-config-file') &&
    Number(process.versions.node.split('.')[0]) < 24
  )
    return t.skip('needs a configuration file for Node: Node 23.10+');
  using project = new Project({
    'app.js': `console.log('limit', Error.stackTraceLimit);\n${STAY}`,
    'config.json': JSON.stringify({ nodeOptions: { 'stack-trace-limit': 20 } }),
  });
  await using app = run(project, 'app.js', {
    execArgv: ['--experimental-config-file=config.json', '--no-warnings', ...OURS],
  });
  await app.lines('limit 20', /is up in/);
  project.write('config.json', JSON.stringify({ nodeOptions: { 'stack-trace-limit': 30 } }));
  await app.lines('[autoreload] config.json changed, restarting', 'limit 30');
});

const READS = `import fs from 'node:fs';
const template = new URL('./views/page.html', import.meta.url);
console.log('page', fs.readFileSync(template, 'utf8'));
`;

test("an asset named by new URL('...', import.meta.url) restarts", async () => {
  using project = new Project({
    'app.js': `import './lib/render.js';\n${STAY}`,
    'lib/render.js': READS,
    'lib/views/page.html': 'one',
  });
  await using app = run(project, 'app.js');
  await app.lines('page one', /is up in/);
  project.write('lib/views/page.html', 'two');
  await app.lines(
    '[autoreload] lib/views/page.html changed (used by app.js > lib/render.js), restarting',
    'page two',
    /is up in/,
  );
  project.replace('lib/views/page.html', 'three');
  await app.lines(/^\[autoreload\] lib\/views\/page\.html changed/, 'page three');
});

test('a missing asset restarts when it is created', async () => {
  using project = new Project({ 'app.js': `${READS}${STAY}` });
  await using app = run(project, 'app.js');
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for /);
  project.write('views/page.html', 'one');
  await app.lines('[autoreload] views/page.html created (used by app.js), restarting', 'page one');
});

test('a folder in such a URL, and its files, do not restart', async () => {
  using project = new Project({
    'app.js': `const here = new URL('.', import.meta.url);\nconst views = new URL('./views', import.meta.url);\nconsole.log('up');\n${STAY}`,
    'views/page.html': 'one',
  });
  await using app = run(project, 'app.js');
  await app.lines('up', /is up in/);
  project.write('views/page.html', 'two');
  project.remove('views');
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.lines('[autoreload] app.js changed, restarting', 'up');
  assert.equal(app.restarts, 1);
});

test('a JSON module that the program rewrites at each start does not restart it for ever', async () => {
  using project = new Project({
    'package.json': '{}',
    // The dependency is loaded first: a save that comes before it is loaded needs no restart.
    'app.js': `const fs = require('node:fs');
console.log('said', require('./dep.js'));
const { count } = require('./state.json');
fs.writeFileSync('state.json', JSON.stringify({ count: count + 1 }));\n${STAY}`,
    'dep.js': 'module.exports = 1;\n',
    'state.json': '{"count":0}',
  });
  await using app = run(project, 'app.js');
  await app.line(/^\[autoreload\] state\.json changes right after each start/);
  project.write('dep.js', 'module.exports = 2;\n');
  await app.lines(/^\[autoreload\] dep\.js changed/, 'said 2');
});

for (const [what, wait] of [
  ['at each start', ''],
  ['when it is ready, after a slow start', 'for (const end = Date.now() + 600; Date.now() < end; );\n'],
] as const) {
  test(`an asset that the program itself writes ${what} does not restart it for ever`, async () => {
    using project = new Project({
      'app.js': `${wait}import fs from 'node:fs';
import { value } from './dep.js';
setTimeout(() => fs.writeFileSync(new URL('./stats.json', import.meta.url), String(process.hrtime.bigint())), 100);
console.log('said', value);\n${STAY}`,
      'dep.js': 'export const value = 1;\n',
    });
    await using app = run(project, 'app.js');
    const told = 'changes right after each start, so the program writes it itself: not restarting for that.';
    await app.line(`[autoreload] stats.json ${told}`);
    const before = app.restarts;
    project.write('dep.js', 'export const value = 2;\n');
    await app.lines(/^\[autoreload\] dep\.js changed/, 'said 2', /is up in/);
    assert.equal(app.restarts, before + 1);
  });
}

/** Runs a command line of bash, in which `$0` is Node. */
function runBash(project: Project, command: string): Run {
  const options = { executable: 'bash', execArgv: [] };
  return run(project, ['-c', `exec ${command}`, process.execPath], options);
}

test('--env-file with a pipe: it is read once, and every run has its values', bash, async () => {
  const source = 'console.log(process.env.SECRET, process.execArgv.length);\nsetInterval(() => {}, 1000);\n';
  using project = new Project({ 'app.js': source, 'other.env': 'OTHER=1\n' });
  await using app = runBash(
    project,
    '"$0" --env-file=<(echo SECRET=42) --import autoreload/register --env-file=other.env app.js',
  );
  await app.lines('42 1', / is up in /);
  for (let n = 0; n < 2; n++) {
    project.write('app.js', `${source}// ${n}\n`);
    await app.lines('[autoreload] app.js changed, restarting', '42 1', / is up in /);
  }
});

test('the command with a pipe for --env-file says that Node has read it', bash, async () => {
  using project = new Project({ 'app.js': '' });
  await using app = runBash(project, `"$0" ${JSON.stringify(CLI)} --env-file=<(echo SECRET=42) app.js`);
  await app.line(/^\[autoreload\] Node has read the pipe of --env-file before autoreload can\./);
  assert.deepEqual(await app.end(), { code: 2, signal: null });
});
