import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { stampFile } from '../../../../src/shared/file-stamp.cts';
import { Baseline } from '../../../../src/supervisor/contents/baseline.ts';
import { Project } from '../../../helpers/project.ts';

/** A project with a file that was written long ago and one that was written just now. */
function bench(): { project: Project; baseline: Baseline; old: string; fresh: string } {
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

/** Hashes all that is still to be hashed. */
function digestAll(baseline: Baseline): void {
  while (baseline.digest(() => false));
}

for (const age of ['old', 'fresh'] as const) {
  test(`content of ${age === 'old' ? 'an old' : 'a fresh'} file: same, changed, emptied, deleted`, () => {
    const { project, baseline, [age]: path } = bench();
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

test('a save before the first look is not lost', () => {
  const { project, baseline, old, fresh } = bench();
  using _ = project;
  load(baseline, old, fresh);
  for (const path of [old, fresh]) {
    fs.writeFileSync(path, 'saved');
    assert.equal(baseline.verify(path), 'changed');
    assert.equal(baseline.examine(path), 'changed');
  }
});

test('a touch, or the same bytes again, is no change once the content is known', () => {
  const { project, baseline, old } = bench();
  using _ = project;
  load(baseline, old);
  digestAll(baseline);
  const now = Date.now() / 1000;
  fs.utimesSync(old, now, now);
  assert.equal(baseline.examine(old), 'same');
  fs.rmSync(old);
  fs.writeFileSync(old, 'old');
  assert.equal(baseline.examine(old), 'same');
});

test('a file that the run could not read, and that is there now, has changed', () => {
  using project = new Project({});
  const baseline = new Baseline();
  const path = project.path('late.js');
  baseline.loaded(path, undefined);
  fs.writeFileSync(path, 'late');
  assert.equal(baseline.examine(path), 'changed');
});

test('what was told again without a stamp keeps the first', () => {
  const { project, baseline, old } = bench();
  using _ = project;
  load(baseline, old);
  baseline.loaded(old, undefined);
  assert.equal(baseline.examine(old), 'same');
});

test('a missing file: created', () => {
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

test('a file that was there long before the run missed something else counts by its content', () => {
  using project = new Project({ 'package.json': '{}' });
  const baseline = new Baseline();
  const path = project.path('package.json');
  baseline.missed(path, Date.now() + 1000);
  assert.equal(baseline.examine(path), 'same');
  fs.writeFileSync(path, '{"main":"x"}');
  assert.equal(baseline.examine(path), 'changed');
});

test('a file that came just after the run missed it was created', () => {
  using project = new Project({});
  const baseline = new Baseline();
  const path = project.path('late.js');
  const at = Date.now();
  fs.writeFileSync(path, '');
  baseline.missed(path, at);
  assert.equal(baseline.examine(path), 'created');
});

test('a path below a file is missing, and can be asked for', () => {
  using project = new Project({ 'a.js': '' });
  const baseline = new Baseline();
  const path = project.path('a.js/index.js');
  baseline.missed(path, Date.now());
  assert.equal(baseline.examine(path), 'same');
  assert.equal(baseline.verify(path), 'same');
});

test('a link: same, changed, deleted', { skip: process.platform === 'win32' }, () => {
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
});

test('what no run took does not count', () => {
  const { project, baseline, old } = bench();
  using _ = project;
  assert.equal(baseline.examine(old), 'same');
  assert.equal(baseline.has(old), false);
  assert.deepEqual([...baseline.paths()], []);
});

test('paths of the run before count until it is up', () => {
  const { project, baseline, old, fresh } = bench();
  using _ = project;
  load(baseline, old);
  baseline.begin(Date.now());
  load(baseline, fresh);
  assert.deepEqual([...baseline.paths()].toSorted(), [fresh, old]);
  baseline.forgetPrevious();
  assert.deepEqual([...baseline.paths()], [fresh]);
});

test('after a run that broke, paths of the runs before count as they are now', () => {
  const { project, baseline, old, fresh } = bench();
  using _ = project;
  load(baseline, old);
  baseline.begin(Date.now());
  fs.writeFileSync(old, 'saved meanwhile');
  load(baseline, fresh);
  baseline.keepPrevious();
  assert.equal(baseline.examine(old), 'same');
  fs.writeFileSync(old, 'saved again');
  assert.equal(baseline.examine(old), 'changed');
});

test('what the run would have come to next counts as it is now', () => {
  const { project, baseline, old } = bench();
  using _ = project;
  const missing = project.path('missing.js');
  baseline.expected(old);
  baseline.expected(missing);
  assert.equal(baseline.examine(old), 'same');
  fs.writeFileSync(old, 'changed');
  fs.writeFileSync(missing, '');
  assert.equal(baseline.examine(old), 'changed');
  assert.equal(baseline.examine(missing), 'created');
});

test('files are counted, what is missing is not', () => {
  const { project, baseline, old, fresh } = bench();
  using _ = project;
  load(baseline, old, fresh);
  baseline.missed(project.path('missing.js'), Date.now());
  assert.equal(baseline.files, 2);
});

test('the size as it was loaded is known', () => {
  const { project, baseline, old } = bench();
  using _ = project;
  load(baseline, old);
  fs.writeFileSync(old, 'much longer than before');
  assert.equal(baseline.loadedSize(old), 3);
  assert.equal(baseline.loadedSize(project.path('other.js')), undefined);
});

test('digest stops when it is told to, and goes on later', () => {
  const { project, baseline, old } = bench();
  using _ = project;
  const names = ['a.js', 'b.js', 'c.js'];
  for (const name of names) {
    project.write(name, name);
    makeOld(project.path(name));
  }
  load(baseline, old, ...names.map((name) => project.path(name)));
  let calls = 0;
  while (baseline.digest(() => true)) calls++;
  assert.equal(calls, 3);
});

test('a file that the run wrote, loaded and removed is no change', () => {
  const { project, baseline, fresh } = bench();
  using _ = project;
  baseline.begin(Date.now() - 60_000);
  load(baseline, fresh);
  fs.rmSync(fresh);
  assert.equal(baseline.examine(fresh), 'same');
  fs.writeFileSync(fresh, 'there again');
  assert.equal(baseline.examine(fresh), 'created');
});

test('what the run took first counts, whatever another part of it loads later', () => {
  const { project, baseline, fresh } = bench();
  using _ = project;
  load(baseline, fresh);
  fs.writeFileSync(fresh, 'saved');
  load(baseline, fresh);
  assert.equal(baseline.examine(fresh), 'changed');
});

/** Longer than what a clock may be off. */
const LATER_MS = 1000;

test('a file that is used and was saved before the run began is taken as it is', () => {
  const { project, baseline, fresh } = bench();
  using _ = project;
  baseline.begin(Date.now() + LATER_MS);
  baseline.used(fresh);
  assert.equal(baseline.examine(fresh), 'same');
  assert.equal(baseline.files, 0);
  fs.writeFileSync(fresh, 'saved');
  assert.equal(baseline.examine(fresh), 'changed');
});

test('a file that is used and was saved since the run began may not be what the run has seen', () => {
  const { project, baseline, fresh } = bench();
  using _ = project;
  baseline.begin(Date.now() - LATER_MS);
  baseline.used(fresh);
  assert.equal(baseline.examine(fresh), 'changed');
  baseline.accept(fresh);
  assert.equal(baseline.examine(fresh), 'same');
});

test('what is written just before the first run begins is what it sees; before a later one that is not sure', () => {
  for (const [runs, expected] of [
    [1, 'same'],
    [2, 'changed'],
  ] as const) {
    const { project, baseline, fresh } = bench();
    using _ = project;
    const { mtimeMs } = fs.statSync(fresh);
    for (let run = 1; run <= runs; run++) baseline.begin(mtimeMs + 5);
    baseline.used(fresh);
    assert.equal(baseline.examine(fresh), expected);
  }
});

test('the same bytes as at the beginning of the run, saved since, are the same; those of an earlier run are not', () => {
  for (const [atBegin, expected] of [
    ['fresh', 'same'],
    ['broken', 'changed'],
  ] as const) {
    const { project, baseline, fresh } = bench();
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
