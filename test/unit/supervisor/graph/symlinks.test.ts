import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { linksOf } from '../../../../src/supervisor/graph/symlinks.ts';
import { Project } from '../../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };

/** The links between a specifier in `app.js` and the resolved file, by relative path. */
function links(project: Project, specifier: string, path: string): [string, string][] {
  const real = fs.realpathSync(project.path(path));
  const found = linksOf(specifier, project.path('app.js'), real);
  // The list may contain a link several times.
  return [...new Map(found.map(({ path: link, target }) => [link.slice(project.dir.length + 1), target]))];
}

test('a path without links has none', posix, () => {
  using project = new Project({ 'a.js': '', 'lib/index.js': '' });
  assert.deepEqual(links(project, './a.js', 'a.js'), []);
  assert.deepEqual(links(project, './a', 'a.js'), []);
  assert.deepEqual(links(project, './lib', 'lib/index.js'), []);
});

test('a linked file, a linked folder, and a link to a link', posix, () => {
  using project = new Project({ 'real/a.js': '' });
  project.link('a.js', 'real/a.js');
  project.link('folder', 'real');
  project.link('twice', 'folder');
  assert.deepEqual(links(project, './a.js', 'a.js'), [['a.js', 'real/a.js']]);
  assert.deepEqual(links(project, './folder/a.js', 'folder/a.js'), [['folder', 'real']]);
  assert.deepEqual(links(project, './twice/a.js', 'twice/a.js'), [
    ['twice', 'folder'],
    ['folder', 'real'],
  ]);
});

test('a link that Node finds by adding an extension', posix, () => {
  using project = new Project({ 'real/b.js': '' });
  project.link('a.js', 'real/b.js');
  assert.deepEqual(links(project, './a', 'a.js'), [['a.js', 'real/b.js']]);
});

test('a linked package', posix, () => {
  using project = new Project({ 'packages/pkg/index.js': '', 'packages/scoped/index.js': '' });
  project.link('node_modules/pkg', '../packages/pkg');
  project.link('node_modules/@scope/pkg', '../../packages/scoped');
  assert.deepEqual(links(project, 'pkg', 'packages/pkg/index.js'), [['node_modules/pkg', '../packages/pkg']]);
  assert.deepEqual(links(project, '@scope/pkg/sub', 'packages/scoped/index.js'), [
    ['node_modules/@scope/pkg', '../../packages/scoped'],
  ]);
});

test('a linked folder of packages', posix, () => {
  using project = new Project({ 'shared/pkg/index.js': '' });
  project.remove('node_modules');
  project.link('node_modules', 'shared');
  assert.deepEqual(links(project, 'pkg', 'shared/pkg/index.js'), [['node_modules', 'shared']]);
});

test('a package that is no link, or not installed', posix, () => {
  using project = new Project({ 'node_modules/pkg/index.js': '' });
  assert.deepEqual(links(project, 'pkg', 'node_modules/pkg/index.js'), []);
  assert.deepEqual(links(project, 'other', 'node_modules/pkg/index.js'), []);
});

test('a cycle of links does not make the search endless', posix, () => {
  using project = new Project({ 'a.js': '' });
  project.link('one', 'two');
  project.link('two', 'one');
  const found = linksOf('./one/a.js', project.path('app.js'), project.path('a.js'));
  assert.ok(found.length > 0 && found.length < 1000);
});
