import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { ContentHash, hashBytes, stampFile } from '../../../src/shared/file-stamp.cts';
import { Project } from '../../helpers/project.ts';

test('a stamp has the times and the size of a file', () => {
  using project = new Project({ 'a.js': 'text' });
  const { mtimeMs, ctimeMs } = fs.statSync(project.path('a.js'));
  assert.deepEqual(stampFile(project.path('a.js')), { mtimeMs, ctimeMs, size: 4, hash: undefined });
});

test('a young file is hashed, an older file is not', () => {
  using project = new Project({ 'a.js': 'text' });
  const path = project.path('a.js');
  const at = 1_600_000_000.5;
  fs.utimesSync(path, at, at);
  const hashAfter = (ms: number): number | undefined => stampFile(path, at * 1000 + ms)?.hash;
  assert.equal(hashAfter(0), hashBytes(Buffer.from('text')));
  assert.equal(hashAfter(19), hashBytes(Buffer.from('text')));
  assert.equal(hashAfter(-5), hashBytes(Buffer.from('text')));
  assert.equal(hashAfter(21), undefined);
});

test('with time stamps in whole seconds, a file stays young for longer', () => {
  using project = new Project({ 'a.js': 'text' });
  const path = project.path('a.js');
  const at = 1_600_000_000;
  fs.utimesSync(path, at, at);
  assert.ok(stampFile(path, at * 1000 + 1999)?.hash);
  assert.equal(stampFile(path, at * 1000 + 2001)?.hash, undefined);
});

test('only files have a stamp', () => {
  using project = new Project({ 'a.js': '' });
  for (const path of ['missing.js', '.', 'a.js/b.js'])
    assert.equal(stampFile(project.path(path)), undefined, path);
});

test('different contents have different hashes', () => {
  const texts = [
    '',
    'a',
    'b',
    'ab',
    'ba',
    'a\n',
    ' a',
    '\0',
    '\0\0',
    'ä',
    'x'.repeat(100_000),
    `${'x'.repeat(99_999)}y`,
  ];
  const hashes = texts.map((text) => hashBytes(Buffer.from(text)));
  assert.equal(new Set(hashes).size, texts.length);
  assert.deepEqual(
    hashes,
    texts.map((text) => hashBytes(Buffer.from(text))),
  );
});

test('the parts of a content have the same hash as the whole', () => {
  const bytes = Buffer.from('0123456789abcdef!');
  const hash = new ContentHash(bytes.length);
  for (const [start, end] of [
    [0, 4],
    [4, 16],
    [16, 17],
  ])
    hash.add(bytes.subarray(start, end));
  assert.equal(hash.value, hashBytes(bytes));
});
