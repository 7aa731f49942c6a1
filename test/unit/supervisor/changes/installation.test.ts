import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { Installation } from '../../../../src/supervisor/changes/installation.ts';
import type { Change } from '../../../../src/supervisor/lifecycle/state.ts';
import { FakeScheduler } from '../../../helpers/fake-scheduler.ts';
import { Project } from '../../../helpers/project.ts';

function changeOf(path: string): Change {
  return { at: 0, files: [{ path, how: 'changed' }] };
}

test('changes wait while our files are missing, and are passed on as one when they are complete', () => {
  using project = new Project({ 'own.js': '1', 'lock.json': '1' });
  const scheduler = new FakeScheduler();
  const log: string[] = [];
  const installation = new Installation({
    cwd: project.dir,
    scheduler,
    onSettled: (change) => log.push(change?.files.map(({ path }) => path).join() ?? 'none'),
    onMissing: (isCwd) => log.push(isCwd ? 'folder missing' : 'missing'),
    files: { own: [project.path('own.js'), project.path('never.js')], lock: project.path('lock.json') },
  });
  installation.settled(changeOf('a'));
  assert.deepEqual(log.splice(0), ['a']);
  assert.equal(installation.isComplete, true);
  project.remove('own.js');
  assert.equal(installation.isComplete, false);
  project.remove('lock.json');
  installation.settled(changeOf('b'));
  scheduler.advance(60_000);
  installation.settled(changeOf('c'));
  installation.settled(undefined);
  project.write('own.js', '2');
  scheduler.advance(199);
  assert.equal(installation.isComplete, false);
  assert.deepEqual(log.splice(0), ['missing']);
  // The lock file has been missing for too long: another package manager writes none.
  scheduler.advance(400);
  assert.deepEqual(log.splice(0), ['b,c']);
  installation.settled(changeOf('d'));
  assert.deepEqual(log, ['d']);
  assert.equal(scheduler.pending, 0);
});

test('without the lock file alone, an installation is said to run', () => {
  using project = new Project({ 'lock.json': '1' });
  const log: string[] = [];
  const installation = new Installation({
    cwd: project.dir,
    scheduler: new FakeScheduler(),
    onSettled: () => log.push('settled'),
    onMissing: (isCwd) => log.push(isCwd ? 'folder missing' : 'missing'),
    files: { own: [], lock: project.path('lock.json') },
  });
  project.remove('lock.json');
  installation.settled(changeOf('a'));
  assert.deepEqual(log, ['missing']);
});

test('changes wait while the working directory is missing', () => {
  using project = new Project({ 'sub/app.js': '1' });
  const cwd = project.path('sub');
  const scheduler = new FakeScheduler();
  const log: string[] = [];
  const installation = new Installation({
    cwd,
    scheduler,
    onSettled: (change) => log.push(change?.files.map(({ path }) => path).join() ?? 'none'),
    onMissing: (isCwd) => log.push(isCwd ? 'folder missing' : 'missing'),
    files: { own: [], lock: project.path('lock.json') },
  });
  fs.rmSync(cwd, { recursive: true });
  installation.settled(changeOf('a'));
  scheduler.advance(60_000);
  assert.deepEqual(log.splice(0), ['folder missing']);
  project.write('sub/app.js', '2');
  scheduler.advance(400);
  assert.deepEqual(log, ['a']);
  assert.equal(scheduler.pending, 0);
});
