import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemScheduler as scheduler } from '../../../../src/supervisor/util/scheduler.ts';
import type { Change } from '../../../../src/supervisor/lifecycle/state.ts';
import { startWatching } from '../../../../src/supervisor/changes/program-watcher.ts';
import type { ProgramWatcher } from '../../../../src/supervisor/changes/program-watcher.ts';
import { Project } from '../../../helpers/project.ts';

/** Watching of a project, and its next change as a text. */
async function watchingOf(
  project: Project,
): Promise<{ watching: ProgramWatcher; change: () => Promise<string> }> {
  const changes: string[] = [];
  let onChange = (): void => {};
  const watching = await startWatching({
    cwd: project.dir,
    entry: project.path('app.js'),
    settings: [],
    scheduler,
    poll: 0,
    watch: [],
    ignore: ['*.tmp'],
    ext: [],
    debounce: undefined,
    onMoving: () => {},
    onSettled: (change: Change | undefined) => {
      for (const { path, how } of change?.files ?? [])
        changes.push(`${path.slice(project.dir.length + 1)} ${how}`);
      onChange();
    },
    onProblem: (error) => assert.fail(error),
    onUnreported: () => {},
    onDebug: () => {},
  });
  return {
    watching,
    change: async () => {
      while (changes.length === 0) await new Promise<void>((resolve) => (onChange = resolve));
      return changes.splice(0).join(', ');
    },
  };
}

test('what the program tracks counts at once, and from the very start of the next run', async () => {
  using project = new Project({ 'views/a.html': 'one' });
  const { watching, change } = await watchingOf(project);
  try {
    watching.begin(Date.now() + 60_000);
    watching.track('views', project.dir, true);
    watching.track('later.txt', project.dir, true);
    project.write('views/a.html', 'two');
    assert.equal(await change(), 'views/a.html changed');
    watching.begin(Date.now());
    project.write('later.txt', 'one');
    assert.equal(await change(), 'later.txt created');
    // A run that tracks less: when it has come up, only that counts.
    watching.begin(Date.now());
    watching.track('later.txt', project.dir, true);
    watching.cameUp();
    project.write('views/a.html', 'three');
    project.write('later.txt', 'two');
    assert.equal(await change(), 'later.txt changed');
    assert.deepEqual(watching.why(project.path('later.txt')), [
      [project.path('later.txt'), { text: 'later.txt', by: 'program', names: true }],
    ]);
  } finally {
    watching.close();
  }
});

test('what is not to count any more does not, and what is ignored never did', async () => {
  using project = new Project({ 'a.txt': 'one', 'b.txt': 'one', 'c.tmp': 'one' });
  const { watching, change } = await watchingOf(project);
  try {
    watching.begin(Date.now() + 60_000);
    for (const name of ['a.txt', 'b.txt', 'c.tmp']) watching.track(name, project.dir, true);
    watching.track('a.txt', project.dir, false);
    for (const name of ['a.txt', 'c.tmp', 'b.txt']) project.write(name, 'two');
    assert.equal(await change(), 'b.txt changed');
  } finally {
    watching.close();
  }
});
