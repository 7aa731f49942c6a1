import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preloadOption, stripPreload } from '../../../src/shared/preload-option.cts';
import { split } from '../../../src/supervisor/program/node-options.ts';

const PATHS = [
  '/app/preload.cjs',
  '/with space/%20/ü#?/preload.cjs',
  '/with "quotes"/preload.cjs',
  "/it's/$HOME/p.cjs",
];

test('Node reads the option as one word that requires the path', () => {
  for (const path of PATHS) {
    assert.deepEqual(split(`${preloadOption(path)} --other`), [`--require=${path}`, '--other']);
  }
});

test('a Windows path is written with slashes', () => {
  assert.equal(
    preloadOption(String.raw`C:\Program Files\preload.cjs`),
    '--require="C:/Program Files/preload.cjs"',
  );
});

test('stripping restores the original options byte for byte', () => {
  for (const path of PATHS) {
    for (const inherited of ['--no-warnings', '--title="a b"  --x ', '  two spaces', '']) {
      assert.deepEqual(stripPreload(`${preloadOption(path)} ${inherited}`, path), { inherited });
    }
    assert.deepEqual(stripPreload(preloadOption(path), path), { inherited: undefined });
  }
});

test('without our option in front, nothing is stripped', () => {
  const path = '/app/preload.cjs';
  for (const options of [
    '',
    '--no-warnings',
    `--no-warnings ${preloadOption(path)}`,
    preloadOption('/other.cjs'),
  ]) {
    assert.equal(stripPreload(options, path), undefined, options);
  }
});
