import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { isInProject, projectRoot } from '../../../../src/loader/descendants/project-root.cts';
import { Project } from '../../../helpers/project.ts';

test('the project root is the root of the repository', () => {
  using files = new Project({ '.git/HEAD': '', 'packages/a/package.json': '{}', 'packages/a/app.js': '' });
  assert.equal(projectRoot(files.path('packages/a/app.js')), files.dir);
});

test('without a repository, the project root is the outermost folder with a package.json', () => {
  using files = new Project({ 'packages/a/package.json': '{}', 'packages/a/src/app.js': '' });
  assert.equal(projectRoot(files.path('packages/a/src/app.js')), files.dir);
});

test('files outside the project root, or in node_modules, do not belong to the project', () => {
  const root = join('/', 'home', 'node_modules', 'app');
  assert.equal(isInProject(join(root, 'src', 'a.js'), root), true);
  assert.equal(isInProject(join(root, 'node_modules', 'b', 'a.js'), root), false);
  assert.equal(isInProject(join('/', 'home', 'node_modules', 'application', 'a.js'), root), false);
});
