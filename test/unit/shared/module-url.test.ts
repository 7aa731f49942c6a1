import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPath, toModuleUrl, toPath } from '../../../src/shared/module-url.ts';

test('a URL with a query or a fragment names the same file', () => {
  for (const url of [
    'file:///app/a.js',
    'file:///app/a.js?v=1',
    'file:///app/a.js#x',
    'file:///app/a.js?v=1#x?y',
  ]) {
    assert.equal(toModuleUrl(url), 'file:///app/a.js');
  }
});

test('other URLs are not modules', () => {
  for (const url of ['node:fs', 'data:text/javascript,1', 'https://host/a.js', '', './a.js', '/app/a.js']) {
    assert.equal(toModuleUrl(url), undefined, url);
  }
});

test(
  'conversion to a URL and back preserves a path with unusual characters',
  { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' },
  () => {
    for (const path of [
      '/app/a.js',
      '/with space/%20.js',
      '/a#b?c.js',
      '/ü/é日.js',
      '/back\\slash.js',
      '/it\'s "x".js',
    ]) {
      const url = fromPath(path);
      assert.equal(toPath(url), path);
      assert.equal(toModuleUrl(url), url);
    }
  },
);
