// A missing file that the program reaches through something else (package.json, tsconfig.json, NODE_PATH, a folder) restarts it when it
// is created.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { RunOptions } from '../../helpers/autoreload.ts';
import { usePackages } from '../../helpers/packages.ts';
import { Project, ROOT } from '../../helpers/project.ts';

interface Case {
  readonly what: string;
  /** The content of package.json. */
  readonly json: object;
  readonly app: readonly [path: string, source: string];
  /** The file that is created. Its folder exists. */
  readonly path: string;
  readonly source: string;
  /** What the line says that the program waits for; default: the file. */
  readonly name?: string;
  readonly options?: RunOptions;
}

const ESM = 'export const v = 1;\n';
const COMMON = 'exports.v = 1;\n';

const cases: readonly Case[] = [
  {
    what: 'imports with a wildcard',
    json: { imports: { '#*': './src/*.mjs' } },
    app: ['app.mjs', "import { v } from '#db';\nconsole.log('v', v);\n"],
    path: 'src/db.mjs',
    source: ESM,
  },
  {
    what: 'imports with a wildcard, required',
    json: { imports: { '#src/*': { default: './src/*.cjs' } } },
    app: ['app.cjs', "console.log('v', require('#src/a/db').v);\n"],
    path: 'src/a/db.cjs',
    source: COMMON,
  },
  {
    what: 'imports that lead to a package',
    json: { imports: { '#b': 'dep' } },
    app: ['app.cjs', "console.log('v', require('#b').v);\n"],
    path: 'node_modules/dep/index.js',
    source: COMMON,
  },
  {
    what: 'exports of the package itself',
    json: { name: 'me', exports: { './d': { import: './gen/d.mjs' } } },
    app: ['app.mjs', "import { v } from 'me/d';\nconsole.log('v', v);\n"],
    path: 'gen/d.mjs',
    source: ESM,
  },
  {
    what: 'exports of the package itself with a wildcard, required',
    json: { name: '@my/self', exports: { './*': './gen/*.cjs' } },
    app: ['app.cjs', "console.log('v', require('@my/self/d').v);\n"],
    path: 'gen/d.cjs',
    source: COMMON,
  },
  {
    what: 'a subpath of an installed package',
    json: {},
    app: ['app.cjs', "console.log('v', require('pkg/lib/sub').v);\n"],
    path: 'node_modules/pkg/lib/sub.js',
    source: COMMON,
    name: 'node_modules/pkg/lib/sub',
  },
  {
    what: 'NODE_PATH',
    json: {},
    app: ['app.cjs', "console.log('v', require('later').v);\n"],
    path: 'lib/later.js',
    source: COMMON,
    name: 'node_modules/later',
    options: { env: { NODE_PATH: './lib' } },
  },
];

for (const { what, json, app: entry, path, source, name = path, options } of cases) {
  test(`a missing file that is reached through ${what}`, async () => {
    const [file, text] = entry;
    using project = new Project({ 'package.json': JSON.stringify(json), [file]: text });
    project.write(`${path}.txt`, '');
    await using app = run(project, file, options);
    await app.line(`[autoreload] ${file} failed with exit code 1, waiting for ${name} or a change in 1 file`);
    project.write(path, source);
    await app.lines(`[autoreload] ${path} created (imported by ${file}), restarting`, 'v 1');
    await app.line(`[autoreload] ${file} completed, waiting for a change in 2 files`);
  });
}

test('a missing file that is reached through a path alias of tsconfig.json', async () => {
  using project = new Project({
    'tsconfig.json': '{ "extends": "./base.json" }',
    'base.json': '{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["./src/*"] } } }',
    'app.ts': "import { v } from '@/db';\nconsole.log('v', v);\n",
    'src/other.ts': '',
  });
  usePackages(project, 'tsx');
  const execArgv = ['--import', 'autoreload/register', '--import', 'tsx'];
  await using app = run(project, 'app.ts', { execArgv });
  await app.line(/^\[autoreload\] app\.ts failed with exit code 1, waiting for src\/db or /);
  project.write('src/db.ts', ESM);
  await app.lines(/^\[autoreload\] src\/db\.ts created.*, restarting/, 'v 1');
});

test('a folder whose package.json names a main file that a build creates later', async () => {
  const json = '{ "main": "dist/main.js" }';
  using project = new Project({ 'package.json': json });
  await using app = run(project, '.', { execArgv: [`${ROOT}/dist/cli.js`] });
  await app.line(/ failed with exit code 1, waiting for dist\/main\.js or a change in 1 file$/);
  project.write('dist/main.js', "console.log('v', require('../lib').v);\n");
  await app.lines('[autoreload] dist/main.js created, restarting', /waiting for lib or /);
  project.write('lib/package.json', json);
  await app.lines('[autoreload] lib/package.json created (imported by dist/main.js), restarting');
  await app.line(/waiting for lib\/dist\/main\.js or /);
  project.write('lib/dist/main.js', COMMON);
  await app.lines(/^\[autoreload\] lib\/dist\/main\.js created .*, restarting/, 'v 1');
});

test('a file that an error names restarts when it is created or saved, but not because the program wrote it', async () => {
  const source = `
import fs from 'node:fs';
fs.writeFileSync('written.js', String(Date.now()));
const names = ['gone.json', 'there.txt', 'written.js'].map((name) => fs.realpathSync('.') + '/' + name);
throw new Error(names.map((name) => \`'\${name}'\`).join());
`;
  using project = new Project({ 'app.js': source, 'there.txt': 'one' });
  await using app = run(project, 'app.js');
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for a change in /);
  project.write('there.txt', 'two');
  await app.lines('[autoreload] there.txt changed, restarting', /waiting for a change in /);
  project.write('gone.json', '{}');
  await app.lines('[autoreload] gone.json created, restarting', /waiting for a change in /);
  assert.equal(app.restarts, 2);
  fs.rmSync(project.path('written.js'));
});

test('a path that a loader tried in vain is not what a program with another error waits for', async () => {
  const hooks = `
export async function resolve(specifier, context, next) {
  if (specifier !== 'pkg') return await next(specifier, context);
  return await next('./nowhere/pkg.js', context).catch(() => next(specifier, context));
}
`;
  using project = new Project({
    'hooks.mjs': hooks,
    'register.mjs': "import { register } from 'node:module';\nregister('./hooks.mjs', import.meta.url);\n",
    'app.js': "import 'pkg';\nimport './leaf.js';\n",
    'leaf.js': 'export const = 1;\n',
    'node_modules/pkg/index.js': '',
  });
  const execArgv = ['--import', 'autoreload/register', '--import', './register.mjs'];
  await using app = run(project, 'app.js', { execArgv });
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for a change in \d files$/);
  project.write('leaf.js', "console.log('right');\n");
  await app.lines('[autoreload] leaf.js changed (imported by app.js), restarting', 'right');
});
