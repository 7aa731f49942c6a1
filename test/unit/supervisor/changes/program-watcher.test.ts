import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromPath } from '../../../../src/shared/module-url.ts';
import { stampFile } from '../../../../src/shared/file-stamp.cts';
import { systemScheduler as scheduler } from '../../../../src/supervisor/util/scheduler.ts';
import type { Change } from '../../../../src/supervisor/lifecycle/state.ts';
import { startWatching } from '../../../../src/supervisor/changes/program-watcher.ts';
import type { ProgramWatcher } from '../../../../src/supervisor/changes/program-watcher.ts';
import { Project } from '../../../helpers/project.ts';

/** A watcher of a project, and its next change as text. A loop is a failure. */
async function watcherOf(
  project: Project,
): Promise<{ watcher: ProgramWatcher; change: () => Promise<string> }> {
  const changes: string[] = [];
  let onChange = (): void => {};
  const watcher = await startWatching({
    cwd: project.dir,
    entry: project.path('app.js'),
    args: ['app.js'],
    env: {},
    settings: [],
    scheduler,
    poll: 0,
    watch: [],
    ignore: ['*.tmp'],
    stdio: [],
    ext: [],
    debounce: undefined,
    onWriting: () => {},
    onSettled: (change: Change | undefined) => {
      for (const { path, how } of change?.files ?? [])
        changes.push(`${path.slice(project.dir.length + 1)} ${how}`);
      onChange();
    },
    onProblem: (error) => assert.fail(error),
    onUnreported: () => {},
    onMissing: () => {},
    onJiti: () => {},
    writes: { total: () => undefined, mayInclude: () => true, exitedAt: () => Infinity },
    onDebug: () => {},
  });
  return {
    watcher,
    change: async () => {
      while (changes.length === 0) await new Promise<void>((resolve) => (onChange = resolve));
      return changes.splice(0).join(', ');
    },
  };
}

test('a tracked file counts at once, and from the very start of the next run', async () => {
  using project = new Project({ 'views/a.html': 'one' });
  const { watcher, change } = await watcherOf(project);
  try {
    watcher.begin(Date.now() + 60_000);
    watcher.track('views', project.dir, true);
    watcher.track('later.txt', project.dir, true);
    project.write('views/a.html', 'two');
    assert.equal(await change(), 'views/a.html changed');
    watcher.begin(Date.now());
    project.write('later.txt', 'one');
    assert.equal(await change(), 'later.txt created');
    // The third run tracks less: once it is ready, only that counts.
    watcher.begin(Date.now());
    watcher.track('later.txt', project.dir, true);
    watcher.onReady();
    project.write('views/a.html', 'three');
    project.write('later.txt', 'two');
    assert.equal(await change(), 'later.txt changed');
    assert.deepEqual(watcher.graph.explain(project.path('later.txt')), [
      [project.path('later.txt'), { text: 'later.txt', by: 'program', names: true }],
    ]);
  } finally {
    watcher.close();
  }
});

test('a file that is no longer tracked does not count, nor does an ignored file', async () => {
  using project = new Project({ 'a.txt': 'one', 'b.txt': 'one', 'c.tmp': 'one' });
  const { watcher, change } = await watcherOf(project);
  try {
    watcher.begin(Date.now() + 60_000);
    for (const name of ['a.txt', 'b.txt', 'c.tmp']) watcher.track(name, project.dir, true);
    watcher.track('a.txt', project.dir, false);
    for (const name of ['a.txt', 'c.tmp', 'b.txt']) project.write(name, 'two');
    assert.equal(await change(), 'b.txt changed');
  } finally {
    watcher.close();
  }
});

test('a module that the newest run does not load is forgotten once the run is ready', async () => {
  using project = new Project({ 'app.js': '', 'a.js': '' });
  const { watcher, change } = await watcherOf(project);
  const load = (name: string): void => {
    const url = fromPath(project.path(name));
    const stamp = stampFile(project.path(name), Date.now());
    watcher.record({ kind: 'resolved', specifier: `./${name}`, parent: undefined, url, stamp });
  };
  try {
    watcher.begin(Date.now());
    load('app.js');
    load('a.js');
    watcher.onReady();
    watcher.begin(Date.now());
    load('app.js');
    assert.equal(watcher.files.count, 1);
    watcher.onReady();
    project.write('a.js', '1;');
    project.write('app.js', '1;');
    assert.equal(await change(), 'app.js changed');
  } finally {
    watcher.close();
  }
});
