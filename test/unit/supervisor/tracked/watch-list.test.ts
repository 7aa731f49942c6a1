import assert from 'node:assert/strict';
import fs from 'node:fs';
import { relative } from 'node:path';
import { mock, test } from 'node:test';
import { WatchList } from '../../../../src/supervisor/tracked/watch-list.ts';
import { Project } from '../../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };

// A busy machine would divide the work into slices.
mock.timers.enable({ apis: ['Date'], now: Date.now() });

/** A watch list of a project, its reports, and the folders and entries that it watches. */
function listOf(
  project: Project,
  watch: readonly string[] = [],
): { list: WatchList; reports: string[]; folders: Set<string>; entries: Set<string> } {
  const reports: string[] = [];
  const folders = new Set<string>();
  const entries = new Set<string>();
  const name = (path: string): string => relative(project.dir, path) || '.';
  const list = new WatchList({
    cwd: project.dir,
    watch,
    ext: [],
    isIgnored: () => false,
    watcher: {
      add: () => {},
      addFolder: (folder) => folders.add(name(folder)),
      deleteFolder: (folder) => folders.delete(name(folder)),
      addEntry: (path) => entries.add(name(path)),
      deleteEntry: (path) => entries.delete(name(path)),
    },
    onFile: (path, { text }, found) => reports.push(`${found} ${name(path)} ${text}`),
    onTouched: (path) => reports.push(`touched ${name(path)}`),
    onLeft: (path) => reports.push(`left ${name(path)}`),
    onProblem: ({ message }) => reports.push(message),
  });
  list.begin();
  return { list, reports, folders, entries };
}

/** The reports since the last call, sorted. */
function take(reports: string[]): string[] {
  return reports.splice(0).toSorted();
}

test('finds a folder with everything in it, and new entries later', () => {
  using project = new Project({ 'src/a.txt': '', 'src/b/c.txt': '' });
  const { list, reports, folders } = listOf(project, ['src']);
  assert.deepEqual(take(reports), ['first src src', 'first src/a.txt src', 'first src/b/c.txt src']);
  assert.deepEqual([...folders], ['src', 'src/b']);
  project.write('src/d/e/f.txt', '');
  list.onFolder(project.path('src'), 'd');
  assert.deepEqual(take(reports), ['created src/d/e/f.txt src']);
  list.onFolder(project.path('src'), 'a.txt');
  assert.deepEqual(take(reports), ['touched src/a.txt']);
  project.remove('src/d');
  list.onFolder(project.path('src'), 'd');
  assert.deepEqual(take(reports), ['touched src/d/e/f.txt']);
  assert.deepEqual([...folders], ['src', 'src/b']);
});

test('compares the whole folder if only the folder itself is known to have changed', () => {
  using project = new Project({ 'src/a.txt': '', 'src/b.txt': '' });
  const { list, reports } = listOf(project, ['src']);
  take(reports);
  project.remove('src/a.txt');
  project.write('src/c.txt', '');
  list.onFolder(project.path('src'), undefined);
  assert.deepEqual(take(reports), ['created src/c.txt src', 'touched src/a.txt', 'touched src/b.txt']);
});

test('a path that the program tracks counts until a run is ready that has not tracked it', () => {
  using project = new Project({ 'a/x.txt': '', 'b/y.txt': '' });
  const { list, reports, folders } = listOf(project, ['a']);
  list.track('b', project.dir, true);
  assert.ok(take(reports).includes('first b/y.txt b'));
  list.begin();
  list.track('b', project.dir, true);
  list.onReady();
  assert.deepEqual(take(reports), []);
  list.begin();
  list.onReady();
  assert.deepEqual(take(reports), ['left b', 'left b/y.txt']);
  assert.deepEqual([...folders], ['a']);
});

test('a file on the list twice counts until both items are removed', () => {
  using project = new Project({ 'a/x.txt': '' });
  const { list, reports } = listOf(project);
  list.track('a', project.dir, true);
  list.track('a/*.txt', project.dir, true);
  take(reports);
  list.track('a', project.dir, false);
  assert.deepEqual(take(reports), ['known a/x.txt a/*.txt', 'left a']);
  list.track('a/*.txt', project.dir, false);
  assert.deepEqual(take(reports), ['left a/x.txt']);
});

test('reports a path that the program may not track', () => {
  using project = new Project({});
  const { list, reports } = listOf(project);
  list.track('/', project.dir, true);
  assert.deepEqual(reports, [
    'what is tracked must be a part of a project, got "/", which is the whole file system. Use src.',
  ]);
});

test('follows circular links once', posix, () => {
  using project = new Project({ 'src/a.txt': '', 'other/b.txt': '' });
  project.link('src/self', project.path('src'));
  project.link('src/up', project.dir);
  project.link('src/one', project.path('other'));
  project.link('src/two', project.path('other'));
  project.link('other/back', project.path('other'));
  const { reports } = listOf(project, ['src']);
  assert.equal(take(reports).filter((line) => line.includes('b.txt')).length, 1);
  fs.rmSync(project.path('src/self'));
});

test('follows the other one of two links to a folder when the first is removed', posix, () => {
  using project = new Project({ 'src/a.txt': '', 'other/b.txt': '' });
  project.link('src/one', project.path('other'));
  project.link('src/two', project.path('other'));
  const { list, reports, folders } = listOf(project, ['src']);
  const first = folders.has('src/one') ? 'one' : 'two';
  const second = first === 'one' ? 'two' : 'one';
  assert.ok(!folders.has(`src/${second}`));
  take(reports);
  fs.rmSync(project.path(`src/${first}`));
  list.onFolder(project.path('src'), first);
  assert.deepEqual(take(reports), [`known src/${second}/b.txt src`, `touched src/${first}/b.txt`]);
});

test('follows a linked folder that the glob matches only by the link', posix, () => {
  using project = new Project({ 'themes/a/x.html': '', 'views/y.html': '' });
  project.link('views/theme', '../themes/a');
  project.link('views/up', '..');
  const glob = '{views,emails}/**/*.html';
  const { reports } = listOf(project, [glob]);
  assert.deepEqual(take(reports), [`first views/theme/x.html ${glob}`, `first views/y.html ${glob}`]);
});

test('does not follow a link to a folder that is found without it', posix, () => {
  using project = new Project({ 'src/z/x.txt': '', 'src/n/node_modules/p/y.txt': '' });
  project.link('src/a', 'z');
  project.link('src/b', 'n/node_modules/p');
  const { reports } = listOf(project, ['src']);
  assert.deepEqual(take(reports), ['first src src', 'first src/b/y.txt src', 'first src/z/x.txt src']);
});

test('reports a broken link as created once its target exists', posix, () => {
  using project = new Project({ 'views/b.txt': '' });
  project.link('views/a.html', '../shared/a.html');
  project.link('views/theme', '../themes/a');
  const { list, reports, entries } = listOf(project, ['views']);
  take(reports);
  assert.ok(entries.has('views/a.html') && entries.has('views/theme'));
  project.write('shared/a.html', 'one');
  list.onPath(project.path('views/a.html'));
  assert.ok(take(reports).includes('created views/a.html views'));
  project.write('themes/a/x.txt', 'one');
  list.onPath(project.path('views/theme'));
  assert.ok(take(reports).includes('created views/theme/x.txt views'));
});

test('lists a large folder in slices, and an entry that is touched meanwhile is not new', (t) => {
  const files = Array.from({ length: 50 }, (_, n) => [`src/${n}.txt`, ''] as const);
  using project = new Project(Object.fromEntries(files));
  // A clock that advances by 1 ms each time it is read.
  let now = 0;
  t.mock.method(Date, 'now', () => now++);
  const { list, reports } = listOf(project, ['src']);
  assert.ok(take(reports).length < 20);
  for (let n = 0; n < 50; n++) list.onFolder(project.path('src'), `${n}.txt`);
  assert.ok(take(reports).every((line) => !line.startsWith('created')));
  assert.equal([...list.paths()].length > 0, true);
  list.close();
});
