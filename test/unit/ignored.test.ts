import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { GitRules, Ignored, isUsuallyIgnored } from '../../src/supervisor/ignored.ts';
import { Project } from '../helpers/project.ts';

const CWD = '/home/me/app';

for (const [pattern, ignored, counts] of [
  ['dist', ['dist/a.js', 'sub/dist/a.js', '../other/dist/a.js'], ['distant.js', '../dist.js']],
  ['dist/', ['dist/a.js'], ['dist']],
  ['/dist', ['dist/a.js'], ['sub/dist/a.js']],
  ['./dist', ['dist/a.js'], ['sub/dist/a.js']],
  ['*.log', ['a.log', 'sub/deep/a.log', '../other/a.log'], ['a.log.js']],
  ['src/**/*.snap', ['src/a/b.snap'], ['other/a.snap']],
  ['../shared/gen', ['../shared/gen/a.js'], ['shared/gen/a.js']],
  [join(CWD, 'gen'), ['gen/a.js'], ['sub/gen/a.js']],
  ['home', ['home/a.js'], ['a.js', '../other/a.js']],
  ['.', ['a.js', 'sub/a.js'], ['../a.js']],
] as const) {
  test(`--ignore ${pattern}`, { skip: process.platform === 'win32' }, () => {
    const set = new Ignored([pattern], CWD);
    for (const path of ignored) assert.ok(set.has(join(CWD, path)), path);
    for (const path of counts) assert.ok(!set.has(join(CWD, path)), path);
  });
}

test('a later pattern may bring back what an earlier one takes', () => {
  const set = new Ignored(['*.log', '!keep.log'], CWD);
  assert.ok(set.has(join(CWD, 'a.log')));
  assert.ok(!set.has(join(CWD, 'keep.log')));
});

test('folders and files of tools and editors are usually ignored', () => {
  for (const name of ['.git', 'node_modules', '.venv', 'a.txt~', '.#a', '.a.swp', 'a.pyc', '4913'])
    assert.ok(isUsuallyIgnored(name), name);
  for (const name of ['a.txt', '.env', '.github', 'git', 'tests', 'a.swift'])
    assert.ok(!isUsuallyIgnored(name), name);
});

test('the nearest rules decide, and those that would ignore the folder itself say nothing', () => {
  using project = new Project({
    '.git/info/exclude': 'mine.txt\n',
    '.gitignore': 'dist\n*.log\nsub/*\n!sub/in\n',
    'sub/.gitignore': '!keep.log\n!back\n',
    'sub/in/a.txt': '',
    'sub/back/a.txt': '',
    'dist/a.txt': '',
  });
  const ignores = (path: string): boolean => {
    const folder = project.path(dirname(path));
    return GitRules.of(folder, project.dir).ignores(path.slice(path.lastIndexOf('/') + 1), false);
  };
  for (const path of ['./a.log', './mine.txt', 'sub/a.txt', 'sub/in/a.log', './dist'])
    assert.ok(ignores(path), path);
  for (const path of ['./a.txt', 'sub/keep.log', 'sub/in/a.txt', 'sub/back/a.txt', 'dist/a.txt'])
    assert.ok(!ignores(path), path);
  const rules = GitRules.of(project.dir, project.dir);
  assert.ok(rules.in('sub').in('in').ignores('a.log', false));
});
