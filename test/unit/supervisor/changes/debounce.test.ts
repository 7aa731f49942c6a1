import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QUIET, Debouncer } from '../../../../src/supervisor/changes/debounce.ts';
import type { Sign } from '../../../../src/supervisor/changes/debounce.ts';
import type { Verdict } from '../../../../src/supervisor/contents/baseline.ts';
import type { Change } from '../../../../src/supervisor/lifecycle/state.ts';
import { FakeScheduler } from '../../../helpers/fake-scheduler.ts';

/** A settle with its clock, what the disk says, and what it told. */
class Bench {
  readonly clock = new FakeScheduler(0);
  readonly disk = new Map<string, Verdict>();
  readonly told: ('moving' | Change | undefined)[] = [];
  readonly settle = new Debouncer({
    scheduler: this.clock,
    examine: (path) => this.disk.get(path) ?? 'same',
    onMoving: () => this.told.push('moving'),
    onSettled: (change) => this.told.push(change),
  });

  sign(path: string, how: Sign['how'] = 'changed', partial = false, whole = false): void {
    this.disk.set(path, how);
    this.settle.add({ path, how, partial, whole });
  }

  /** Nothing is told for `ms` from now, and then a change of these files. */
  assertSettlesAfter(ms: number, ...paths: readonly string[]): void {
    const before = this.told.length;
    this.clock.advance(ms - 1);
    assert.equal(this.told.length, before, `nothing within ${ms - 1} ms`);
    this.clock.advance(1);
    const change = this.told.at(-1);
    assert.ok(this.told.length === before + 1 && typeof change === 'object', `a change after ${ms} ms`);
    assert.deepEqual(
      change.files.map(({ path }) => path),
      paths,
    );
  }
}

test('one file that is hardly the first part of a save settles after the shortest time', () => {
  const bench = new Bench();
  bench.sign('/app/a.js', 'changed', false, true);
  bench.assertSettlesAfter(QUIET.whole, '/app/a.js');
});

test('one file that may be gets a little longer, and so do several, whole or not', () => {
  const bench = new Bench();
  bench.sign('/app/a.js');
  bench.assertSettlesAfter(QUIET.single, '/app/a.js');
  for (const name of ['/app/a.js', '/app/b.js']) bench.sign(name, 'changed', false, true);
  bench.assertSettlesAfter(QUIET.burst, '/app/a.js', '/app/b.js');
});

test('several files settle together, after a longer time', () => {
  const bench = new Bench();
  bench.sign('/app/a.js');
  bench.clock.advance(10);
  bench.sign('/app/b.js', 'created');
  bench.assertSettlesAfter(QUIET.burst, '/app/a.js', '/app/b.js');
});

test('each further sign begins the quiet time anew', () => {
  const bench = new Bench();
  for (let i = 0; i < 5; i++) {
    bench.sign('/app/a.js');
    bench.clock.advance(QUIET.single - 1);
  }
  assert.deepEqual(bench.told, ['moving']);
  bench.clock.advance(1);
  assert.equal(bench.told.length, 2);
});

test('packages settle later, they are installed file by file', () => {
  const bench = new Bench();
  bench.sign('/app/node_modules/x/index.js', 'created');
  bench.assertSettlesAfter(QUIET.packages, '/app/node_modules/x/index.js');
});

test('a file that looks cut off gets time for its rest', () => {
  const bench = new Bench();
  bench.sign('/app/a.js', 'changed', true);
  bench.assertSettlesAfter(QUIET.partial, '/app/a.js');
});

test('the rest of a file ends the wait for it', () => {
  const bench = new Bench();
  bench.sign('/app/a.js', 'changed', true);
  bench.clock.advance(50);
  bench.sign('/app/a.js');
  bench.assertSettlesAfter(QUIET.single, '/app/a.js');
});

for (const how of ['deleted', 'emptied'] as const) {
  test(`a file that was ${how} is given time to come back`, () => {
    const bench = new Bench();
    bench.sign('/app/a.js', how);
    bench.assertSettlesAfter(QUIET.vanished, '/app/a.js');
  });

  test(`a file that was ${how} while others changed is waited for less long`, () => {
    const bench = new Bench();
    bench.sign('/app/a.js', how);
    bench.sign('/app/b.js');
    bench.assertSettlesAfter(QUIET.vanishedInBurst, '/app/a.js', '/app/b.js');
  });
}

test('an emptied file is told as changed', () => {
  const bench = new Bench();
  bench.sign('/app/a.js', 'emptied');
  bench.clock.advance(QUIET.vanished);
  assert.deepEqual(bench.told, ['moving', { at: 0, files: [{ path: '/app/a.js', how: 'changed' }] }]);
});

test('a change never waits longer than the most for what follows it', () => {
  const bench = new Bench();
  let waited = 0;
  for (; bench.told.length < 2; waited++) {
    bench.sign('/app/a.js');
    bench.clock.advance(1);
  }
  assert.equal(waited, QUIET.most);
});

test('the change carries the time of its first sign', () => {
  const bench = new Bench();
  bench.clock.advance(500);
  bench.sign('/app/a.js');
  bench.clock.advance(10);
  bench.sign('/app/a.js');
  bench.clock.advance(QUIET.single);
  assert.deepEqual(bench.told, ['moving', { at: 500, files: [{ path: '/app/a.js', how: 'changed' }] }]);
});

test('many files, which a tool goes through, get longer', () => {
  const bench = new Bench();
  const paths = Array.from({ length: 7 }, (_, i) => `/app/${i}.js`);
  for (const path of paths) bench.sign(path);
  bench.assertSettlesAfter(QUIET.sweep, ...paths);
});

test('moving is told once for each change', () => {
  const bench = new Bench();
  bench.sign('/app/a.js');
  bench.sign('/app/b.js');
  bench.clock.advance(QUIET.burst);
  bench.sign('/app/a.js');
  assert.deepEqual(
    bench.told.filter((told) => told === 'moving'),
    ['moving', 'moving'],
  );
});

test('that a change is certain is told once, when a file is saved whole', () => {
  const certain: boolean[] = [];
  const settle = new Debouncer({
    scheduler: new FakeScheduler(),
    examine: () => 'changed',
    onMoving: (isCertain) => certain.push(isCertain),
    onSettled: () => {},
  });
  settle.add({ path: '/app/a.js', how: 'emptied', partial: false, whole: false });
  for (const name of ['a', 'b'])
    settle.add({ path: `/app/${name}.js`, how: 'changed', partial: false, whole: true });
  assert.deepEqual(certain, [false, true]);
});

test('a file that is again as it was when the time is over is left out', () => {
  const bench = new Bench();
  bench.sign('/app/a.js');
  bench.sign('/app/b.js');
  bench.disk.set('/app/a.js', 'same');
  bench.assertSettlesAfter(QUIET.burst, '/app/b.js');
});

test('what the disk says in the end counts, not the first sign', () => {
  const bench = new Bench();
  bench.sign('/app/a.js', 'deleted');
  bench.disk.set('/app/a.js', 'changed');
  bench.clock.advance(QUIET.vanished);
  assert.deepEqual(bench.told.at(-1), { at: 0, files: [{ path: '/app/a.js', how: 'changed' }] });
});

test('when all is again as it was, it settles without a change', () => {
  const bench = new Bench();
  bench.sign('/app/a.js');
  bench.disk.set('/app/a.js', 'same');
  bench.clock.advance(QUIET.single);
  assert.deepEqual(bench.told, ['moving', undefined]);
});

test('a file that is dropped ends the wait for it', () => {
  const bench = new Bench();
  bench.sign('/app/a.js', 'deleted');
  bench.sign('/app/b.js');
  bench.settle.drop('/app/a.js');
  bench.assertSettlesAfter(QUIET.single, '/app/b.js');
});

test('when the only file is dropped, it settles at once without a change', () => {
  const bench = new Bench();
  bench.sign('/app/a.js', 'deleted');
  bench.settle.drop('/app/a.js');
  bench.clock.advance(0);
  assert.deepEqual(bench.told, ['moving', undefined]);
});

test('dropping what is not pending does nothing', () => {
  const bench = new Bench();
  bench.settle.drop('/app/a.js');
  assert.equal(bench.clock.pending, 0);
});

test('what is cleared is forgotten, and no timer is left', () => {
  const bench = new Bench();
  bench.sign('/app/a.js');
  bench.settle.clear();
  assert.equal(bench.clock.pending, 0);
  bench.clock.advance(QUIET.most);
  assert.deepEqual(bench.told, ['moving']);
});

test('a quiet time of the user holds for everything that is whole, from the last change on, without an early stop', () => {
  const clock = new FakeScheduler(0);
  const told: (boolean | number)[] = [];
  const settle = new Debouncer({
    scheduler: clock,
    debounce: 5000,
    examine: () => 'changed',
    onMoving: (certain) => told.push(certain),
    onSettled: (change) => told.push(change?.files.length ?? 0),
  });
  settle.add({ path: '/app/a.js', how: 'changed', partial: false, whole: true });
  clock.advance(4000);
  settle.add({ path: '/app/b.js', how: 'changed', partial: false, whole: true });
  clock.advance(4999);
  assert.deepEqual(told, [false]);
  clock.advance(1);
  assert.deepEqual(told, [false, 2]);
});

test('a quiet time of the user that is short is not for a file that is gone', () => {
  const clock = new FakeScheduler(0);
  const told: number[] = [];
  const settle = new Debouncer({
    scheduler: clock,
    debounce: 0,
    examine: () => 'deleted',
    onMoving: () => {},
    onSettled: () => told.push(clock.now()),
  });
  settle.add({ path: '/app/a.js', how: 'deleted', partial: false });
  clock.advance(5000);
  assert.deepEqual(told, [QUIET.vanished]);
});
