import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DrainTimer } from '../../../../src/supervisor/runs/drain-timer.ts';
import { fakeTimers } from '../../../helpers/fake-timers.ts';
import type { FakeTimers } from '../../../helpers/fake-timers.ts';

const DRAIN_MS = 4000;

function bench(): { scheduler: FakeTimers; timer: DrainTimer; signals: () => number } {
  const scheduler = fakeTimers();
  let count = 0;
  const timer = new DrainTimer(DRAIN_MS, () => count++);
  return { scheduler, timer, signals: () => count };
}

test('a run that neither serves nor prepares its exit is not delayed', () => {
  const { timer } = bench();
  assert.equal(timer.start(), false);
  timer.record({ kind: 'wishes', change: true, end: false });
  assert.equal(timer.start(), false);
  assert.equal(timer.isRunning, false);
});

test('a run that reports nothing is signalled after 500 ms', () => {
  const { scheduler, timer, signals } = bench();
  timer.serve();
  assert.equal(timer.start(), true);
  scheduler.advance(499);
  assert.equal(signals(), 0);
  scheduler.advance(1);
  assert.equal(signals(), 1);
  assert.equal(timer.isRunning, false);
});

test('a run that drains is signalled when it has drained, and at the timeout at the latest', () => {
  for (const hasDrained of [true, false]) {
    const { scheduler, timer, signals } = bench();
    timer.record({ kind: 'wishes', change: false, end: true });
    timer.start();
    timer.record({ kind: 'draining' });
    scheduler.advance(DRAIN_MS - 1);
    assert.equal(signals(), 0);
    if (hasDrained) timer.record({ kind: 'drained' });
    else scheduler.advance(1);
    assert.equal(signals(), 1);
    scheduler.advance(DRAIN_MS);
    assert.equal(signals(), 1);
  }
});

test('a cancelled stop signal is not sent, whatever the run reports', () => {
  const { scheduler, timer, signals } = bench();
  timer.serve();
  timer.start();
  timer.cancel();
  timer.record({ kind: 'draining' });
  timer.record({ kind: 'drained' });
  scheduler.advance(DRAIN_MS);
  assert.equal(signals(), 0);
});
