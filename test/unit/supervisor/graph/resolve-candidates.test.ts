import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import {
  literalPaths,
  missingFor,
  packageName,
} from '../../../../src/supervisor/graph/resolve-candidates.ts';
import { Project } from '../../../helpers/project.ts';

const posix = { skip: sep !== '/' && 'needs POSIX: Linux or macOS' };
const PARENT = '/app/src/app.js';

/** The candidates for an import in `src/app.js`, relative to the project. */
function candidatesIn(project: Project, specifier: string): string[] {
  return missingFor(specifier, project.path('src/app.js')).paths.map((path) =>
    path.startsWith(project.dir) ? path.slice(project.dir.length + 1).replaceAll(sep, '/') : path,
  );
}

function assertIncludes(found: readonly string[], ...paths: readonly string[]): void {
  for (const path of paths) assert.ok(found.includes(path), path);
}

test('a relative specifier has candidates with each extension, and in a folder', () => {
  using project = new Project({});
  const found = candidatesIn(project, './lib/a');
  assert.equal(found[0], 'src/lib/a');
  const ends = '.js .json .node .mjs .cjs .ts .tsx /index.js /index.json /package.json'.split(' ');
  assertIncludes(found, ...ends.map((end) => `src/lib/a${end}`));
  assert.equal(new Set(found).size, found.length);
});

test('a missing .js file may be created as .ts', () => {
  using project = new Project({});
  assertIncludes(candidatesIn(project, '../a.js'), 'a.ts', 'a.tsx');
  assertIncludes(candidatesIn(project, './a.mjs'), 'src/a.mts');
});

test('a file URL is a path', posix, () => {
  assert.equal(missingFor('file:///app/a%20b.js', PARENT).paths[0], '/app/a b.js');
});

test(
  'built-in modules, other schemes and private imports without a package.json have no candidates',
  posix,
  () => {
    const specifiers = ['node:fs', 'data:text/javascript,1', 'https://host/a.js', 'blob:x', '#private', ''];
    for (const specifier of specifiers)
      assert.deepEqual(missingFor(specifier, '/no-such-folder/src/app.js').paths, [], specifier);
  },
);

test('a private import has the package.json and its targets as candidates', () => {
  using project = new Project({ 'package.json': '{"imports":{"#db":{"default":"./src/db.js"}}}' });
  assertIncludes(candidatesIn(project, '#db'), 'package.json', 'src/db.js');
});

test('only the targets of the matching key count, with what its wildcard stands for', () => {
  const imports = {
    '#*': './src/*.js',
    '#a': './a.js',
    '#b/*.js': ['./b/*.ts', './c/*/*.js'],
    '#dep': 'dep/x',
  };
  using project = new Project({ 'package.json': JSON.stringify({ imports }) });
  const name = (specifier: string): string =>
    missingFor(specifier, project.path('src/app.js'))
      .name.slice(project.dir.length + 1)
      .replaceAll(sep, '/');
  assert.equal(name('#x/y'), 'src/x/y.js');
  assertIncludes(candidatesIn(project, '#a'), 'a.js', 'src/a.js');
  assertIncludes(candidatesIn(project, '#b/q.js'), 'b/q.ts', 'c/q/q.js', 'src/b/q.js.js');
  assertIncludes(candidatesIn(project, '#dep'), 'node_modules/dep/package.json');
  assert.ok(!candidatesIn(project, '#x').includes('a.js'));
});

test('a package may import itself by its name', () => {
  const json = { name: '@me/self', exports: { '.': './main.js', './d/*': { node: './gen/*.js' } } };
  using project = new Project({ 'package.json': JSON.stringify(json) });
  assertIncludes(candidatesIn(project, '@me/self'), 'main.js');
  assertIncludes(candidatesIn(project, '@me/self/d/x'), 'gen/x.js');
  assert.ok(!candidatesIn(project, '@me/other').includes('main.js'));
});

test('a path alias counts in a TypeScript module', () => {
  using project = new Project({
    'tsconfig.json':
      '{ /* comment */ "compilerOptions": { "paths": { "@/*": ["./lib/*"], "x": ["./x.ts"] } } }',
  });
  const paths = (specifier: string, parent: string): readonly string[] =>
    missingFor(specifier, project.path(parent)).paths;
  assertIncludes(paths('@/a', 'src/app.ts'), project.path('lib/a.ts'), project.path('lib/a/index.ts'));
  assertIncludes(paths('x', 'src/app.ts'), project.path('x.ts'));
  assert.ok(!paths('@/a', 'src/app.js').includes(project.path('lib/a.ts')));
});

test('a folder has its main file as a candidate, which comes first', () => {
  using project = new Project({ 'lib/package.json': '{"main":"dist/main"}' });
  const found = missingFor('../lib', project.path('src/app.js'));
  assert.equal(found.name, project.path('lib/dist/main'));
  assertIncludes(found.paths, project.path('lib/dist/main.js'), project.path('lib/index.js'));
});

test('NODE_PATH counts for packages', () => {
  using project = new Project({});
  const found = missingFor('later', project.path('app.js'), [project.path('lib')]).paths;
  assertIncludes(found, project.path('lib/later.js'), project.path('lib/later/index.js'));
});

test('a missing package has candidates in the node_modules of each folder above that may have one', () => {
  using project = new Project({ 'package.json': '{}', 'src/node_modules/other/index.js': '' });
  const names = ['package.json', 'index.js', 'index.json'];
  assert.deepEqual(candidatesIn(project, 'pkg').slice(0, 6), [
    ...names.map((name) => `src/node_modules/pkg/${name}`),
    ...names.map((name) => `node_modules/pkg/${name}`),
  ]);
});

test(
  'where no folder has node_modules or a package.json, a package is expected next to the importing file',
  posix,
  () => {
    const [first] = missingFor('@scope/pkg/sub', '/no-such-folder/src/app.js').paths;
    assert.equal(first, '/no-such-folder/src/node_modules/@scope/pkg/package.json');
  },
);

test('an installed package has candidates for the file that it lacks', () => {
  using project = new Project({ 'node_modules/pkg/readme.txt': '' });
  const found = candidatesIn(project, 'pkg/lib/sub');
  assertIncludes(found, 'node_modules/pkg/lib/sub.js', 'node_modules/pkg/lib/sub/index.js');
});

test('an installed package has candidates for the files that its package.json names', () => {
  const json = { main: './lib/main.js', exports: { '.': { import: './esm.js' }, './*': './any/*.js' } };
  using project = new Project({ 'node_modules/pkg/package.json': JSON.stringify(json) });
  const inPackage = (...names: string[]): string[] => names.map((name) => `node_modules/pkg/${name}`);
  assertIncludes(candidatesIn(project, 'pkg/sub'), ...inPackage('any/sub.js', 'sub.js'));
  assertIncludes(candidatesIn(project, 'pkg'), ...inPackage('lib/main.js', 'esm.js'));
});

test('a literal path is read as a path and as a URL', posix, () => {
  for (const [specifier, paths] of [
    ['./a.js', ['/app/src/a.js']],
    ['../a.js', ['/app/a.js']],
    ['/a.js', ['/a.js']],
    ['.', ['/app/src']],
    ['..', ['/app']],
    ['./a%20b.js?x#y', ['/app/src/a b.js', '/app/src/a%20b.js?x#y']],
    ['./100%.js', ['/app/src/100%.js']],
    ['file:///a%20b.js', ['/a b.js']],
    ['file://host/a.js', []],
    ['pkg', undefined],
    ['@scope/pkg', undefined],
    ['.hidden', undefined],
  ] as const) {
    assert.deepEqual(literalPaths(specifier, PARENT), paths, specifier);
  }
});

test('a package name ends where its subpath begins', () => {
  assert.equal(packageName('pkg'), 'pkg');
  assert.equal(packageName('pkg/a/b'), 'pkg');
  assert.equal(packageName('@scope/pkg'), '@scope/pkg');
  assert.equal(packageName('@scope/pkg/a/b'), '@scope/pkg');
});
