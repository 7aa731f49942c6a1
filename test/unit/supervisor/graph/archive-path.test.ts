import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realFile } from '../../../../src/supervisor/graph/archive-path.ts';
import { Project } from '../../../helpers/project.ts';

test('a path inside an archive maps to the archive, if it exists', () => {
  using project = new Project({ 'cache/a.zip': '', 'b.zip/index.js': '' });
  assert.equal(realFile(project.path('cache/a.zip/node_modules/a/index.js')), project.path('cache/a.zip'));
  assert.equal(realFile(project.path('b.zip/index.js')), project.path('b.zip/index.js'));
  assert.equal(realFile(project.path('app.js')), project.path('app.js'));
});

test('a virtual path of Yarn maps to the real path', () => {
  using project = new Project({ 'cache/a.zip': '' });
  assert.equal(
    realFile(project.path('__virtual__/a-virtual-1234/0/packages/a/index.js')),
    project.path('packages/a/index.js'),
  );
  assert.equal(
    realFile(project.path('.yarn/__virtual__/a-virtual-1234/1/cache/a.zip/node_modules/a/index.js')),
    project.path('cache/a.zip'),
  );
});
