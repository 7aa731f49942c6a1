import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { optionFiles } from '../../../../src/supervisor/program/config-files.ts';
import { scopeFiles } from '../../../../src/supervisor/graph/package-scope.ts';

const CWD = resolve('/home/me/app');

test("the files that Node's options name are found, however they are written", () => {
  const options = [
    '--env-file',
    '.env',
    '--env-file=/etc/b.env',
    '--env-file-if-exists=.env',
    '--no-warnings',
  ];
  assert.deepEqual(optionFiles(options, CWD), [join(CWD, '.env'), resolve('/etc/b.env')]);
  assert.deepEqual(optionFiles(['--experimental-config-file=a.json'], CWD), [join(CWD, 'a.json')]);
  assert.deepEqual(optionFiles(['--experimental-default-config-file'], CWD), [join(CWD, 'node.config.json')]);
  assert.deepEqual(optionFiles(['--no-warnings'], CWD), []);
});

test('the package.json that decides is the nearest; those that would be nearer count as well', () => {
  const there = new Set([join(CWD, 'package.json')]);
  const exists = (path: string): boolean => there.has(path);
  const found = scopeFiles(join(CWD, 'src', 'lib', 'a.js'), CWD, exists);
  assert.deepEqual(
    found,
    [join('src', 'lib'), 'src', '.'].map((folder) => join(CWD, folder, 'package.json')),
  );
});

test('outside of the project only one that is there counts', () => {
  const there = new Set([resolve('/home/me/package.json')]);
  assert.deepEqual(
    scopeFiles(resolve('/home/me/other/a.js'), CWD, (path) => there.has(path)),
    [resolve('/home/me/package.json')],
  );
  assert.deepEqual(
    scopeFiles(resolve('/elsewhere/a.js'), CWD, () => false),
    [],
  );
});
