// A broken program prints its own error, exactly as without autoreload, and a save of the fix restarts it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import module from 'node:module';
import { basename } from 'node:path';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run, RunOptions } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

/** A program without an error. */
const RIGHT = "console.log('right');\nsetInterval(() => {}, 1000);\n";

/** A program that has an error only if this module has one. */
const using = (specifier: string): string => `import '${specifier}';\n${RIGHT}`;
const requiring = (specifier: string): string => `require('${specifier}');\n${RIGHT}`;

const SYNTAX_ERROR = "const name = 'no end;\nconsole.log(name);\n";
const CJS = '{"type":"commonjs"}';

/** A dependency without an error. */
const FIXED = 'void 0;\n';

/**
 * Before `module.registerHooks`, hooks run in a thread of their own. An error from there loses the source line in Node that
 * threw it, and the hint that an export is missing from a CommonJS module. Every hook has this effect: `node --import` of an
 * empty hook prints the same.
 */
const OFF_THREAD = !('registerHooks' in module);

/** Timeout for the output of a fixed program (ms). Usually it takes a second or two; a busy machine takes longer. */
const SOON_MS = process.env['CI'] ? 15_000 : 8000;

test('a syntax error in the entry, at the first start', async () => {
  using project = new Project({ 'app.js': SYNTAX_ERROR });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 1 file');
  project.write('app.js', RIGHT);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line('right', SOON_MS);
});

test('a syntax error in the entry of a CommonJS program, at the first start', async () => {
  using project = new Project({ 'package.json': CJS, 'app.js': SYNTAX_ERROR });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 1 file');
  project.write('app.js', RIGHT);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line('right', SOON_MS);
});

test('a syntax error in a dependency, at the first start', async () => {
  using project = new Project({ 'app.js': using('./lib/dep.js'), 'lib/dep.js': SYNTAX_ERROR });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 2 files');
  project.write('lib/dep.js', FIXED);
  await app.line('[autoreload] lib/dep.js changed (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('a syntax error in a nested CommonJS dependency, at the first start', async () => {
  using project = new Project({
    'package.json': CJS,
    'app.js': requiring('./lib'),
    'lib/index.js': "require('./dep');\n",
    'lib/dep.js': SYNTAX_ERROR,
  });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 3 files');
  project.write('lib/dep.js', 'module.exports = 1;\n');
  await app.line('[autoreload] lib/dep.js changed (imported by app.js > lib/index.js), restarting');
  await app.line('right', SOON_MS);
});

test('a syntax error in JSON', async () => {
  using project = new Project({
    'package.json': CJS,
    'app.js': requiring('./data.json'),
    'data.json': '{"a":',
  });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 2 files');
  project.write('data.json', '{"a":1}');
  await app.line('[autoreload] data.json changed (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('a syntax error in a dependency of a running program', async () => {
  using project = new Project({ 'app.js': using('./dep.js'), 'dep.js': FIXED });
  await using app = run(project, 'app.js');
  await app.line(/is up in/);
  project.write('dep.js', SYNTAX_ERROR);
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 2 files');
  project.write('dep.js', '// fixed\n');
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.transcript.inAnyOrder('right', /is up in .* watching 2 files$/);
});

test('files behind a broken entry stay watched', async () => {
  using project = new Project({ 'app.js': using('./a.js'), 'a.js': "import './b.js';\n", 'b.js': '' });
  await using app = run(project, 'app.js');
  await app.line(/is up in .* watching 3 files$/);
  project.write('app.js', `${using('./a.js')}}\n`);
  await fails(app, project, 'failed with exit code 1, waiting for a change in 3 files');
  project.write('b.js', "console.log('b is new');\n");
  await app.line('[autoreload] b.js changed (imported by app.js > a.js), restarting');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 3 files');
  project.write('app.js', using('./a.js'));
  await app.line('b is new', SOON_MS);
  await app.line('right', SOON_MS);
});

test('a throw at top level', async () => {
  using project = new Project({
    'app.js': using('./dep.js'),
    'dep.js': "import './other.js';\nfunction check() {\n  throw new TypeError('no good');\n}\ncheck();\n",
    'other.js': '',
  });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 3 files');
  project.write('dep.js', FIXED);
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('a throw at top level, with a cause', async () => {
  const thrower =
    "throw new Error('outer', { cause: Object.assign(new Error('inner'), { code: 'E_INNER' }) });\n";
  using project = new Project({ 'package.json': CJS, 'app.js': requiring('./dep'), 'dep.js': thrower });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 2 files');
  project.write('dep.js', FIXED);
  await app.line('right', SOON_MS);
});

for (const thrown of ['undefined', 'null', "'a string'", "{ name: 'no error', code: 5 }"]) {
  test(`a throw of ${thrown}`, async () => {
    using project = new Project({ 'app.js': using('./dep.js'), 'dep.js': `throw ${thrown};\n` });
    await using app = run(project, 'app.js');
    await fails(app, project, 'failed with exit code 1, waiting for a change in 2 files');
    project.write('dep.js', FIXED);
    await app.line('right', SOON_MS);
  });
}

test('a missing named export', async () => {
  using project = new Project({
    'app.js': `import { name } from './dep.js';\nconsole.log(name);\n${RIGHT}`,
    'dep.js': "export const other = 'other';\n",
  });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 2 files');
  project.write('dep.js', "export const name = 'here';\n");
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.line('here', SOON_MS);
  await app.line('right');
});

test('a missing named export of a CommonJS module', async () => {
  using project = new Project({
    'app.js': `import { name } from './dep.cjs';\nconsole.log(name);\n${RIGHT}`,
    'dep.cjs': "module.exports = { other: 'other' };\n",
  });
  await using app = run(project, 'app.js');
  if (OFF_THREAD) {
    await app.line("import { name } from './dep.cjs';");
    await app.line('         ^^^^');
    await app.line(
      /^SyntaxError: The requested module '\.\/dep\.cjs' does not provide an export named 'name'$/,
    );
    await app.line('[autoreload] app.js failed with exit code 1, waiting for a change in 2 files');
  } else {
    await fails(app, project, 'failed with exit code 1, waiting for a change in 2 files');
  }
  project.write('dep.cjs', "exports.name = 'here';\n");
  await app.line('here', SOON_MS);
  await app.line('right');
});

test('a missing relative import', async () => {
  using project = new Project({ 'app.js': using('./missing.js') });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for missing.js or a change in 1 file');
  project.write('missing.js', FIXED);
  await app.line('[autoreload] missing.js created (imported by app.js), restarting');
  await app.transcript.inAnyOrder('right', /is up in .* watching 2 files$/);
});

test('a missing relative import of a file in another folder', async () => {
  using project = new Project({ 'app.js': using('./lib/dep.js'), 'lib/dep.js': "import './missing.js';\n" });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for lib/missing.js or a change in 2 files');
  project.write('lib/missing.js', FIXED);
  await app.line('[autoreload] lib/missing.js created (imported by app.js > lib/dep.js), restarting');
  await app.line('right', SOON_MS);
});

test('a missing relative import, fixed in the importing file', async () => {
  using project = new Project({ 'app.js': using('./lib/dep.js'), 'lib/dep.js': "import './missing.js';\n" });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for lib/missing.js or a change in 2 files');
  project.write('lib/dep.js', FIXED);
  await app.line('[autoreload] lib/dep.js changed (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('a missing relative import in a folder that does not exist yet', async () => {
  using project = new Project({ 'app.js': using('./lib/deep/er/missing.js') });
  await using app = run(project, 'app.js');
  await fails(
    app,
    project,
    'failed with exit code 1, waiting for lib/deep/er/missing.js or a change in 1 file',
  );
  project.write('lib/deep/er/missing.js', FIXED);
  await app.line('[autoreload] lib/deep/er/missing.js created (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('a missing relative import in a folder that is created file by file, or renamed into place', async () => {
  using project = new Project({ 'app.js': using('./lib/a/missing.js'), 'new/a/other.js': '' });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for lib/a/missing.js or a change in 1 file');
  project.write('lib/unrelated.js', FIXED);
  project.write('lib/a/other.js', FIXED);
  project.write('lib/a/missing.js', "import '../../next/b/missing.js';\n");
  await fails(app, project, 'failed with exit code 1, waiting for next/b/missing.js or a change in 2 files');
  project.write('made/b/missing.js', FIXED);
  fs.renameSync(project.path('made'), project.path('next'));
  await app.line(/^\[autoreload\] next\/b\/missing\.js created .*, restarting$/);
  await app.line('right', SOON_MS);
});

test('a missing dynamic import, after the start', async () => {
  using project = new Project({ 'app.js': "console.log('begin');\nawait import('./later.js');\n" });
  await using app = run(project, 'app.js');
  await app.line('begin');
  await fails(app, project, 'failed with exit code 1, waiting for later.js or a change in 1 file');
  project.write('later.js', RIGHT);
  await app.line('[autoreload] later.js created (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('a missing `require` without extension', async () => {
  using project = new Project({ 'package.json': CJS, 'app.js': requiring('./lib/missing') });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for lib/missing or a change in 1 file');
  project.write('lib/missing.js', FIXED);
  await app.line('[autoreload] lib/missing.js created (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('a missing `require` without extension, created as a folder with index.js', async () => {
  using project = new Project({ 'package.json': CJS, 'app.js': requiring('./missing') });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for missing or a change in 1 file');
  project.write('missing/index.js', FIXED);
  await app.line('[autoreload] missing/index.js created (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('a missing package, then installed', async () => {
  using project = new Project({ 'app.js': using('pkg') });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for node_modules/pkg or a change in 1 file');
  project.write('node_modules/pkg/package.json', '{"name":"pkg","type":"module","exports":"./lib/main.js"}');
  project.write('node_modules/pkg/lib/main.js', FIXED);
  await app.line(/^\[autoreload\] node_modules\/pkg\/package\.json created .*, restarting$/);
  await app.line('right', SOON_MS);
});

test('a missing package, then installed into a folder without node_modules', async () => {
  using project = new Project({ 'sub/package.json': CJS, 'sub/app.js': requiring('pkg') });
  const options = { cwd: project.path('sub') };
  await using app = run(project, 'app.js', options);
  await fails(
    app,
    project,
    'failed with exit code 1, waiting for node_modules/pkg or a change in 1 file',
    options,
  );
  project.write('sub/node_modules/pkg/package.json', '{"name":"pkg","main":"main"}');
  project.write('sub/node_modules/pkg/main.js', FIXED);
  await app.line('right', SOON_MS);
});

test('a missing package, then installed file by file', async () => {
  using project = new Project({ 'app.js': using('pkg') });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for node_modules/pkg or a change in 1 file');
  // In the order of npm: the folders, then the files one by one.
  for (const [path, content] of [
    ['LICENSE', 'MIT'],
    ['package.json', '{"name":"pkg","type":"module","exports":"./dist/main.js"}'],
    ['dist/a.js', ''],
    ['dist/main.js', "import './a.js';\nimport './z.js';\n"],
    ['dist/z.js', ''],
  ] as const) {
    project.write(`node_modules/pkg/${path}`, content);
    await pause(30);
  }
  await app.line('right', SOON_MS);
});

test('a missing package whose package.json is created long before its main file', async () => {
  using project = new Project({ 'app.js': using('pkg') });
  await using app = run(project, 'app.js');
  await app.line(/failed with exit code 1, waiting for node_modules\/pkg or a change in 1 file$/);
  project.write('node_modules/pkg/package.json', '{"name":"pkg","type":"module","exports":"./dist/main.js"}');
  await app.line(/restarting$/);
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for /);
  project.write('node_modules/pkg/dist/main.js', FIXED);
  await app.line('right', SOON_MS);
});

test('a missing CommonJS package whose package.json is created long before its main file', async () => {
  using project = new Project({ 'package.json': CJS, 'app.js': requiring('pkg') });
  await using app = run(project, 'app.js');
  await app.line(/failed with exit code 1, waiting for node_modules\/pkg or a change in 1 file$/);
  project.write('node_modules/pkg/package.json', '{"name":"pkg","main":"./dist/main"}');
  await app.line(/restarting$/);
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for /);
  project.write('node_modules/pkg/dist/main.js', FIXED);
  await app.line('right', SOON_MS);
});

test('a missing package with a scope, then installed', async () => {
  using project = new Project({ 'app.js': using('@scope/pkg/sub.js') });
  await using app = run(project, 'app.js');
  await fails(
    app,
    project,
    'failed with exit code 1, waiting for node_modules/@scope/pkg or a change in 1 file',
  );
  project.write('node_modules/@scope/pkg/package.json', '{"name":"@scope/pkg","type":"module"}');
  project.write('node_modules/@scope/pkg/sub.js', FIXED);
  await app.line('right', SOON_MS);
});

test('a package whose own dependency is missing, then installed next to it', async () => {
  using project = new Project({
    'app.js': using('outer'),
    'node_modules/outer/package.json': '{"name":"outer","main":"main.js"}',
    'node_modules/outer/main.js': "require('inner');\n",
  });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for node_modules/inner or a change in 2 files');
  project.write('node_modules/inner/package.json', '{"name":"inner"}');
  project.write('node_modules/inner/index.js', FIXED);
  await app.line('right', SOON_MS);
});

test('a package whose own dependency is missing, then installed inside it', async () => {
  using project = new Project({
    'app.js': using('outer'),
    'node_modules/outer/package.json': '{"name":"outer","type":"module","exports":"./main.js"}',
    'node_modules/outer/main.js': "import 'inner';\n",
  });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for node_modules/inner or a change in 2 files');
  project.write('node_modules/outer/node_modules/inner/package.json', '{"name":"inner","main":"main.js"}');
  project.write('node_modules/outer/node_modules/inner/main.js', FIXED);
  await app.line('right', SOON_MS);
});

for (const [kind, type] of [
  ['an ESM', 'module'],
  ['a CommonJS', 'commonjs'],
]) {
  test(`a missing entry of ${kind} package, then created`, async () => {
    using project = new Project({ 'package.json': JSON.stringify({ type }) });
    await using app = run(project, 'app.js');
    await fails(app, project, 'failed with exit code 1, waiting for app.js');
    project.write('app.js', RIGHT);
    await app.line('[autoreload] app.js created, restarting');
    await app.transcript.inAnyOrder('right', /is up in .* watching 1 file$/);
  });
}

test('a missing entry in a folder that does not exist yet, then created', async () => {
  using project = new Project({});
  await using app = run(project, 'dist/server/app.js');
  await app.line('[autoreload] dist/server/app.js failed with exit code 1, waiting for dist/server/app.js');
  project.write('dist/server/app.js', RIGHT);
  await app.line('[autoreload] dist/server/app.js created, restarting');
  await app.line('right', SOON_MS);
});

test('1,000 modules and a throw in the last', async () => {
  const paths = Array.from({ length: 1000 }, (_, i) => `src/${i % 20}/m${i}.js`);
  using project = new Project(Object.fromEntries(paths.map((path) => [path, ''])));
  project.write(
    'app.js',
    paths.map((path) => using(`./${path}`).split('\n', 1)[0]).join('\n') + `\n${RIGHT}`,
  );
  const last = paths.at(-1)!;
  project.write(last, "throw new Error('the last of 1,000');\n");
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 1001 files');
  project.write(last, FIXED);
  await app.line(`[autoreload] ${last} changed (imported by app.js), restarting`);
  await app.line('right', SOON_MS);
});

test('1,000 CommonJS modules in chains of 100, and a throw in the last', async () => {
  const files = Array.from({ length: 1000 }, (_, i) => [
    `m${i}.js`,
    i % 100 < 99 ? `require('./m${i + 1}');\n` : FIXED,
  ]);
  const heads = files.filter((_, i) => i % 100 === 0).map(([path]) => `require('./${path}');\n`);
  using project = new Project({
    ...Object.fromEntries(files),
    'package.json': CJS,
    'app.js': heads.join('') + RIGHT,
    'm999.js': "throw new Error('the last of 1,000');\n",
  });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 1001 files');
  project.write('m999.js', FIXED);
  await app.line(
    /^\[autoreload\] m999\.js changed \(imported by app\.js > m900\.js > .* > m998\.js\), restarting$/,
  );
  await app.line('right', SOON_MS);
});

test('an endless loop at top level', async () => {
  using project = new Project({
    'app.js': using('./dep.js'),
    'dep.js': "console.log('loops');\nfor (;;);\n",
  });
  await using app = run(project, 'app.js');
  await app.line('loops');
  project.write('dep.js', FIXED);
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.line('right', SOON_MS);
  assert.equal(app.transcript.count(/killing it/), 0);
});

test('`process.exit(1)` in a dependency', async () => {
  using project = new Project({
    'app.js': `import './dep.js';\nimport './other.js';\n${RIGHT}`,
    'dep.js': "console.error('no config');\nprocess.exit(1);\n",
    'other.js': '',
  });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 3 files');
  project.write('dep.js', FIXED);
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('`process.exit(1)` in a CommonJS dependency, fixed in a file that the run did not reach', async () => {
  using project = new Project({
    'app.js': using('./good.js'),
    'good.js': '',
    'dep.cjs': "const { ok } = require('./config.cjs');\nif (!ok) process.exit(1);\n",
    'config.cjs': 'exports.ok = true;\n',
  });
  await using app = run(project, 'app.js');
  await app.line(/is up in/);
  project.write('config.cjs', 'exports.ok = false;\n');
  project.write('app.js', `import './dep.cjs';\n${using('./good.js')}`);
  await fails(app, project, 'failed with exit code 1, waiting for a change in 4 files');
  project.write('config.cjs', 'exports.ok = true;\n');
  await app.line(/^\[autoreload\] config\.cjs changed \(imported by app\.js > dep\.cjs\), restarting$/);
  await app.line('right', SOON_MS);
});

test('SIGKILL in a dependency', { skip: process.platform === 'win32' && 'no signals' }, async () => {
  using project = new Project({
    'app.js': using('./dep.js'),
    'dep.js': "process.kill(process.pid, 'SIGKILL');\n",
  });
  await using app = run(project, 'app.js');
  await fails(app, project, 'was killed by SIGKILL, waiting for a change in 2 files');
  project.write('dep.js', FIXED);
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('a crash in a timer after the start', async () => {
  using project = new Project({
    'app.js': "import { work } from './dep.js';\nconsole.log('begin');\nsetTimeout(work, 100);\n",
    'dep.js': "export function work() {\n  throw new RangeError('too late');\n}\n",
  });
  await using app = run(project, 'app.js');
  await app.line('begin');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 2 files');
  project.write('dep.js', `export function work() {\n  ${RIGHT}}\n`);
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('an unhandled rejection', async () => {
  using project = new Project({
    'app.js': using('./dep.js'),
    'dep.js': "async function lose() {\n  await null;\n  throw new Error('nobody waits');\n}\nvoid lose();\n",
  });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 1, waiting for a change in 2 files');
  project.write('dep.js', FIXED);
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.line('right', SOON_MS);
});

test('a top-level await that never settles', async () => {
  using project = new Project({ 'app.js': using('./dep.js'), 'dep.js': 'await new Promise(() => {});\n' });
  await using app = run(project, 'app.js');
  await fails(app, project, 'failed with exit code 13, waiting for a change in 2 files');
  project.write('dep.js', FIXED);
  await app.line('right', SOON_MS);
});

/**
 * Waits until the run has failed, and compares its output with the output of the same program without autoreload.
 *
 * @param outcome the line of autoreload about it
 */
async function fails(app: Run, project: Project, outcome: string, options: RunOptions = {}): Promise<void> {
  await app.line(`[autoreload] app.js ${outcome}`);
  await using alone = run(project, 'app.js', { ...options, execArgv: [] });
  await alone.end();
  const expected = alone.transcript.lines('stderr');
  const all = app.transcript.lines('stderr');
  const begin = all.findLastIndex((line) => /^\[autoreload\] .* restarting$/.test(line)) + 1;
  const said = all.slice(begin).filter((line) => !line.startsWith('[autoreload] '));
  const message = `without autoreload:\n${expected.join('\n')}`;
  assert.deepEqual(textOf(said), textOf(expected), message);
  const folder = basename(project.dir);
  const isOwnFrame = (line: string): boolean =>
    isFrame(line) && (line.includes(folder) || line.includes(encodeURIComponent(folder)));
  assert.deepEqual(said.filter(isOwnFrame), expected.filter(isOwnFrame), message);
}

function isFrame(line: string): boolean {
  return /^ +at /.test(line);
}

/** The lines that are no stack frames; with off-thread hooks, also without the place in the source of Node. */
function textOf(lines: readonly string[]): string[] {
  const text = lines.filter((line) => !isFrame(line));
  const place = OFF_THREAD ? text.findIndex((line) => line.startsWith('node:internal/')) : -1;
  if (place === -1) return text;
  const error = text.findIndex((line, i) => i > place + 2 && line !== '');
  return [...text.slice(0, place).filter((line) => line !== ''), ...text.slice(error)];
}

/** Waits as an installer does between two files. */
async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
