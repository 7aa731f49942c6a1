import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { ancestors } from '../../../../src/supervisor/util/paths.ts';
import {
  candidates,
  literalPaths,
  packageName,
} from '../../../../src/supervisor/graph/resolve-candidates.ts';
import type { Disk } from '../../../../src/supervisor/graph/resolve-candidates.ts';

const posix = { skip: sep !== '/' };
const PARENT = '/app/src/app.js';

/** A disk on which these paths exist, package.json files with this content. */
function diskWith(paths: Readonly<Record<string, object>> = {}): Disk {
  return { exists: (path) => path in paths, readPackage: (path) => paths[path] ?? {} };
}

test('a relative specifier: the file, with the extensions that are added, and the folder', posix, () => {
  const found = candidates('./lib/a', PARENT, diskWith());
  assert.equal(found[0], '/app/src/lib/a');
  for (const end of [
    '.js',
    '.json',
    '.node',
    '.mjs',
    '.cjs',
    '.ts',
    '.tsx',
    '/index.js',
    '/index.json',
    '/package.json',
  ]) {
    assert.ok(found.includes(`/app/src/lib/a${end}`), end);
  }
  assert.equal(new Set(found).size, found.length);
});

test('a .js that is missing may come as .ts', posix, () => {
  const found = candidates('../a.js', PARENT, diskWith());
  assert.ok(found.includes('/app/a.ts') && found.includes('/app/a.tsx'));
  assert.ok(candidates('./a.mjs', PARENT, diskWith()).includes('/app/src/a.mts'));
});

test('a URL is a path as well', posix, () => {
  assert.equal(candidates('file:///app/a%20b.js', PARENT, diskWith())[0], '/app/a b.js');
});

test('built-in modules, other schemes and private imports have none', () => {
  for (const specifier of [
    'node:fs',
    'data:text/javascript,1',
    'https://host/a.js',
    'blob:x',
    '#private',
    '',
  ]) {
    assert.deepEqual(candidates(specifier, PARENT, diskWith()), [], specifier);
  }
});

test('a package: in the node_modules of every folder above that may have one', posix, () => {
  const disk = diskWith({ '/app/package.json': {}, '/node_modules': {} });
  assert.deepEqual(candidates('pkg', PARENT, disk), [
    ...['package.json', 'index.js', 'index.json'].map((name) => `/app/node_modules/pkg/${name}`),
    ...['package.json', 'index.js', 'index.json'].map((name) => `/node_modules/pkg/${name}`),
  ]);
});

test('a package where no folder has a node_modules: next to the importing file', posix, () => {
  assert.equal(
    candidates('@scope/pkg/sub', PARENT, diskWith())[0],
    '/app/src/node_modules/@scope/pkg/package.json',
  );
});

test('a package that is there: the file that it does not have', posix, () => {
  const home = '/app/node_modules/pkg';
  const disk = diskWith({ '/app/node_modules': {}, [home]: {} });
  const found = candidates('pkg/lib/sub', PARENT, disk);
  assert.ok(found.includes(`${home}/lib/sub.js`));
  assert.ok(found.includes(`${home}/lib/sub/index.js`));
});

test('a package that is there: the files that its package.json names', posix, () => {
  const home = '/app/node_modules/pkg';
  const json = { main: './lib/main.js', exports: { '.': { import: './esm.js' }, './*': './any/*.js' } };
  const disk = diskWith({ '/app/node_modules': {}, [home]: {}, [`${home}/package.json`]: json });
  const found = candidates('pkg/sub', PARENT, disk);
  for (const name of ['lib/main.js', 'esm.js', 'any/sub.js', 'sub.js'])
    assert.ok(found.includes(`${home}/${name}`), name);
});

test('literal paths: a specifier as a path, and as a URL', posix, () => {
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

test('ancestors are the folders up to the root', posix, () => {
  assert.deepEqual(ancestors('/a/b/c.js'), ['/a/b', '/a', '/']);
});

test('the name of a package ends where its path begins', () => {
  assert.equal(packageName('pkg'), 'pkg');
  assert.equal(packageName('pkg/a/b'), 'pkg');
  assert.equal(packageName('@scope/pkg'), '@scope/pkg');
  assert.equal(packageName('@scope/pkg/a/b'), '@scope/pkg');
});
