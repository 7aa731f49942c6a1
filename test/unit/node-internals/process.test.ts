import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoadHookTransparent } from '../../../src/node-internals/process.cts';

test('the load hook records only on releases where it is invisible to the program', () => {
  const invisible = '24.16.0 24.21.0 24.22.3 26.0.0 26.10.0 26.12.1 27.0.0 28.3.1';
  for (const version of invisible.split(' ')) assert.equal(isLoadHookTransparent(version), true, version);
  const visible =
    '20.19.0 22.12.0 22.15.0 22.22.0 22.22.3 22.23.5 23.5.0 23.11.1 24.0.0 24.11.0 24.11.1 24.12.0 24.15.0 25.0.0 25.1.0 25.9.0';
  for (const version of visible.split(' ')) assert.equal(isLoadHookTransparent(version), false, version);
});

test('a pre-release counts as its release', () => {
  assert.equal(isLoadHookTransparent('27.0.0-nightly20261101abcdef'), true);
  assert.equal(isLoadHookTransparent('24.15.0-rc.1'), false);
});
