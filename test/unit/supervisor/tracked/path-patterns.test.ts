import assert from 'node:assert/strict';
import os from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { patternOf, problemOf, problemOfAll } from '../../../../src/supervisor/tracked/path-patterns.ts';
import { Project } from '../../../helpers/project.ts';

const CWD = join(os.tmpdir(), 'nowhere');

for (const [text, base, depth] of [
  ['src', 'src', Infinity],
  ['src/', 'src', Infinity],
  ['./a.txt', 'a.txt', Infinity],
  ['a+b (copy).txt', 'a+b (copy).txt', Infinity],
  ['*.html', '.', 0],
  ['src/*.html', 'src', 0],
  ['src/*/a/*.html', 'src', 2],
  ['src/**/*.html', 'src', Infinity],
  ['{a,b/c}/*.js', '.', 2],
  ['../shared/*.md', '../shared', 0],
] as const) {
  test(`${text} begins in ${base}`, () => {
    const pattern = patternOf(text, CWD);
    assert.deepEqual([pattern.base, pattern.depth], [join(CWD, base), depth]);
  });
}

for (const [text, path, expected] of [
  ['src/**/*.html', 'src/a.html', true],
  ['src/**/*.html', 'src/a/b.html', true],
  ['src/**/*.html', 'src/.a/b.html', false],
  ['src/**/.*', 'src/a/.b', true],
  ['*.{js,ts}', 'a.ts', true],
  ['*.{js,ts}', 'a/a.ts', false],
  ['app/[id]/page.html', 'app/[id]/page.html', true],
  ['app/[id]/page.html', 'app/i/page.html', true],
  ['!(a).js', 'b.js', true],
  ['v/!*.js', 'v/b.js', false],
  ['v/!*.js', 'v/!b.js', true],
  ['file{9..11}.js', 'file10.js', true],
  ['file{9..11}.js', 'file12.js', false],
  ['file{08..11}.js', 'file09.js', true],
  ['file{0..10..5}.js', 'file5.js', true],
  ['file{0..10..5}.js', 'file6.js', false],
  ['{a..c}.js', 'b.js', true],
  ['{a..c}.js', 'd.js', false],
] as const) {
  test(`${text} ${expected ? 'matches' : 'does not match'} ${path}`, () => {
    assert.equal(patternOf(text, CWD).matches?.(join(CWD, path)), expected);
  });
}

test('an existing path is a path, whatever its characters, and so is the beginning of a glob', () => {
  using project = new Project({ 'app/[id]/page.html': '' });
  assert.equal(patternOf('app/[id]/page.html', project.dir).matches, undefined);
  assert.equal(patternOf('app/[id]', project.dir).matches, undefined);
  assert.equal(patternOf('app/[id]/*.html', project.dir).base, project.path('app/[id]'));
});

test('reports a text that stands for nothing, or for far more than a program', () => {
  const isReported = (text: string, cwd = CWD): boolean => problemOf(text, cwd, '--watch') !== undefined;
  for (const text of ['a{1..100000}.js', '', ' ', '/', '/**', '!a.js', os.homedir(), '../**'])
    assert.ok(isReported(text, join(os.homedir(), 'a')), text);
  assert.ok(isReported('.', os.homedir()));
  assert.equal(
    problemOfAll(os.homedir(), 'x: ', 'y')?.message,
    'x: everything in your home folder would be watched. Name a folder: y',
  );
  assert.equal(problemOfAll(join(os.homedir(), 'a'), '', ''), undefined);
  for (const text of ['.', 'src', '/*.txt', '!(a).js', '..']) assert.ok(!isReported(text), text);
});
