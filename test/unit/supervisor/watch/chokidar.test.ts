// Checks the reasons for which chokidar watches files only. A test that fails means that chokidar can do more by now.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import { FSWatcher } from 'chokidar';
import type { ChokidarOptions } from 'chokidar';
import { FileWatches } from '../../../../src/supervisor/watch/file-watches.ts';
import { FolderWatches } from '../../../../src/supervisor/watch/folder-watches.ts';
import { FsWatcher } from '../../../../src/supervisor/watch/fs-watcher.ts';
import { Poller } from '../../../../src/supervisor/watch/poller.ts';
import { Project } from '../../../helpers/project.ts';
import { pause } from '../../../helpers/saves.ts';

const linux = { skip: process.platform !== 'linux' && 'needs Linux' };

const POLL: ChokidarOptions = { usePolling: true, interval: 20, binaryInterval: 20, depth: 0 };

type Act = (project: Project) => void | Promise<void>;
type Start = (
  project: Project,
  onPath: (path: string) => void,
) => { add: (path: string) => void; close: () => void };

const folderWatches: Start = ({ dir }, onPath) => {
  const watches = new FolderWatches({ root: dir, onPath, onFolder: () => {}, onFailure: assert.fail });
  return { add: (path) => watches.add(dirname(path), basename(path)), close: () => watches.close() };
};

const poller: Start = (_project, onPath) => new Poller({ interval: 20, onPath });

const fileWatches: Start = (_project, onPath) => {
  const watches = new FileWatches(onPath, assert.fail);
  return { add: (path) => watches.add(path), close: () => void watches.close() };
};

/** Starts chokidar on a path, acts, and returns the events of that path; `when` is when to act. */
async function eventsOf(
  project: Project,
  path: string,
  options: ChokidarOptions,
  act: Act,
  when: 'ready' | 'added' = 'ready',
): Promise<string[]> {
  const watcher = new FSWatcher(options);
  try {
    const events: string[] = [];
    const sentinels: string[] = [];
    watcher.on('all', (event, changed) => {
      if (changed === project.path('sentinel.txt')) sentinels.push(event);
      else if (`${changed}/`.startsWith(`${project.path(path)}/`)) events.push(event);
    });
    const ready = once(watcher, 'ready');
    watcher.add([project.path('sentinel.txt'), project.path(path)]);
    if (when === 'ready') {
      await ready;
      // `fs.watchFile` looks for the first time after it has returned.
      await pause(100);
      events.length = 0;
    }
    await act(project);
    // Events of another file prove that chokidar had time enough.
    sentinels.length = 0;
    while (sentinels.length < 3) {
      project.write('sentinel.txt', String(performance.now()));
      await pause(60);
    }
    return events;
  } finally {
    await watcher.close();
  }
}

/** Starts our own watches on a path, acts, and waits until the path is reported. */
async function reported(project: Project, path: string, start: Start, act: Act): Promise<void> {
  let onReported = (): void => {};
  const isReported = new Promise<void>((resolve) => (onReported = resolve));
  const watches = start(project, (changed) => changed === project.path(path) && onReported());
  try {
    watches.add(project.path(path));
    await act(project);
    await isReported;
  } finally {
    watches.close();
  }
}

function retarget(project: Project, target: string): void {
  project.link('next', target);
  fs.renameSync(project.path('next'), project.path('current'));
}

function example(): Project {
  const files = ['a.js', 'old.js', 'src/a.js', 'one/a.js', 'two/a.js', 'sentinel.txt'];
  const project = new Project(Object.fromEntries(files.map((file) => [file, 'one'])));
  for (const old of ['old.js', 'one']) fs.utimesSync(project.path(old), 1, 1);
  project.link('current', 'two');
  return project;
}

for (const [what, start, options, path, act, when] of [
  [
    'a save right after the path was added',
    folderWatches,
    {},
    'a.js',
    (project) => project.write('a.js', 'two'),
    'added',
  ],
  [
    'a file in a folder that has vanished and come back',
    folderWatches,
    {},
    'src/a.js',
    async (project) => {
      project.remove('src');
      await pause(200);
      project.write('src/a.js', 'two');
    },
  ],
  [
    'a missing file in a missing folder',
    folderWatches,
    {},
    'no/such/a.js',
    (project) => project.write('no/such/a.js', 'one'),
  ],
  [
    'by polling, a missing file in a missing folder',
    poller,
    POLL,
    'no/such/a.js',
    (project) => project.write('no/such/a.js', 'one'),
  ],
  [
    'by polling, a file that is removed and written anew',
    poller,
    POLL,
    'src/a.js',
    async (project) => {
      project.remove('src/a.js');
      await pause(200);
      project.write('src/a.js', 'two');
    },
  ],
  [
    'by polling, a file replaced by an older one of the same size',
    poller,
    POLL,
    'a.js',
    (project) => fs.renameSync(project.path('old.js'), project.path('a.js')),
  ],
  [
    'by polling, a link retargeted to an older folder',
    poller,
    POLL,
    'current',
    (project) => retarget(project, 'one'),
  ],
] as readonly [string, Start, ChokidarOptions, string, Act, ('added' | undefined)?][]) {
  test(`chokidar does not report ${what}`, linux, async () => {
    using watchedByChokidar = example();
    const events = await eventsOf(watchedByChokidar, path, options, act, when);
    // chokidar reports the paths that it finds at its start, and deleted paths.
    const expected = when === 'added' ? /^(add|unlink)/ : /^unlink/;
    assert.deepEqual(
      events.filter((event) => !expected.test(event)),
      [],
    );
    using watchedByUs = example();
    await reported(watchedByUs, path, start, act);
  });
}

test('chokidar watches each file of a folder, where one watch is enough', linux, async (t) => {
  const files = Array.from({ length: 50 }, (_, n) => [`src/${n}.txt`, ''] as const);
  using project = new Project({ ...Object.fromEntries(files), 'sentinel.txt': '' });
  const watch = t.mock.method(fs, 'watch');
  syncBuiltinESMExports();
  try {
    await eventsOf(project, 'src', {}, () => {});
    assert.ok(watch.mock.callCount() > 50, String(watch.mock.callCount()));
    watch.mock.resetCalls();
    const watches = new FolderWatches({
      root: project.dir,
      onPath: () => {},
      onFolder: () => {},
      onFailure: assert.fail,
    });
    watches.add(project.path('src'), undefined);
    watches.close();
    // The folder, the working directory, and the one above it: each may be replaced.
    assert.equal(watch.mock.callCount(), 3);
  } finally {
    watch.mock.restore();
    syncBuiltinESMExports();
  }
});

/** Writes a file twice by another name. Returns whether both writes fell into the 50 ms in which chokidar drops events. */
async function writeTwice(project: Project, content: string): Promise<boolean> {
  project.write('other.js', 'something else');
  const first = performance.now();
  await pause(20);
  project.write('other.js', content);
  return performance.now() - first < 40;
}

function linked(): Project {
  const project = new Project({ 'a.js': 'one', 'sentinel.txt': '' });
  fs.linkSync(project.path('a.js'), project.path('other.js'));
  return project;
}

test('chokidar does not report the second of two writes 20 ms apart', linux, async () => {
  // On a busy machine the pause may take longer.
  for (;;) {
    using project = linked();
    const isQuick: boolean[] = [];
    const events = await eventsOf(project, 'a.js', { atomic: false }, async () => {
      isQuick.push(await writeTwice(project, 'two'));
    });
    if (!isQuick[0]) continue;
    assert.deepEqual(events, ['change']);
    return;
  }
});

test('a file is looked at again after the second of two writes 20 ms apart', linux, async () => {
  using project = linked();
  const contents: string[] = [];
  const watches = fileWatches(project, (path) => contents.push(fs.readFileSync(path, 'utf8')));
  watches.add(project.path('a.js'));
  for (const name of ['two', 'three', 'four']) {
    await pause(100);
    await writeTwice(project, name);
    while (contents.at(-1) !== name) await pause(10);
  }
  watches.close();
});

test('a file that vanishes at once does not make chokidar watch a folder', async (t) => {
  using project = new Project({ 'src/a.js': 'one' });
  const watches = new FileWatches(() => {}, assert.fail);
  const { lstatSync } = fs;
  // The file is there for the look at it before chokidar, and missing for chokidar.
  t.mock.method(fs, 'lstatSync', (path: string) => {
    const stats = lstatSync(path);
    t.mock.restoreAll();
    project.remove('src');
    return stats;
  });
  watches.add(project.path('src/a.js'));
  await pause(200);
  assert.ok(!process.getActiveResourcesInfo().includes('FSEventWrap'));
  await watches.close();
});

test('a write by another name is reported after two replacements in a row', linux, async () => {
  using project = linked();
  let onReported = (): void => {};
  const watcher = new FsWatcher({
    root: project.dir,
    poll: 0,
    onPath: (path) => {
      if (fs.readFileSync(path, 'utf8') === 'by another name') onReported();
    },
    onFolder: () => {},
    onProblem: assert.fail,
    onUnreported: () => {},
  });
  watcher.add(project.path('a.js'));
  await pause(100);
  // chokidar drops the event of the second one, 5 ms or less after the first, and goes on watching the first inode.
  project.replace('a.js', 'two');
  await pause(2);
  project.replace('a.js', 'three');
  await pause(300);
  project.remove('other.js');
  fs.linkSync(project.path('a.js'), project.path('other.js'));
  const isReported = new Promise<void>((resolve) => (onReported = resolve));
  project.write('other.js', 'by another name');
  await isReported;
  await watcher.close();
});

test(
  'awaitWriteFinish delays every change by its threshold, and a short one takes half a save for a whole one',
  linux,
  async () => {
    const changesAfter = async (stabilityThreshold: number, act: Act): Promise<number[]> => {
      using project = new Project({ 'a.js': 'one', 'sentinel.txt': '' });
      const begun = performance.now();
      const times: number[] = [];
      const watcher = new FSWatcher({ awaitWriteFinish: { stabilityThreshold, pollInterval: 5 } });
      watcher.on('change', () => times.push(performance.now() - begun));
      watcher.add(project.path('a.js'));
      await once(watcher, 'ready');
      await pause(50);
      const saved = performance.now() - begun;
      await act(project);
      await pause(700);
      await watcher.close();
      return times.map((time) => time - saved);
    };
    const [delay = 0] = await changesAfter(200, (project) => project.write('a.js', 'two'));
    assert.ok(delay >= 195, String(delay));
    const inPieces = await changesAfter(20, async (project) => {
      project.write('a.js', 'export const a =');
      await pause(300);
      fs.appendFileSync(project.path('a.js'), ' 1;');
    });
    assert.equal(inPieces.length, 2, String(inPieces));
  },
);
