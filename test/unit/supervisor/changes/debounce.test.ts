import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Debouncer, MAX_WAIT_MS, QUIET } from '../../../../src/supervisor/changes/debounce.ts';
import type { Completeness } from '../../../../src/supervisor/changes/debounce.ts';
import type { Difference } from '../../../../src/supervisor/contents/content-cache.ts';
import type { Change } from '../../../../src/supervisor/lifecycle/state.ts';
import { FakeScheduler } from '../../../helpers/fake-scheduler.ts';

/** A debouncer with its clock, a disk, and the calls that it made. */
class Bench {
  readonly clock = new FakeScheduler(0);
  readonly disk = new Map<string, Difference>();
  readonly calls: ('writing' | Change | undefined)[] = [];
  readonly debouncer = new Debouncer({
    scheduler: this.clock,
    examine: (path) => this.disk.get(path) ?? 'same',
    onWriting: () => this.calls.push('writing'),
    onSettled: (change) => this.calls.push(change),
  });

  save(path: string, completeness: Completeness = 'unsure', difference: Difference = 'changed'): void {
    this.disk.set(path, difference);
    this.debouncer.add(path, completeness);
  }

  /** Asserts that `ms` from now, and not before, a change of these files is settled. */
  assertSettlesAfter(ms: number, ...paths: readonly string[]): void {
    const before = this.calls.length;
    this.clock.advance(ms - 1);
    assert.equal(this.calls.length, before, `nothing within ${ms - 1} ms`);
    this.clock.advance(1);
    const change = this.calls.at(-1);
    assert.ok(this.calls.length === before + 1 && typeof change === 'object', `a change after ${ms} ms`);
    assert.deepEqual(
      change.files.map(({ path }) => path),
      paths,
    );
  }
}

test('one complete file settles after the shortest time', () => {
  const bench = new Bench();
  bench.save('/app/a.js', 'complete');
  bench.assertSettlesAfter(QUIET.complete, '/app/a.js');
});

test('one file that may be incomplete, and several files, settle later', () => {
  const bench = new Bench();
  bench.save('/app/a.js');
  bench.assertSettlesAfter(QUIET.unsure, '/app/a.js');
  for (const name of ['/app/a.js', '/app/b.js']) bench.save(name, 'complete');
  bench.assertSettlesAfter(QUIET.burst, '/app/a.js', '/app/b.js');
});

test('several files settle together, after a longer time', () => {
  const bench = new Bench();
  bench.save('/app/a.js');
  bench.clock.advance(10);
  bench.save('/app/b.js', 'unsure', 'created');
  bench.assertSettlesAfter(QUIET.burst, '/app/a.js', '/app/b.js');
});

test('each further event restarts the quiet time', () => {
  const bench = new Bench();
  for (let i = 0; i < 5; i++) {
    bench.save('/app/a.js');
    bench.clock.advance(QUIET.unsure - 1);
  }
  assert.deepEqual(bench.calls, ['writing']);
  bench.clock.advance(1);
  assert.equal(bench.calls.length, 2);
});

test('packages, which are installed file by file, settle later', () => {
  const bench = new Bench();
  bench.save('/app/node_modules/x/index.js', 'unsure', 'created');
  bench.assertSettlesAfter(QUIET.packages, '/app/node_modules/x/index.js');
});

test('a file that looks cut off settles later', () => {
  const bench = new Bench();
  bench.save('/app/a.js', 'partial');
  bench.assertSettlesAfter(QUIET.partial, '/app/a.js');
});

test('the rest of a cut-off file ends the longer wait', () => {
  const bench = new Bench();
  bench.save('/app/a.js', 'partial');
  bench.clock.advance(50);
  bench.save('/app/a.js');
  bench.assertSettlesAfter(QUIET.unsure, '/app/a.js');
});

for (const how of ['deleted', 'emptied'] as const) {
  test(`a file that was ${how} gets time to return`, () => {
    const bench = new Bench();
    bench.save('/app/a.js', 'vanished', how);
    bench.assertSettlesAfter(QUIET.vanished, '/app/a.js');
  });

  test(`a file that was ${how} gets less time when other files have changed`, () => {
    const bench = new Bench();
    bench.save('/app/a.js', 'vanished', how);
    bench.save('/app/b.js');
    bench.assertSettlesAfter(QUIET.incompleteInBurst, '/app/a.js', '/app/b.js');
  });
}

test('an emptied file is reported as changed', () => {
  const bench = new Bench();
  bench.save('/app/a.js', 'vanished', 'emptied');
  bench.clock.advance(QUIET.vanished);
  assert.deepEqual(bench.calls, ['writing', { at: 0, files: [{ path: '/app/a.js', how: 'changed' }] }]);
});

test('a change never waits longer than the maximum', () => {
  const bench = new Bench();
  let waited = 0;
  for (; bench.calls.length < 2; waited++) {
    bench.save('/app/a.js');
    bench.clock.advance(1);
  }
  assert.equal(waited, MAX_WAIT_MS);
});

test('the change carries the time of its first event', () => {
  const bench = new Bench();
  bench.clock.advance(500);
  bench.save('/app/a.js');
  bench.clock.advance(10);
  bench.save('/app/a.js');
  bench.clock.advance(QUIET.unsure);
  assert.deepEqual(bench.calls, ['writing', { at: 500, files: [{ path: '/app/a.js', how: 'changed' }] }]);
});

test('many files, which a tool rewrites one by one, settle later still', () => {
  const bench = new Bench();
  const paths = Array.from({ length: 7 }, (_, i) => `/app/${i}.js`);
  for (const path of paths) bench.save(path);
  bench.assertSettlesAfter(QUIET.sweep, ...paths);
});

test('the beginning of a change is reported once', () => {
  const bench = new Bench();
  bench.save('/app/a.js');
  bench.save('/app/b.js');
  bench.clock.advance(QUIET.burst);
  bench.save('/app/a.js');
  assert.deepEqual(
    bench.calls.filter((call) => call === 'writing'),
    ['writing', 'writing'],
  );
});

test('a certain change is reported once, when a file is complete', () => {
  const calls: boolean[] = [];
  const debouncer = new Debouncer({
    scheduler: new FakeScheduler(),
    examine: () => 'changed',
    onWriting: (isCertain) => calls.push(isCertain),
    onSettled: () => {},
  });
  debouncer.add('/app/a.js', 'vanished');
  for (const name of ['a', 'b']) debouncer.add(`/app/${name}.js`, 'complete');
  assert.deepEqual(calls, [false, true]);
});

test('a file that is the same again when the time is over is left out', () => {
  const bench = new Bench();
  bench.save('/app/a.js');
  bench.save('/app/b.js');
  bench.disk.set('/app/a.js', 'same');
  bench.assertSettlesAfter(QUIET.burst, '/app/b.js');
});

test('the last comparison with the disk counts, not the first event', () => {
  const bench = new Bench();
  bench.save('/app/a.js', 'vanished', 'deleted');
  bench.disk.set('/app/a.js', 'changed');
  bench.clock.advance(QUIET.vanished);
  assert.deepEqual(bench.calls.at(-1), { at: 0, files: [{ path: '/app/a.js', how: 'changed' }] });
});

test('when all files are the same again, nothing is settled as a change', () => {
  const bench = new Bench();
  bench.save('/app/a.js');
  bench.disk.set('/app/a.js', 'same');
  bench.clock.advance(QUIET.unsure);
  assert.deepEqual(bench.calls, ['writing', undefined]);
});

test('a dropped file ends the wait for it', () => {
  const bench = new Bench();
  bench.save('/app/a.js', 'vanished', 'deleted');
  bench.save('/app/b.js');
  bench.debouncer.drop('/app/a.js');
  bench.assertSettlesAfter(QUIET.unsure, '/app/b.js');
});

test('when the only file is dropped, the debounce ends at once without a change', () => {
  const bench = new Bench();
  bench.save('/app/a.js', 'vanished', 'deleted');
  bench.debouncer.drop('/app/a.js');
  bench.clock.advance(0);
  assert.deepEqual(bench.calls, ['writing', undefined]);
});

test('dropping a file that is not pending does nothing', () => {
  const bench = new Bench();
  bench.debouncer.drop('/app/a.js');
  assert.equal(bench.clock.pending, 0);
});

test('a cleared debouncer forgets its files and leaves no timer', () => {
  const bench = new Bench();
  bench.save('/app/a.js');
  bench.debouncer.clear();
  assert.equal(bench.clock.pending, 0);
  bench.clock.advance(MAX_WAIT_MS);
  assert.deepEqual(bench.calls, ['writing']);
});

/** The calls of a debouncer whose quiet time is set by the user (ms). */
function withDebounce(
  debounce: number,
  difference: Difference,
): { clock: FakeScheduler; calls: string[]; debouncer: Debouncer } {
  const clock = new FakeScheduler(0);
  const calls: string[] = [];
  const debouncer = new Debouncer({
    scheduler: clock,
    debounce,
    examine: () => difference,
    onWriting: (isCertain) => calls.push(isCertain ? 'certain' : 'writing'),
    onSettled: (change) => calls.push(`${change?.files.length} files at ${clock.now()}`),
  });
  return { clock, calls, debouncer };
}

test('a quiet time set by the user holds for complete files too, from the last event on, without an early stop', () => {
  const { clock, calls, debouncer } = withDebounce(5000, 'changed');
  debouncer.add('/app/a.js', 'complete');
  clock.advance(4000);
  debouncer.add('/app/b.js', 'complete');
  clock.advance(4999);
  assert.deepEqual(calls, ['writing']);
  clock.advance(1);
  assert.deepEqual(calls, ['writing', '2 files at 9000']);
});

test('a short quiet time set by the user does not hold for a deleted file', () => {
  const { clock, calls, debouncer } = withDebounce(0, 'deleted');
  debouncer.add('/app/a.js', 'vanished');
  clock.advance(5000);
  assert.deepEqual(calls, ['writing', `1 files at ${QUIET.vanished}`]);
});

test('a delayed file settles late, and with other files as soon as these', () => {
  const bench = new Bench();
  bench.disk.set('/app/gen.js', 'changed');
  bench.debouncer.add('/app/gen.js', 'complete', 8000);
  bench.assertSettlesAfter(8000, '/app/gen.js');
  bench.debouncer.add('/app/gen.js', 'complete', 8000);
  assert.deepEqual(
    bench.calls.filter((call) => call === 'writing'),
    [],
  );
  bench.clock.advance(5000);
  // A later event of the program does not prolong the delay.
  bench.debouncer.add('/app/gen.js', 'complete', 8000);
  bench.assertSettlesAfter(3000, '/app/gen.js');
  bench.debouncer.add('/app/gen.js', 'complete', 8000);
  bench.clock.advance(5000);
  bench.save('/app/a.js', 'unsure');
  // The file that somebody has saved is named first.
  bench.assertSettlesAfter(QUIET.unsure, '/app/a.js', '/app/gen.js');
});
