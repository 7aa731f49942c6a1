import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import {
  optionFiles,
  optionValues,
  split,
  withoutImport,
  withoutImportArgs,
} from '../../../../src/supervisor/program/node-options.ts';

const FOLDER = resolve('/home/me/app');

const isOurs = (specifier: string): boolean => specifier === 'autoreload/register';

test('split handles spaces, quotes and escapes as Node does', () => {
  for (const [text, values] of [
    ['', []],
    ['   ', []],
    ['--a', ['--a']],
    ['  --a   b  ', ['--a', 'b']],
    ['--title="a b"', ['--title=a b']],
    ['"--title=a b" c', ['--title=a b', 'c']],
    [String.raw`--title="a \"b\" \\ c"`, [String.raw`--title=a "b" \ c`]],
    [String.raw`--require=C:\x`, [String.raw`--require=C:\x`]],
    ['""', ['']],
    ['"a"b"c d"', ['abc d']],
    ['--title="open', ['--title=open']],
    ['"open\\', ['open']],
  ] as const) {
    assert.deepEqual(split(text), values, text);
  }
});

test('our import is removed, the rest stays byte for byte', () => {
  for (const [text, rest] of [
    ['--import autoreload/register', ''],
    ['--import=autoreload/register', ''],
    ['--import "autoreload/register"', ''],
    ['"--import" autoreload/register', ''],
    ['--import  autoreload/register  --a', '--a'],
    ['--a  --import autoreload/register  --b', '--a  --b'],
    ['--a --import autoreload/register', '--a'],
    ['--import autoreload/register --a --import=autoreload/register', '--a'],
    ['--title="a \\"b\\""  --import autoreload/register', '--title="a \\"b\\""'],
  ] as const) {
    assert.equal(withoutImport(text, isOurs), rest, text);
  }
});

test('a value without our import is unchanged', () => {
  for (const text of [
    '',
    ' ',
    '  --a ',
    '--import other',
    '--import=autoreload/register/x',
    '--import',
    '--title=--import autoreload/register-x',
  ]) {
    assert.equal(withoutImport(text, isOurs), text);
  }
});

test('our import is removed from execArgv', () => {
  assert.deepEqual(
    withoutImportArgs(
      ['--a', '--import', 'autoreload/register', '--import=other', '--import=autoreload/register'],
      isOurs,
    ),
    ['--a', '--import=other'],
  );
  assert.deepEqual(withoutImportArgs(['--import', 'other'], isOurs), ['--import', 'other']);
});

test('option values are found in order, in both forms', () => {
  const args = [
    '--env-file',
    'a',
    '--other',
    '--env-file=b',
    '--env-file=',
    '--env-file-if-exists=c',
    '--env-file',
  ];
  assert.deepEqual(optionValues(args, '--env-file'), ['a', 'b', '']);
  assert.deepEqual(optionValues(args, '--env-file-if-exists', '--env-file'), ['a', 'b', '', 'c']);
});

test('files in Node options are found in every notation', () => {
  const options = [
    '--env-file',
    '.env',
    '--env-file=/etc/b.env',
    '--env-file-if-exists=.env',
    '--no-warnings',
  ];
  assert.deepEqual(optionFiles(options, FOLDER), [join(FOLDER, '.env'), resolve('/etc/b.env')]);
  assert.deepEqual(optionFiles(['--experimental-config-file=a.json'], FOLDER), [join(FOLDER, 'a.json')]);
  assert.deepEqual(optionFiles(['--experimental-default-config-file'], FOLDER), [
    join(FOLDER, 'node.config.json'),
  ]);
  assert.deepEqual(optionFiles(['--no-warnings'], FOLDER), []);
});
