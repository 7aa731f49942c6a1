import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { GitIgnore, isUsuallyIgnored } from '../../../../src/supervisor/tracked/git-ignore.ts';
import { ignoredBy } from '../../../../src/supervisor/tracked/ignore-option.ts';
import { Project } from '../../../helpers/project.ts';

const CWD = '/home/me/app';

for (const [pattern, ignored, counts] of [
  ['dist', ['dist/a.js', 'sub/dist/a.js', '../other/dist/a.js'], ['distant.js', '../dist.js']],
  ['dist/', ['dist/a.js'], ['dist']],
  ['/dist', ['dist/a.js'], ['sub/dist/a.js']],
  ['./dist', ['dist/a.js'], ['sub/dist/a.js']],
  ['*.log', ['a.log', 'sub/deep/a.log', '../other/a.log'], ['a.log.js']],
  ['**/*.log', ['a.log', 'sub/deep/a.log', '../other/a.log'], ['a.log.js']],
  ['src/**/*.snap', ['src/a/b.snap'], ['other/a.snap']],
  ['../shared/gen', ['../shared/gen/a.js'], ['shared/gen/a.js']],
  [join(CWD, 'gen'), ['gen/a.js'], ['sub/gen/a.js']],
  ['home', ['home/a.js'], ['a.js', '../other/a.js']],
  ['.', ['a.js', 'sub/a.js'], ['../a.js']],
] as const) {
  test(`--ignore ${pattern}`, { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' }, () => {
    const isIgnored = ignoredBy([pattern], CWD);
    for (const path of ignored) assert.ok(isIgnored(join(CWD, path)), path);
    for (const path of counts) assert.ok(!isIgnored(join(CWD, path)), path);
  });
}

test('a later pattern may bring back a file that an earlier one ignores', () => {
  const isIgnored = ignoredBy(['*.log', '!keep.log'], CWD);
  assert.ok(isIgnored(join(CWD, 'a.log')));
  assert.ok(!isIgnored(join(CWD, 'keep.log')));
});

test('the last matching pattern decides, whichever folder each is relative to', () => {
  const isIgnored = ignoredBy(
    ['*.log', '../shared/*', '!../shared/keep.js', '!keep.log', '../shared/keep.log'],
    CWD,
  );
  for (const path of ['a.log', '../other/a.log', '../shared/a.js', '../shared/keep.log'])
    assert.ok(isIgnored(join(CWD, path)), path);
  for (const path of ['keep.log', '../other/keep.log', '../shared/keep.js'])
    assert.ok(!isIgnored(join(CWD, path)), path);
});

test('files and folders of tools and editors are left out of every folder', () => {
  const names = [
    '.git node_modules .venv a.txt~ .#a .a.swp a.pyc 4913 .next .nuxt .svelte-kit .astro .nx',
    '.turbo .angular target .gradle .terraform tsconfig.tsbuildinfo .eslintcache a.js.orig',
    'a.js.rej a.js.bak ._a.js .nfs000000a1 .a.js.kate-swp flycheck_a.js',
  ].flatMap((text) => text.split(' '));
  for (const name of names) assert.ok(isUsuallyIgnored(name), name);
  for (const name of ['a.txt', '.env', '.github', 'git', 'tests', 'a.swift'])
    assert.ok(!isUsuallyIgnored(name), name);
});

test('the nearest rules decide, and a rule against the folder itself does not apply in it', () => {
  using project = new Project({
    '.git/info/exclude': 'mine.txt\n',
    '.gitignore': 'dist\n*.log\nsub/*\n!sub/in\n',
    'sub/.gitignore': '!keep.log\n!back\n',
    'sub/in/a.txt': '',
    'sub/back/a.txt': '',
    'dist/a.txt': '',
  });
  const ignores = (path: string): boolean => {
    const rules = dirname(path)
      .split('/')
      .filter((name) => name !== '.')
      .reduce((around, name) => around.in(name), GitIgnore.of(project.dir, project.dir));
    return rules.ignores(path.slice(path.lastIndexOf('/') + 1), false);
  };
  for (const path of [
    './a.log',
    './mine.txt',
    'sub/a.txt',
    'sub/in/a.log',
    './dist',
    'dist/a.log',
    'sub/back/a.log',
  ])
    assert.ok(ignores(path), path);
  for (const path of ['./a.txt', 'sub/keep.log', 'sub/in/a.txt', 'sub/back/a.txt', 'dist/a.txt'])
    assert.ok(!ignores(path), path);
});

test('a rule against everything in a folder does not apply in a folder that the user has named', () => {
  for (const rule of ['out', '/out/*', 'out/**', '**/out/**', '*']) {
    using project = new Project({ '.gitignore': `${rule}\n*.log\n` });
    const rules = GitIgnore.of(project.path('out'), project.dir);
    assert.deepEqual([rules.ignores('a.txt', false), rules.ignores('a.log', false)], [false, true], rule);
    assert.equal(rules.in('deep').ignores('a.txt', false), false, rule);
  }
  using project = new Project({ '.gitignore': '/*\n!/src\n/src/*\n!/src/in\n' });
  const rules = GitIgnore.of(project.path('src'), project.dir);
  assert.ok(!rules.in('in').ignores('a.txt', false));
});

test('a work tree has the rules of its repository, and a submodule has its own', () => {
  using project = new Project({
    'main/.git/info/exclude': 'shared.txt\n',
    'main/.git/worktrees/two/commondir': '../..\n',
    'main/.git/modules/sub/info/exclude': 'own.txt\n',
    'main/sub/.git': 'gitdir: ../.git/modules/sub\n',
  });
  project.write('two/.git', `gitdir: ${project.path('main/.git/worktrees/two')}\n`);
  for (const [folder, name, expected] of [
    ['main', 'shared.txt', true],
    ['two', 'shared.txt', true],
    ['main/sub', 'own.txt', true],
    ['main/sub', 'shared.txt', false],
  ] as const) {
    const path = project.path(folder);
    assert.equal(GitIgnore.of(path, path).ignores(name, false), expected, `${folder}/${name}`);
  }
});
