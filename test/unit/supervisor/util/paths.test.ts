import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { ancestors, isInside } from '../../../../src/supervisor/util/paths.ts';

const posix = { skip: sep !== '/' && 'needs POSIX: Linux or macOS' };

test('ancestors are the folders up to the root', posix, () => {
  assert.deepEqual(ancestors('/a/b/c.js'), ['/a/b', '/a', '/']);
});

test('a path is inside the folders above it, and only those', posix, () => {
  for (const folder of ['/', '/a', '/a/']) assert.equal(isInside('/a/b.js', folder), true, folder);
  for (const folder of ['/a/b', '/a/b.js', '/b']) assert.equal(isInside('/a/b.js', folder), false, folder);
});
