import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unresolved } from '../../../../src/supervisor/graph/unresolved.ts';

const looked = (specifier: string): { parent: string; specifier: string } => ({
  parent: 'file:///app.js',
  specifier,
});

test('what was missed is named until it is found', () => {
  const misses = new Unresolved();
  assert.equal(misses.name, undefined);
  misses.add(looked('./a.js'), '/a.js', false);
  assert.equal(misses.name, '/a.js');
  misses.onResolved(looked('./a.js'));
  assert.equal(misses.name, undefined);
});

test('what a package can do without is forgotten when something is found after it', () => {
  const misses = new Unresolved();
  misses.add(looked('optional'), 'optional', true);
  misses.onResolved(looked('./b.js'));
  assert.equal(misses.name, undefined);
});

test('a new run begins with none', () => {
  const misses = new Unresolved();
  misses.add(looked('./a.js'), '/a.js', false);
  misses.clear();
  assert.equal(misses.name, undefined);
});
