import assert from 'node:assert/strict';
import fs from 'node:fs';
import { relative } from 'node:path';
import { test } from 'node:test';
import { WatchList } from '../../../../src/supervisor/tracked/watch-list.ts';
import { FakeScheduler } from '../../../helpers/fake-scheduler.ts';
import { Project } from '../../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };

/** A clock that goes on by 1 ms with each look. */
class SlowScheduler extends FakeScheduler {
  #ms = 0;
  override readonly now = (): number => this.#ms++;
}

/** Trees of a project, and what they have told. */
function treesOf(
  project: Project,
  watch: readonly string[] = [],
  scheduler: FakeScheduler = new FakeScheduler(),
): { trees: WatchList; told: string[]; folders: Set<string> } {
  const told: string[] = [];
  const folders = new Set<string>();
  const name = (path: string): string => relative(project.dir, path) || '.';
  const trees = new WatchList({
    cwd: project.dir,
    watch,
    ext: [],
    isIgnored: () => false,
    scheduler,
    watcher: {
      add: () => {},
      addFolder: (folder) => folders.add(name(folder)),
      deleteFolder: (folder) => folders.delete(name(folder)),
      addEntry: () => {},
      deleteEntry: () => {},
    },
    onFile: (path, { text }, found) => told.push(`${found} ${name(path)} ${text}`),
    onTouched: (path) => told.push(`touched ${name(path)}`),
    onLeft: (path) => told.push(`left ${name(path)}`),
    onProblem: ({ message }) => told.push(message),
  });
  trees.start();
  return { trees, told, folders };
}

/** What has been told since the last time, in no order. */
function take(told: string[]): string[] {
  return told.splice(0).toSorted();
}

test('a folder is found with all below it, and what is created there later', () => {
  using project = new Project({ 'src/a.txt': '', 'src/b/c.txt': '' });
  const { trees, told, folders } = treesOf(project, ['src']);
  assert.deepEqual(take(told), ['first src src', 'first src/a.txt src', 'first src/b/c.txt src']);
  assert.deepEqual([...folders], ['src', 'src/b']);
  project.write('src/d/e/f.txt', '');
  trees.onFolder(project.path('src'), 'd');
  assert.deepEqual(take(told), ['created src/d/e/f.txt src']);
  trees.onFolder(project.path('src'), 'a.txt');
  assert.deepEqual(take(told), ['touched src/a.txt']);
  project.remove('src/d');
  trees.onFolder(project.path('src'), 'd');
  assert.deepEqual(take(told), ['touched src/d/e/f.txt']);
  assert.deepEqual([...folders], ['src', 'src/b']);
});

test('where only the folder itself is known to have changed, it is compared as a whole', () => {
  using project = new Project({ 'src/a.txt': '', 'src/b.txt': '' });
  const { trees, told } = treesOf(project, ['src']);
  take(told);
  project.remove('src/a.txt');
  project.write('src/c.txt', '');
  trees.onFolder(project.path('src'), undefined);
  assert.deepEqual(take(told), ['created src/c.txt src', 'touched src/a.txt', 'touched src/b.txt']);
});

test('what the program has tracked counts until a run has come up that has not tracked it', () => {
  using project = new Project({ 'a/x.txt': '', 'b/y.txt': '' });
  const { trees, told, folders } = treesOf(project, ['a']);
  trees.track('b', project.dir, true);
  assert.ok(take(told).includes('first b/y.txt b'));
  trees.begin();
  trees.track('b', project.dir, true);
  trees.cameUp();
  assert.deepEqual(take(told), []);
  trees.begin();
  trees.cameUp();
  assert.deepEqual(take(told), ['left b', 'left b/y.txt']);
  assert.deepEqual([...folders], ['a']);
});

test('a file that two want counts until neither does', () => {
  using project = new Project({ 'a/x.txt': '' });
  const { trees, told } = treesOf(project);
  trees.track('a', project.dir, true);
  trees.track('a/*.txt', project.dir, true);
  take(told);
  trees.track('a', project.dir, false);
  assert.deepEqual(take(told), ['known a/x.txt a/*.txt', 'left a']);
  trees.track('a/*.txt', project.dir, false);
  assert.deepEqual(take(told), ['left a/x.txt']);
});

test('what the program may not track is told', () => {
  using project = new Project({});
  const { trees, told } = treesOf(project);
  trees.track('/', project.dir, true);
  assert.deepEqual(told, [
    'what is tracked must be a part of a project, got "/", which is the whole file system. Use src.',
  ]);
});

test('links that lead in circles are followed once', posix, () => {
  using project = new Project({ 'src/a.txt': '', 'other/b.txt': '' });
  project.link('src/self', project.path('src'));
  project.link('src/up', project.dir);
  project.link('src/one', project.path('other'));
  project.link('src/two', project.path('other'));
  project.link('other/back', project.path('other'));
  const { told } = treesOf(project, ['src']);
  assert.equal(take(told).filter((line) => line.includes('b.txt')).length, 1);
  fs.rmSync(project.path('src/self'));
});

test('a folder that two links lead to is followed by the other one when the first is removed', posix, () => {
  using project = new Project({ 'src/a.txt': '', 'other/b.txt': '' });
  project.link('src/one', project.path('other'));
  project.link('src/two', project.path('other'));
  const { trees, told, folders } = treesOf(project, ['src']);
  const first = folders.has('src/one') ? 'one' : 'two';
  const second = first === 'one' ? 'two' : 'one';
  assert.ok(!folders.has(`src/${second}`));
  take(told);
  fs.rmSync(project.path(`src/${first}`));
  trees.onFolder(project.path('src'), first);
  assert.deepEqual(take(told), [`known src/${second}/b.txt src`, `touched src/${first}/b.txt`]);
});

test('a linked folder below the base of a glob that matches it only there is no circle', posix, () => {
  using project = new Project({ 'themes/a/x.html': '', 'views/y.html': '' });
  project.link('views/theme', '../themes/a');
  project.link('views/up', '..');
  const glob = '{views,emails}/**/*.html';
  const { told } = treesOf(project, [glob]);
  assert.deepEqual(take(told), [`first views/theme/x.html ${glob}`, `first views/y.html ${glob}`]);
});

test('a link in a watched folder to a folder that is found without it is not followed', posix, () => {
  using project = new Project({ 'src/z/x.txt': '', 'src/n/node_modules/p/y.txt': '' });
  project.link('src/a', 'z');
  project.link('src/b', 'n/node_modules/p');
  const { told } = treesOf(project, ['src']);
  assert.deepEqual(take(told), ['first src src', 'first src/b/y.txt src', 'first src/z/x.txt src']);
});

test('a link that leads nowhere is told as created when something is there', posix, () => {
  using project = new Project({ 'views/b.txt': '' });
  project.link('views/a.html', '../shared/a.html');
  project.link('views/theme', '../themes/a');
  const { trees, told } = treesOf(project, ['views']);
  take(told);
  assert.ok([...trees.paths()].includes(project.path('shared/a.html')));
  project.write('shared/a.html', 'one');
  trees.onPath(project.path('shared/a.html'));
  assert.ok(take(told).includes('created views/a.html views'));
  project.write('themes/a/x.txt', 'one');
  trees.onPath(project.path('themes/a'));
  assert.ok(take(told).includes('created views/theme/x.txt views'));
});

test('a large folder is listed in pieces, and what is touched meanwhile is not new', () => {
  const files = Array.from({ length: 50 }, (_, n) => [`src/${n}.txt`, ''] as const);
  using project = new Project(Object.fromEntries(files));
  const scheduler = new SlowScheduler();
  const { trees, told } = treesOf(project, ['src'], scheduler);
  assert.ok(take(told).length < 20);
  for (let n = 0; n < 50; n++) trees.onFolder(project.path('src'), `${n}.txt`);
  assert.ok(take(told).every((line) => !line.startsWith('created')));
  assert.equal([...trees.paths()].length > 0, true);
});
