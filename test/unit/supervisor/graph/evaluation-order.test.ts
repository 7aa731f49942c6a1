import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModuleUrl } from '../../../../src/shared/module-url.ts';
import { firstPackages } from '../../../../src/supervisor/graph/evaluation-order.ts';

/** The imports of each module. A name in capitals is a package; one with a dot has the format that it names. */
type Program = Readonly<Record<string, readonly string[]>>;

const urlOf = (name: string): ModuleUrl =>
  (/^[A-Z]/.test(name) ? `file:///app/node_modules/${name}/index.js` : `file:///app/${name}`) as ModuleUrl;
const nameOf = (url: ModuleUrl): string => url.replace('/index.js', '').replace(/^.*\//, '');
const importsOf =
  (program: Program) =>
  (url: ModuleUrl): readonly string[] =>
    program[nameOf(url)] ?? [];

function first(program: Program): ModuleUrl[] {
  return firstPackages(urlOf('app'), {
    importsOf: importsOf(program),
    targetOf: (_from, specifier) => (specifier === 'unknown' ? undefined : urlOf(specifier)),
    formatOf: (url) => (/\./.test(nameOf(url)) ? nameOf(url).split('.')[1] : 'module'),
  });
}

const names = (program: Program): string => first(program).map(nameOf).join();

test('packages come first until a module of the user is evaluated', () => {
  assert.equal(names({ app: ['A', 'B'] }), 'A,B');
  assert.equal(names({ app: ['A', 'a', 'B'], a: ['C', 'A'] }), 'A,C');
  assert.equal(names({ app: ['a', 'A'], a: ['b', 'B'], b: ['C'] }), 'C');
  assert.equal(names({ app: ['a', 'A'], a: [] }), '');
});

test('built-in modules and JSON are no code of the user', () => {
  assert.equal(names({ app: ['node:http', 'fs', 'data.json', 'A'] }), 'A');
});

test('the walk ends where it is not certain what comes next', () => {
  assert.equal(names({ app: ['A', 'unknown', 'B'] }), 'A');
  assert.equal(names({ app: ['A', 'B.wasm', 'C'] }), 'A');
  assert.equal(names({ app: ['A', 'a', 'C'], a: ['B', 'app', 'D'] }), 'A,B');
});
