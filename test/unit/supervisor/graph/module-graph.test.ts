import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModuleUrl } from '../../../../src/shared/module-url.ts';
import { ModuleGraph } from '../../../../src/supervisor/graph/module-graph.ts';

const url = (name: string): ModuleUrl => `file:///${name}` as ModuleUrl;

/** A graph from edges: `'a b'` means that a imports b, `'a'` that Node itself loads a. */
function graphOf(...edges: readonly string[]): ModuleGraph {
  const graph = new ModuleGraph();
  for (const edge of edges) {
    const [from = '', to] = edge.split(' ');
    const [first, second] = to === undefined ? [undefined, from] : [url(from), to];
    graph.add({ from: first, to: url(second), reason: 'import', specifier: `./${second}` });
  }
  return graph;
}

function chain(graph: ModuleGraph, name: string): string {
  return graph
    .chain(url(name))
    .map((module) => module.slice('file:///'.length))
    .join(' > ');
}

test('the chain leads from the entry to the file', () => {
  const graph = graphOf('app', 'app a', 'a b', 'b c');
  assert.equal(chain(graph, 'c'), 'app > a > b > c');
  assert.equal(chain(graph, 'a'), 'app > a');
});

test('the chain of the entry is the entry alone', () => {
  assert.equal(chain(graphOf('app', 'app a'), 'app'), 'app');
});

test('the shortest of several chains is found, in any order of the edges', () => {
  const edges = ['app', 'app a', 'a b', 'b c', 'app d', 'd c'];
  assert.equal(chain(graphOf(...edges), 'c'), 'app > d > c');
  assert.equal(chain(graphOf(...edges.toReversed()), 'c'), 'app > d > c');
});

test('a cycle does not make the search endless', () => {
  const graph = graphOf('app', 'app a', 'a b', 'b a', 'b b');
  assert.equal(chain(graph, 'b'), 'app > a > b');
  assert.equal(chain(graph, 'a'), 'app > a');
});

test('the chain of an entry that another module imports is still the entry alone', () => {
  assert.equal(chain(graphOf('app', 'app a', 'a app'), 'app'), 'app');
});

test('an import chain can begin at a preload', () => {
  assert.equal(chain(graphOf('preload', 'preload x', 'app', 'app a', 'a x'), 'x'), 'preload > x');
});

test('a file without a known chain is alone', () => {
  const graph = graphOf('app', 'worker w', 'w worker');
  assert.equal(chain(graph, 'other'), 'other');
  assert.equal(chain(graph, 'w'), 'w');
});

test('a chain of ten thousand modules is found', () => {
  const graph = graphOf('0', ...Array.from({ length: 10_000 }, (_, i) => `${i} ${i + 1}`));
  assert.equal(graph.chain(url('10000')).length, 10_001);
});

test('every edge has its reason and its specifier', () => {
  const graph = graphOf('app', 'app a');
  graph.add({ from: url('app'), to: url('logo.svg'), reason: 'asset', specifier: './logo.svg' });
  assert.deepEqual(
    [...graph.edges()],
    [
      { from: undefined, to: url('app'), reason: 'import', specifier: './app' },
      { from: url('app'), to: url('a'), reason: 'import', specifier: './a' },
      { from: url('app'), to: url('logo.svg'), reason: 'asset', specifier: './logo.svg' },
    ].map((edge) => ({ ...edge, format: undefined })),
  );
  assert.equal(graph.specifier(url('app'), url('a')), './a');
  assert.equal(graph.has(url('logo.svg'), 'asset'), true);
  assert.equal(graph.has(url('logo.svg'), 'import'), false);
});

test('an import replaces a miss, and a miss does not replace an import', () => {
  const graph = graphOf('app');
  for (const reason of ['miss', 'import', 'miss'] as const)
    graph.add({ from: url('app'), to: url('a'), reason, specifier: './a' });
  assert.equal(graph.has(url('a'), 'import'), true);
  assert.equal(graph.has(url('a'), 'miss'), false);
});

test('modules that depend on an edited one are not independent, in cycles and through assets neither', () => {
  const graph = graphOf('app', 'app a', 'app b', 'a c', 'c a', 'b d', 'b old');
  graph.add({ from: url('d'), to: url('page'), reason: 'asset', specifier: './page' });
  for (const name of ['app', 'a', 'b', 'c', 'd']) graph.loaded(url(name), 'module');
  graph.loaded(url('old'), 'commonjs');
  const independent = (...edited: readonly string[]): string =>
    graph.independent(edited.map(url)).join(' ').replaceAll('file:///', '');
  assert.equal(independent(), 'app a b c d old');
  assert.equal(independent('d'), 'a c old');
  assert.equal(independent('c'), 'b d old');
  // An asset is read anew by each run.
  assert.equal(independent('page', 'unknown'), 'app a b c d old');
});

test('only ES modules, and what they import, can be linked', () => {
  const graph = graphOf('app', 'app a', 'a b');
  graph.loaded(url('app'), 'module');
  for (const name of ['a', 'b']) graph.loaded(url(name), 'commonjs');
  assert.deepEqual(graph.independent([]), [url('app'), url('a')]);
  assert.equal(graph.isEsModule(url('app')), true);
  assert.equal(graph.isEsModule(url('a')), false);
});

test('a module that was only resolved is an import once it is loaded', () => {
  const graph = graphOf('app');
  const reasons = (): string[] =>
    [...graph.edges()].map(({ to, reason, format }) => `${to} ${reason} ${format ?? '-'}`);
  graph.add({ from: url('app'), to: url('a'), reason: 'resolved', specifier: './a' });
  assert.deepEqual(reasons(), ['file:///app import -', 'file:///a resolved -']);
  graph.loaded(url('a'), 'commonjs');
  graph.add({ from: url('b'), to: url('a'), reason: 'resolved', specifier: './a' });
  assert.deepEqual(reasons(), [
    'file:///app import -',
    'file:///a import commonjs',
    'file:///a import commonjs',
  ]);
});
