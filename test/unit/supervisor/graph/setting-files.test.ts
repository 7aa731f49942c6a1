import assert from 'node:assert/strict';
import { test } from 'node:test';
import { packageScope } from '../../../../src/supervisor/graph/setting-files.ts';
import { Project } from '../../../helpers/project.ts';

test('the nearest package.json counts, and so do the places in the project where a nearer one would take effect', () => {
  using project = new Project({ 'package.json': '{}' });
  assert.deepEqual(
    packageScope(project.path('src/lib/a.js'), project.dir),
    ['src/lib/package.json', 'src/package.json', 'package.json'].map((path) => project.path(path)),
  );
});

test('outside the project, only a package.json that exists counts', () => {
  using project = new Project({ 'other/package.json': '{}' });
  assert.deepEqual(packageScope(project.path('other/lib/a.js'), project.path('app')), [
    project.path('other/package.json'),
  ]);
});
