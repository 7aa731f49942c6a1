import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isTypeScriptLoader,
  nearestTsconfig,
  tsconfigFiles,
} from '../../../../src/supervisor/graph/tsconfig.ts';
import { Project } from '../../../helpers/project.ts';

function never(path: string): never {
  throw new Error(`${path} is broken`);
}

test('a tsconfig.json and all files that it extends are found, with comments and trailing commas', () => {
  using project = new Project({
    'tsconfig.json': '{ // comment\n "extends": ["./base", "@scope/config/strict.json", "whole"], }',
    'base.json': '{ "extends": "./deep/tsconfig.json" }',
    'deep/tsconfig.json': '{ "extends": "../base.json" }',
    'node_modules/@scope/config/strict.json': '{}',
    'node_modules/whole/tsconfig.json': '{}',
  });
  const found = [...tsconfigFiles(project.path('tsconfig.json'), never).keys()];
  const names = [
    'tsconfig.json',
    'base.json',
    'node_modules/@scope/config/strict.json',
    'node_modules/whole/tsconfig.json',
    'deep/tsconfig.json',
  ];
  assert.deepEqual(
    found,
    names.map((name) => project.path(name)),
  );
});

test('a missing file counts, an invalid file is reported', () => {
  using project = new Project({ 'tsconfig.json': '{ "extends": ["./missing.json", "no-package"] ' });
  const broken: string[] = [];
  const found = tsconfigFiles(project.path('tsconfig.json'), (path) => broken.push(path));
  assert.deepEqual([...found.keys()], [project.path('tsconfig.json'), project.path('missing.json')]);
  assert.deepEqual(broken, [project.path('tsconfig.json')]);
});

test('the nearest tsconfig.json is the first above a module', () => {
  using project = new Project({
    'tsconfig.json': '{}',
    'a/tsconfig.json': '{}',
    'a/b/c.ts': '',
    'd/e.ts': '',
  });
  assert.equal(nearestTsconfig(project.path('a/b/c.ts')), project.path('a/tsconfig.json'));
  assert.equal(nearestTsconfig(project.path('d/e.ts')), project.path('tsconfig.json'));
});

test('TypeScript loaders are recognised by their package', () => {
  for (const name of [
    'tsx/dist/a.mjs',
    'ts-node/dist/index.js',
    '@swc-node/register/esm.mjs',
    '@oxc-node/core/index.js',
  ])
    assert.equal(isTypeScriptLoader(`/app/node_modules/${name}`), true, name);
  for (const name of ['/app/tsx/a.js', '/app/node_modules/tsx-like/a.js'])
    assert.equal(isTypeScriptLoader(name), false);
});
