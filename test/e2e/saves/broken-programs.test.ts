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

/** Saves that break the program, and the saves that fix it. */
interface Breakage {
  /** Saved in this order. */
  readonly files: Readonly<Record<string, string>>;
  readonly outcome: string;
  /** Saved in this order. */
  readonly fix: Readonly<Record<string, string>>;
  /** The line that announces the restart after the fix. */
  readonly restart: string | RegExp;
}

/**
 * Breaks and fixes one program again and again. The first breakage exists at the first start. While the program is broken, the
 * files of the last good run stay watched.
 */
async function breakAndFix(breakages: readonly Breakage[], packageJson = '{"type":"module"}'): Promise<void> {
  using project = new Project({ 'package.json': packageJson, ...breakages[0]?.files });
  await using app = run(project, 'app.js');
  for (const [i, { files, outcome, fix, restart }] of breakages.entries()) {
    if (i > 0) for (const [path, content] of Object.entries(files)) project.write(path, content);
    await fails(app, project, outcome);
    for (const [path, content] of Object.entries(fix)) project.write(path, content);
    await app.line(restart);
    await app.lines('right', / is up in /);
  }
}

test('a syntax error in a dependency at the first start, then again, then in the entry', async () => {
  await breakAndFix([
    {
      files: { 'app.js': using('./lib/dep.js'), 'lib/dep.js': SYNTAX_ERROR },
      outcome: 'failed with exit code 1, waiting for a change in 2 files',
      fix: { 'lib/dep.js': FIXED },
      restart: '[autoreload] lib/dep.js changed (imported by app.js), restarting',
    },
    {
      files: { 'lib/dep.js': SYNTAX_ERROR },
      outcome: 'failed with exit code 1, waiting for a change in 2 files',
      fix: { 'lib/dep.js': '// fixed\n' },
      restart: '[autoreload] lib/dep.js changed (imported by app.js), restarting',
    },
    {
      files: { 'app.js': SYNTAX_ERROR },
      outcome: 'failed with exit code 1, waiting for a change in 2 files',
      fix: { 'app.js': RIGHT },
      restart: '[autoreload] app.js changed, restarting',
    },
  ]);
});

test('a syntax error in a CommonJS entry at the first start, then in a nested dependency, then in JSON', async () => {
  await breakAndFix(
    [
      {
        files: { 'app.js': SYNTAX_ERROR },
        outcome: 'failed with exit code 1, waiting for a change in 1 file',
        fix: { 'app.js': RIGHT },
        restart: '[autoreload] app.js changed, restarting',
      },
      {
        files: {
          'lib/dep.js': SYNTAX_ERROR,
          'lib/index.js': "require('./dep');\n",
          'app.js': requiring('./lib'),
        },
        outcome: 'failed with exit code 1, waiting for a change in 3 files',
        fix: { 'lib/dep.js': 'module.exports = 1;\n' },
        restart: '[autoreload] lib/dep.js changed (imported by app.js > lib/index.js), restarting',
      },
      {
        files: { 'data.json': '{"a":', 'lib/dep.js': "require('../data.json');\n" },
        outcome: 'failed with exit code 1, waiting for a change in 4 files',
        fix: { 'data.json': '{"a":1}' },
        restart:
          '[autoreload] data.json changed (imported by app.js > lib/index.js > lib/dep.js), restarting',
      },
    ],
    CJS,
  );
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
  await app.line('b is new');
  await app.lines('right', / is up in /);
});

test('every kind of exit at the top level of a dependency', async () => {
  const thrower = "function check() {\n  throw new TypeError('no good');\n}\ncheck();\n";
  const wanted =
    "async function lose() {\n  await null;\n  throw new Error('nobody waits');\n}\nvoid lose();\n";
  const ends: [code: string, outcome: string][] = [
    [thrower, 'failed with exit code 1'],
    ['throw undefined;\n', 'failed with exit code 1'],
    ['throw null;\n', 'failed with exit code 1'],
    ["throw 'a string';\n", 'failed with exit code 1'],
    ["throw { name: 'no error', code: 5 };\n", 'failed with exit code 1'],
    ["console.error('no config');\nprocess.exit(1);\n", 'failed with exit code 1'],
    [wanted, 'failed with exit code 1'],
    ['await new Promise(() => {});\n', 'failed with exit code 13'],
  ];
  if (process.platform !== 'win32')
    ends.push(["process.kill(process.pid, 'SIGKILL');\n", 'was killed by SIGKILL']);
  await breakAndFix(
    ends.map(([code, outcome]) => ({
      // `other.js` is part of the program, although it comes after the failure.
      files: { 'other.js': '', 'app.js': `import './dep.js';\n${using('./other.js')}`, 'dep.js': code },
      outcome: `${outcome}, waiting for a change in 3 files`,
      fix: { 'dep.js': FIXED },
      restart: '[autoreload] dep.js changed (imported by app.js), restarting',
    })),
  );
});

test('a throw at top level of a CommonJS dependency, with a cause', async () => {
  const thrower =
    "throw new Error('outer', { cause: Object.assign(new Error('inner'), { code: 'E_INNER' }) });\n";
  await breakAndFix(
    [
      {
        files: { 'app.js': requiring('./dep'), 'dep.js': thrower },
        outcome: 'failed with exit code 1, waiting for a change in 2 files',
        fix: { 'dep.js': FIXED },
        restart: '[autoreload] dep.js changed (imported by app.js), restarting',
      },
    ],
    CJS,
  );
});

test('a missing named export', async () => {
  await breakAndFix([
    {
      files: {
        'app.js': `import { name } from './dep.js';\nconsole.log(name);\n${RIGHT}`,
        'dep.js': "export const other = 'other';\n",
      },
      outcome: 'failed with exit code 1, waiting for a change in 2 files',
      fix: { 'dep.js': "export const name = 'here';\n" },
      restart: '[autoreload] dep.js changed (imported by app.js), restarting',
    },
  ]);
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
  await app.line('here');
  await app.line('right');
});

test('a missing relative import', async () => {
  await breakAndFix([
    {
      files: { 'app.js': using('./missing.js') },
      outcome: 'failed with exit code 1, waiting for missing.js or a change in 1 file',
      fix: { 'missing.js': FIXED },
      restart: '[autoreload] missing.js created (imported by app.js), restarting',
    },
    // By a file in another folder.
    {
      files: { 'lib/dep.js': "import './missing.js';\n", 'app.js': using('./lib/dep.js') },
      outcome: 'failed with exit code 1, waiting for lib/missing.js or a change in 3 files',
      fix: { 'lib/missing.js': FIXED },
      restart: '[autoreload] lib/missing.js created (imported by app.js > lib/dep.js), restarting',
    },
    // Fixed in the importing file.
    {
      files: { 'lib/dep.js': "import './other.js';\n" },
      outcome: 'failed with exit code 1, waiting for lib/other.js or a change in 3 files',
      fix: { 'lib/dep.js': FIXED },
      restart: '[autoreload] lib/dep.js changed (imported by app.js), restarting',
    },
    // In a folder that does not exist yet.
    {
      files: { 'app.js': using('./a/deep/er/missing.js') },
      outcome: 'failed with exit code 1, waiting for a/deep/er/missing.js or a change in 2 files',
      fix: { 'a/deep/er/missing.js': FIXED },
      restart: '[autoreload] a/deep/er/missing.js created (imported by app.js), restarting',
    },
    // By import(), after the start.
    {
      files: { 'app.js': "console.log('begin');\nawait import('./later.js');\n" },
      outcome: 'failed with exit code 1, waiting for later.js or a change in 2 files',
      fix: { 'later.js': RIGHT },
      restart: '[autoreload] later.js created (imported by app.js), restarting',
    },
  ]);
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
  await app.lines('right', / is up in /);
});

test('a missing `require` without extension', async () => {
  await breakAndFix(
    [
      {
        files: { 'app.js': requiring('./lib/missing') },
        outcome: 'failed with exit code 1, waiting for lib/missing or a change in 1 file',
        fix: { 'lib/missing.js': FIXED },
        restart: '[autoreload] lib/missing.js created (imported by app.js), restarting',
      },
      // Created as a folder.
      {
        files: { 'app.js': requiring('./missing') },
        outcome: 'failed with exit code 1, waiting for missing or a change in 2 files',
        fix: { 'missing/index.js': FIXED },
        restart: '[autoreload] missing/index.js created (imported by app.js), restarting',
      },
    ],
    CJS,
  );
});

test('a missing package, then installed', async () => {
  await breakAndFix([
    {
      files: { 'app.js': using('pkg') },
      outcome: 'failed with exit code 1, waiting for node_modules/pkg or a change in 1 file',
      fix: {
        'node_modules/pkg/package.json': '{"name":"pkg","type":"module","exports":"./lib/main.js"}',
        'node_modules/pkg/lib/main.js': FIXED,
      },
      restart: /^\[autoreload\] node_modules\/pkg\/package\.json created .*, restarting$/,
    },
    // With a scope.
    {
      files: { 'app.js': using('@scope/pkg/sub.js') },
      outcome: 'failed with exit code 1, waiting for node_modules/@scope/pkg or a change in 2 files',
      fix: {
        'node_modules/@scope/pkg/package.json': '{"name":"@scope/pkg","type":"module"}',
        'node_modules/@scope/pkg/sub.js': FIXED,
      },
      restart: / restarting$/,
    },
    // The dependency of a package, installed next to it.
    {
      files: {
        'node_modules/outer/package.json': '{"name":"outer","main":"main.js"}',
        'node_modules/outer/main.js': "require('inner');\n",
        'app.js': using('outer'),
      },
      outcome: 'failed with exit code 1, waiting for node_modules/inner or a change in 3 files',
      fix: { 'node_modules/inner/package.json': '{"name":"inner"}', 'node_modules/inner/index.js': FIXED },
      restart: / restarting$/,
    },
    // The dependency of a package, installed inside it.
    {
      files: {
        'node_modules/esm/package.json': '{"name":"esm","type":"module","exports":"./main.js"}',
        'node_modules/esm/main.js': "import 'within';\n",
        'app.js': using('esm'),
      },
      outcome: 'failed with exit code 1, waiting for node_modules/within or a change in 4 files',
      fix: {
        'node_modules/esm/node_modules/within/package.json': '{"name":"within","main":"main.js"}',
        'node_modules/esm/node_modules/within/main.js': FIXED,
      },
      restart: / restarting$/,
    },
  ]);
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
  await app.lines('right', / is up in /);
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
  await app.lines('right', / is up in /);
});

for (const [kind, type, load, main] of [
  ['package', 'module', using, '"type":"module","exports":"./dist/main.js"'],
  ['CommonJS package', 'commonjs', requiring, '"main":"./dist/main"'],
] as const) {
  test(`a missing ${kind} whose package.json is created long before its main file`, async () => {
    using project = new Project({ 'package.json': JSON.stringify({ type }), 'app.js': load('pkg') });
    await using app = run(project, 'app.js');
    await app.line(/failed with exit code 1, waiting for node_modules\/pkg or a change in 1 file$/);
    project.write('node_modules/pkg/package.json', `{"name":"pkg",${main}}`);
    await app.line(/restarting$/);
    await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for /);
    project.write('node_modules/pkg/dist/main.js', FIXED);
    await app.lines('right', / is up in /);
  });
}

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
    await app.lines('right', /is up in .* watching 1 file$/);
  });
}

test('a missing entry in a folder that does not exist yet, then created', async () => {
  using project = new Project({});
  await using app = run(project, 'dist/server/app.js');
  await app.line('[autoreload] dist/server/app.js failed with exit code 1, waiting for dist/server/app.js');
  project.write('dist/server/app.js', RIGHT);
  await app.line('[autoreload] dist/server/app.js created, restarting');
  await app.lines('right', / is up in /);
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
  await app.lines('right', / is up in /);
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
  await app.lines('right', / is up in /);
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
  await app.lines('right', / is up in /);
  assert.equal(app.transcript.count(/killing it/), 0);
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
  await app.lines('right', / is up in /);
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
  await app.lines('right', / is up in /);
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
