import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { stampFile } from '../../../../src/shared/file-stamp.cts';
import { Baseline } from '../../../../src/supervisor/contents/baseline.ts';
import { Project } from '../../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };

/** A project with a file that was saved a minute ago, and a file that was saved just now. */
function setUp(): { project: Project; baseline: Baseline; old: string; fresh: string } {
  const project = new Project({ 'old.js': 'old', 'fresh.js': 'fresh' });
  const old = project.path('old.js');
  makeOld(old);
  return { project, baseline: new Baseline(), old, fresh: project.path('fresh.js') };
}

function makeOld(path: string): void {
  const before = Date.now() / 1000 - 60.5;
  fs.utimesSync(path, before, before);
}

function load(baseline: Baseline, ...paths: readonly string[]): void {
  for (const path of paths) baseline.loaded(path, stampFile(path, Date.now()));
}

/** Hashes all pending files. */
function hashAll(baseline: Baseline): void {
  while (baseline.hashPending(() => false));
}

for (const age of ['old', 'fresh'] as const) {
  test(`${age === 'old' ? 'an old' : 'a fresh'} module is the same, changed, emptied, deleted`, () => {
    const { project, baseline, [age]: path } = setUp();
    using _ = project;
    load(baseline, path);
    assert.equal(baseline.examine(path), 'same');
    fs.writeFileSync(path, 'other');
    assert.equal(baseline.examine(path), 'changed');
    fs.writeFileSync(path, '');
    assert.equal(baseline.examine(path), 'emptied');
    fs.rmSync(path);
    assert.equal(baseline.examine(path), 'deleted');
    fs.writeFileSync(path, age);
    assert.equal(baseline.examine(path), 'same');
  });
}

test('a save before the first comparison is not lost', () => {
  const { project, baseline, old, fresh } = setUp();
  using _ = project;
  load(baseline, old, fresh);
  for (const path of [old, fresh]) {
    fs.writeFileSync(path, 'saved');
    assert.equal(baseline.examine(path, true), 'changed');
    assert.equal(baseline.examine(path), 'changed');
  }
});

test('a touch, or a save of the same bytes, is no change once the content is hashed', () => {
  const { project, baseline, old } = setUp();
  using _ = project;
  load(baseline, old);
  hashAll(baseline);
  const now = Date.now() / 1000;
  fs.utimesSync(old, now, now);
  assert.equal(baseline.examine(old), 'same');
  fs.rmSync(old);
  fs.writeFileSync(old, 'old');
  assert.equal(baseline.examine(old), 'same');
});

test('a module that the run could not read, and that exists now, has changed', () => {
  using project = new Project({});
  const baseline = new Baseline();
  const path = project.path('late.js');
  baseline.loaded(path, undefined);
  fs.writeFileSync(path, 'late');
  assert.equal(baseline.examine(path), 'changed');
});

test('a second record of a module, without a stamp, does not replace the first', () => {
  const { project, baseline, old } = setUp();
  using _ = project;
  load(baseline, old);
  baseline.loaded(old, undefined);
  assert.equal(baseline.examine(old), 'same');
});

test('a missing file is created; a folder in its place is not', () => {
  using project = new Project({});
  const baseline = new Baseline();
  const path = project.path('missing.js');
  baseline.missed(path, Date.now());
  assert.equal(baseline.examine(path), 'same');
  fs.mkdirSync(path);
  assert.equal(baseline.examine(path), 'same');
  fs.rmdirSync(path);
  fs.writeFileSync(path, '');
  assert.equal(baseline.examine(path), 'created');
});

test('a candidate that existed before the miss is compared by its content', () => {
  using project = new Project({ 'package.json': '{}' });
  const baseline = new Baseline();
  const path = project.path('package.json');
  baseline.missed(path, Date.now() + 1000);
  assert.equal(baseline.examine(path), 'same');
  fs.writeFileSync(path, '{"main":"x"}');
  assert.equal(baseline.examine(path), 'changed');
});

test('a file that was written just after the miss is created', () => {
  using project = new Project({});
  const baseline = new Baseline();
  const path = project.path('late.js');
  const at = Date.now();
  fs.writeFileSync(path, '');
  baseline.missed(path, at);
  assert.equal(baseline.examine(path), 'created');
});

test('a path below a file is missing, without an error', () => {
  using project = new Project({ 'a.js': '' });
  const baseline = new Baseline();
  const path = project.path('a.js/index.js');
  baseline.missed(path, Date.now());
  assert.equal(baseline.examine(path), 'same');
  assert.equal(baseline.examine(path, true), 'same');
});

test(
  'a link is the same, retargeted, deleted',
  { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' },
  () => {
    using project = new Project({ 'a.js': '', 'b.js': '' });
    const baseline = new Baseline();
    const link = project.path('link.js');
    project.link('link.js', 'a.js');
    baseline.followed(link, 'a.js');
    assert.equal(baseline.examine(link), 'same');
    project.link('link.js', 'b.js');
    assert.equal(baseline.examine(link), 'changed');
    fs.rmSync(link);
    assert.equal(baseline.examine(link), 'deleted');
  },
);

test('a path without a snapshot does not count', () => {
  const { project, baseline, old } = setUp();
  using _ = project;
  assert.equal(baseline.examine(old), 'same');
  assert.equal(baseline.has(old), false);
  assert.deepEqual([...baseline.paths()], []);
});

test('paths of the previous run count until the new run is ready', () => {
  const { project, baseline, old, fresh } = setUp();
  using _ = project;
  load(baseline, old);
  baseline.begin(Date.now());
  load(baseline, fresh);
  assert.deepEqual([...baseline.paths()].toSorted(), [fresh, old]);
  baseline.forgetPrevious();
  assert.deepEqual([...baseline.paths()], [fresh]);
});

test('after a crash, paths of earlier runs count with the content that they had when the run began', () => {
  const { project, baseline, old, fresh } = setUp();
  using _ = project;
  const [gone, late, early] = ['gone.js', 'late.js', 'early.js'].map((name) => project.path(name));
  for (const path of [gone!, early!]) {
    fs.writeFileSync(path, 'as loaded');
    makeOld(path);
  }
  load(baseline, old, gone!, early!);
  baseline.missed(late!, Date.now());
  fs.writeFileSync(early!, 'saved before the run');
  baseline.begin(Date.now() + 1000);
  load(baseline, fresh);
  assert.deepEqual(baseline.keepPrevious(), []);
  for (const path of [old, gone!, late!, early!]) assert.equal(baseline.examine(path), 'same', path);

  baseline.begin(Date.now());
  fs.writeFileSync(old, 'saved meanwhile');
  fs.rmSync(gone!);
  fs.writeFileSync(late!, '');
  assert.deepEqual(baseline.keepPrevious(), [old, gone, late]);
  assert.deepEqual(
    [old, gone!, late!, early!].map((path) => baseline.examine(path)),
    ['changed', 'deleted', 'created', 'same'],
  );
});

test('a file whose change has begun a run that crashes counts with its content of that moment', () => {
  const { project, baseline, old, fresh } = setUp();
  using _ = project;
  baseline.begin(Date.now());
  load(baseline, old, fresh);
  fs.writeFileSync(old, 'new');
  fs.rmSync(fresh);
  baseline.begin(Date.now(), [old, fresh]);
  fs.writeFileSync(fresh, 'fresh');
  baseline.keepPrevious();
  assert.equal(baseline.examine(old), 'same');
  assert.equal(baseline.examine(fresh), 'created');
  baseline.begin(Date.now(), [fresh]);
  fs.writeFileSync(old, 'old');
  baseline.keepPrevious();
  assert.equal(baseline.examine(old), 'changed');
});

test('an asset whose appearance has begun a run, and that is saved again before the run uses it, has changed', () => {
  const { project, baseline } = setUp();
  using _ = project;
  const asset = project.path('asset.txt');
  baseline.begin(Date.now());
  baseline.used(asset);
  fs.writeFileSync(asset, 'one');
  baseline.begin(Date.now(), [asset]);
  fs.writeFileSync(asset, 'two');
  baseline.used(asset);
  assert.equal(baseline.examine(asset), 'changed');
});

test('a module that a scan has found counts with the stamp of its report, which comes later', () => {
  const { project, baseline, fresh } = setUp();
  using _ = project;
  // The file has been saved since then, however long the set-up took.
  baseline.begin(Date.now() - 60_000);
  baseline.used(fresh, 'module');
  assert.equal(baseline.examine(fresh), 'changed');
  load(baseline, fresh);
  assert.equal(baseline.examine(fresh), 'same');
  fs.writeFileSync(fresh, 'other');
  load(baseline, fresh);
  assert.equal(baseline.examine(fresh), 'changed');
});

test('an env file that is missing when a run begins, and is back when it crashes, is new', () => {
  const { project, baseline, old } = setUp();
  using _ = project;
  baseline.begin(Date.now());
  baseline.used(old);
  fs.rmSync(old);
  baseline.begin(Date.now());
  fs.writeFileSync(old, 'old');
  baseline.keepPrevious();
  assert.equal(baseline.examine(old), 'created');
});

test('a module that a crashed run would have loaded next counts with the content that it had when the run began', () => {
  const { project, baseline, old } = setUp();
  using _ = project;
  const missing = project.path('missing.js');
  baseline.begin(Date.now() + 1000);
  for (const path of [old, missing]) baseline.expected(path);
  assert.equal(baseline.examine(old), 'same');
  fs.writeFileSync(old, 'changed');
  fs.writeFileSync(missing, '');
  assert.equal(baseline.examine(old), 'changed');
  assert.equal(baseline.examine(missing), 'created');
});

test('a module that a crashed run would have loaded next, and that was saved since the run began, has changed', () => {
  const { project, baseline, fresh } = setUp();
  using _ = project;
  baseline.begin(Date.now() - 5000);
  baseline.expected(fresh);
  assert.equal(baseline.examine(fresh), 'changed');
});

test('a run that was ready has loaded what it loads at start: an import that it has not is not outdated', () => {
  const { project, baseline, fresh } = setUp();
  using _ = project;
  baseline.begin(Date.now() - 5000);
  baseline.forgetPrevious();
  baseline.expected(fresh);
  assert.equal(baseline.examine(fresh), 'same');
});

test('the modules are listed in the order of their load, without missing files', () => {
  const { project, baseline, old, fresh } = setUp();
  using _ = project;
  load(baseline, old, fresh);
  baseline.missed(project.path('missing.js'), Date.now());
  assert.deepEqual(baseline.modules(), [old, fresh]);
});

test('the size of a module at its load is known', () => {
  const { project, baseline, old } = setUp();
  using _ = project;
  load(baseline, old);
  fs.writeFileSync(old, 'much longer than before');
  assert.equal(baseline.loadedSize(old), 3);
  assert.equal(baseline.loadedSize(project.path('other.js')), undefined);
});

test('hashing stops when the time is over, and continues in the next call', () => {
  const { project, baseline, old } = setUp();
  using _ = project;
  const names = ['a.js', 'b.js', 'c.js'];
  for (const name of names) {
    project.write(name, name);
    makeOld(project.path(name));
  }
  load(baseline, old, ...names.map((name) => project.path(name)));
  let calls = 0;
  while (baseline.hashPending(() => true)) calls++;
  assert.equal(calls, 3);
});

test('a module that the run itself wrote, loaded and removed is no change', () => {
  const { project, baseline, fresh } = setUp();
  using _ = project;
  baseline.begin(Date.now() - 60_000);
  load(baseline, fresh);
  fs.rmSync(fresh);
  assert.equal(baseline.examine(fresh), 'same');
  fs.writeFileSync(fresh, 'there again');
  assert.equal(baseline.examine(fresh), 'created');
});

test('a module that was saved while the run started, and is removed later, is deleted', () => {
  const { project, baseline, fresh } = setUp();
  using _ = project;
  baseline.begin(Date.now() - 60_000);
  load(baseline, fresh);
  baseline.forgetPrevious(Date.now() - 1000);
  fs.rmSync(fresh);
  assert.equal(baseline.examine(fresh), 'deleted');
  fs.writeFileSync(fresh, 'fresh');
  assert.equal(baseline.examine(fresh), 'same');
});

test('the first load of a module counts, even if another thread of the run loads a later save', () => {
  const { project, baseline, fresh } = setUp();
  using _ = project;
  load(baseline, fresh);
  fs.writeFileSync(fresh, 'saved');
  load(baseline, fresh);
  assert.equal(baseline.examine(fresh), 'changed');
});

/** More than the lag of any file-system clock. */
const LATER_MS = 1000;

test('a companion that was saved before the run began is the same', () => {
  const { project, baseline, fresh } = setUp();
  using _ = project;
  baseline.begin(Date.now() + LATER_MS);
  baseline.used(fresh);
  assert.equal(baseline.examine(fresh), 'same');
  assert.deepEqual(baseline.modules(), []);
  fs.writeFileSync(fresh, 'saved');
  assert.equal(baseline.examine(fresh), 'changed');
});

test('a companion that was saved since the run began has changed, until it is accepted', () => {
  const { project, baseline, fresh } = setUp();
  using _ = project;
  baseline.begin(Date.now() - LATER_MS);
  baseline.used(fresh);
  assert.equal(baseline.examine(fresh), 'changed');
  baseline.accept(fresh);
  assert.equal(baseline.examine(fresh), 'same');
});

test('a companion that was saved just before a run began is the same in the first run, and changed in a later run', () => {
  for (const [runs, expected] of [
    [1, 'same'],
    [2, 'changed'],
  ] as const) {
    const { project, baseline, fresh } = setUp();
    using _ = project;
    const { mtimeMs } = fs.statSync(fresh);
    for (let run = 1; run <= runs; run++) baseline.begin(mtimeMs + 5);
    baseline.used(fresh);
    assert.equal(baseline.examine(fresh), expected);
  }
});

test('a companion saved with the bytes that it had when the run began is the same; with the bytes of an earlier run it has changed', () => {
  for (const [atBegin, expected] of [
    ['fresh', 'same'],
    ['broken', 'changed'],
  ] as const) {
    const { project, baseline, fresh } = setUp();
    using _ = project;
    makeOld(fresh);
    baseline.begin(Date.now() + LATER_MS);
    baseline.used(fresh);
    if (atBegin !== 'fresh') fs.writeFileSync(fresh, atBegin);
    baseline.begin(Date.now() - LATER_MS);
    fs.writeFileSync(fresh, 'fresh');
    baseline.used(fresh);
    assert.equal(baseline.examine(fresh), expected, atBegin);
  }
});

test('a module that the run reports only after it was ready, saved just before the run began, is no change', () => {
  const { project, baseline, fresh } = setUp();
  using _ = project;
  baseline.begin(Date.now());
  load(baseline, fresh);
  fs.writeFileSync(fresh, 'fixed');
  baseline.begin(Math.ceil(fs.statSync(fresh).mtimeMs) + 5);
  baseline.forgetPrevious();
  baseline.used(fresh);
  assert.equal(baseline.examine(fresh), 'same');
});

test('a miss that is reported after the new file was found: created', () => {
  const { project, baseline, old, fresh } = setUp();
  using _ = project;
  baseline.begin(Date.now() + 1000);
  baseline.used(fresh);
  baseline.missed(fresh, fs.statSync(fresh).ctimeMs - 5);
  assert.equal(baseline.examine(fresh), 'created');
  baseline.used(old);
  baseline.missed(old, Date.now() + 1000);
  assert.equal(baseline.examine(old), 'same');
});

test('an asset that is reached through a link of this run is unseen, however old it is', posix, () => {
  const { project, baseline, old } = setUp();
  using _ = project;
  project.link('asset', 'old.js');
  const at = Date.now() + 100;
  fs.lutimesSync(project.path('asset'), (at + 50) / 1000, (at + 50) / 1000);
  baseline.begin(at);
  baseline.used(project.path('asset'));
  baseline.used(old);
  assert.equal(baseline.examine(project.path('asset')), 'changed');
  assert.equal(baseline.examine(old), 'same');
});
