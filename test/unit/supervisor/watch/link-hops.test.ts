import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkHops } from '../../../../src/supervisor/watch/link-hops.ts';
import { Project } from '../../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };

test('a path depends on every link on its way and on their end, whether or not it exists', posix, () => {
  using project = new Project({ '..1/a.yml': '' });
  project.link('..data', '..1');
  project.link('a.yml', '..data/a.yml');
  const links = new LinkHops();
  const follow = (path: string): string[] =>
    links.follow(project.path(path)).map((hop) => hop.slice(project.dir.length + 1));
  assert.deepEqual(follow('a.yml'), ['..data', '..1/a.yml']);
  assert.deepEqual(follow('..1/a.yml'), []);
  assert.deepEqual(follow('..data/missing.yml'), ['..data', '..1/missing.yml']);
  assert.deepEqual(links.dependents(project.path('..data')), [
    project.path('a.yml'),
    project.path('..data/missing.yml'),
  ]);
  project.link('..data', '..2');
  assert.deepEqual(follow('a.yml'), ['..data', '..2/a.yml']);
  assert.deepEqual(links.dependents(project.path('..1/a.yml')), []);
  assert.deepEqual(links.retain((path) => path === project.path('a.yml')).length, 2);
  assert.deepEqual(links.dependents(project.path('..1/missing.yml')), []);
});

test('a folder that becomes a link is seen when it is looked at again', posix, () => {
  using project = new Project({ 'conf/a.yml': '', 'other/a.yml': '' });
  const links = new LinkHops();
  assert.deepEqual(links.follow(project.path('conf/a.yml')), []);
  project.remove('conf');
  project.link('conf', 'other');
  links.lookAgain();
  assert.deepEqual(links.follow(project.path('conf/a.yml')), [
    project.path('conf'),
    project.path('other/a.yml'),
  ]);
});
