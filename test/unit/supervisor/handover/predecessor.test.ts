import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Predecessor } from '../../../../src/supervisor/handover/predecessor.ts';
import { fakeTimers } from '../../../helpers/fake-timers.ts';

/** A run that records what it is told. */
class FakeRun {
  readonly told: string[] = [];
  readonly drain: { isRunning: boolean } = { isRunning: true };

  stop(): void {
    this.told.push('stop');
  }

  signal(name: string): void {
    this.told.push(name);
  }
}

function bench() {
  const timers = fakeTimers();
  const predecessor = new Predecessor<FakeRun>(5000);
  const run = new FakeRun();
  const events: string[] = [];
  predecessor.keep(run, 3);
  return { timers, predecessor, run, events, onQuiet: () => events.push('quiet') };
}

test('the run serves until it is retired', () => {
  const { predecessor, run, events, onQuiet } = bench();
  assert.equal(predecessor.isServing, true);
  predecessor.retire(undefined, onQuiet);
  predecessor.retire(undefined, onQuiet);
  assert.deepEqual([predecessor.isServing, run.told], [false, ['stop']]);
  predecessor.record({}, { kind: 'draining' });
  assert.deepEqual(events, []);
  predecessor.record(run, { kind: 'draining' });
  predecessor.record(run, { kind: 'drained' });
  assert.deepEqual(events, ['quiet']);
  assert.equal(predecessor.exited({}), undefined);
  assert.equal(predecessor.exited(run), 3);
  assert.equal(predecessor.exited(run), undefined);
  mock.timers.reset();
});

test('the next run waits neither for a run without sockets nor for one with a blocked event loop', () => {
  for (const isRunning of [true, false]) {
    const { timers, predecessor, run, events, onQuiet } = bench();
    run.drain.isRunning = isRunning;
    predecessor.retire(undefined, onQuiet);
    assert.deepEqual(events, isRunning ? [] : ['quiet']);
    timers.advance(500);
    assert.deepEqual(events, ['quiet']);
    timers.advance(4500);
    assert.deepEqual(run.told, ['stop', 'SIGKILL']);
    mock.timers.reset();
  }
});

test('the end of supervision waits for the run, and for one that was stopping before', () => {
  const { timers, predecessor, run: before, events } = bench();
  predecessor.retire(undefined);
  const run = new FakeRun();
  predecessor.keep(run, 4);
  predecessor.end(() => events.push('end'));
  assert.deepEqual([events.length, run.told, before.told], [0, ['stop'], ['stop']]);
  predecessor.exited(run);
  assert.equal(events.length, 0);
  predecessor.exited(before);
  assert.deepEqual(events, ['end']);
  timers.advance(5000);
  assert.deepEqual(run.told, ['stop']);
  predecessor.end(() => events.push('none'));
  assert.deepEqual(events, ['end', 'none']);
  mock.timers.reset();
});
