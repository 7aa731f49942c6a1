import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { namedIn } from '../../../../src/supervisor/graph/error-paths.ts';

const posix = { skip: sep !== '/' && 'needs POSIX: Linux or macOS' };

test('an error names files by position, in quotes and by URL', posix, () => {
  for (const [text, files] of [
    ["main.ts(1,20): error TS2307: Cannot find module 'x'.", ['/app/main.ts']],
    ['src/a.ts:3:1 - error TS1005', ['/app/src/a.ts']],
    ['    at run (/app/lib/b.js:3:1)\n    at file:///app/c%20d.mjs:1', ['/app/lib/b.js', '/app/c d.mjs']],
    ["Cannot find module '/app/with space/db' imported from /app/a.js", ['/app/with space/db']],
    ["Cannot find module '/app/dist/main.js'. Please verify", ['/app/dist/main.js']],
    ["ENOENT: no such file or directory, open '/app/conf.json'", ['/app/conf.json']],
    ['Could not load `src/plugin.ts`', ['/app/src/plugin.ts']],
    ['Cannot find package \'express\' in "/app/node_modules/x/a.js"', []],
    ['at node:internal/modules/cjs/loader:499:1, at localhost:3000, 12:30', []],
    ["TypeError: Cannot read 'a.b' of undefined", []],
  ] as const) {
    const { places, quoted } = namedIn(text, '/app');
    assert.deepEqual([...places, ...quoted], files, text);
  }
});

test('a relative import in quotes is a specifier', () => {
  const { relative } = namedIn("src/main.ts(1,20): error TS2307: Cannot find module './gone'.", '/app');
  assert.deepEqual(relative, ['./gone']);
});
