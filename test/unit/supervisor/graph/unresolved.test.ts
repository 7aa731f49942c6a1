import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unresolved } from '../../../../src/supervisor/graph/unresolved.ts';

const importOf = (specifier: string): { parent: string; specifier: string } => ({
  parent: 'file:///app.js',
  specifier,
});

test('a missed import is named until it resolves', () => {
  const misses = new Unresolved();
  assert.equal(misses.name, undefined);
  misses.add(importOf('./a.js'), '/a.js', false);
  assert.equal(misses.name, '/a.js');
  misses.onResolved(importOf('./a.js'));
  assert.equal(misses.name, undefined);
});

test('an optional dependency of a package is forgotten when a later import resolves', () => {
  const misses = new Unresolved();
  misses.add(importOf('optional'), 'optional', true);
  misses.onResolved(importOf('./b.js'));
  assert.equal(misses.name, undefined);
});
