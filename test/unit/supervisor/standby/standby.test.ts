import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Standby } from '../../../../src/supervisor/standby/standby.ts';
import { fakeTimers } from '../../../helpers/fake-timers.ts';
import type { FakeTimers } from '../../../helpers/fake-timers.ts';

/** A run at the gate that records the messages and signals it receives. */
class FakeRun {
  readonly pid = 42;
  readonly received: string[] = [];
  isRunning = true;

  sendToGate({ kind }: { readonly kind: string }): void {
    this.received.push(kind);
  }

  signal(name: string): void {
    this.received.push(name);
    this.isRunning = false;
  }
}

function bench(
  fingerprint = () => '',
  isReady = () => true,
): {
  scheduler: FakeTimers;
  standby: Standby<FakeRun>;
  runs: FakeRun[];
} {
  const scheduler = fakeTimers();
  const runs: FakeRun[] = [];
  const standby = new Standby<FakeRun>({
    spawn: () => runs[runs.push(new FakeRun()) - 1]!,
    warmUp: () => ({ message: { kind: 'warm', builtins: [], found: [], link: [], run: [] }, fingerprint }),
    isReady,
    rest: 100,
    log: { debug: () => {} },
  });
  return { scheduler, standby, runs };
}

test('a standby starts shortly after the current run, and runs when it is taken', () => {
  const { scheduler, standby, runs } = bench();
  standby.prepare();
  assert.equal(runs.length, 0);
  scheduler.advance(100);
  assert.equal(runs.length, 1);
  assert.equal(standby.take()?.run, runs[0]);
  assert.deepEqual(runs[0]?.received, ['warm']);
  assert.equal(standby.take(), undefined);
});

test('there is at most one standby', () => {
  const { scheduler, standby, runs } = bench();
  for (let i = 0; i < 3; i++) standby.prepare();
  scheduler.advance(100);
  standby.prepare();
  scheduler.advance(1000);
  assert.equal(runs.length, 1);
});

test('a standby that has not started cannot be taken, and does not start later', () => {
  const { scheduler, standby, runs } = bench();
  standby.prepare();
  assert.equal(standby.take(), undefined);
  scheduler.advance(1000);
  assert.equal(runs.length, 0);
});

test('while files are missing that a run needs, no standby starts', () => {
  let isInstalled = false;
  const { scheduler, standby, runs } = bench(undefined, () => isInstalled);
  standby.prepare();
  scheduler.advance(60_000);
  standby.prepare();
  assert.equal(runs.length, 0);
  isInstalled = true;
  scheduler.advance(1000);
  assert.equal(standby.take()?.run, runs[0]);
});

test('a standby that has exited is not taken, and the next run gets another one', () => {
  const { scheduler, standby, runs } = bench();
  standby.prepare();
  scheduler.advance(100);
  runs[0]!.isRunning = false;
  assert.equal(standby.take(), undefined);
  standby.prepare();
  scheduler.advance(100);
  assert.equal(standby.take()?.run, runs[1]);
});

test('a discarded standby and an old one are killed', () => {
  const { scheduler, standby, runs } = bench();
  standby.prepare();
  scheduler.advance(100);
  standby.discard();
  assert.deepEqual(runs[0]?.received, ['warm', 'SIGKILL']);
  standby.prepare();
  scheduler.advance(100);
  scheduler.advance(3_600_000);
  assert.deepEqual(runs[1]?.received, ['warm', 'SIGKILL']);
  scheduler.advance(100);
  assert.equal(standby.take()?.run, runs[2]);
});

test('a standby is killed at its turn if the files it has read have changed', () => {
  let fingerprint = 'one';
  const { scheduler, standby, runs } = bench(() => fingerprint);
  standby.prepare();
  scheduler.advance(100);
  assert.equal(standby.take()?.run, runs[0]);
  standby.prepare();
  scheduler.advance(100);
  fingerprint = 'two';
  assert.equal(standby.take(), undefined);
  assert.deepEqual(runs[1]?.received, ['warm', 'SIGKILL']);
});

test('a standby is replaced when the set of held sockets changes', () => {
  const { scheduler, standby, runs } = bench();
  standby.prepare();
  scheduler.advance(100);
  standby.refresh();
  assert.equal(runs[0]?.isRunning, false);
  // The delay doubles each time, until the next run.
  scheduler.advance(100);
  assert.equal(runs.length, 1);
  scheduler.advance(100);
  assert.equal(standby.take()?.run, runs[1]);
  standby.prepare();
  scheduler.advance(100);
  assert.equal(runs.length, 3);
});

test('records from before its turn are handed over with the standby, records of a discarded one are dropped', () => {
  const { scheduler, standby, runs } = bench();
  const prepare = (): void => {
    standby.prepare();
    scheduler.advance(100);
  };
  prepare();
  standby.discard();
  prepare();
  standby.record(runs[0]!, { kind: 'up', at: 1 });
  standby.record(runs[1]!, { kind: 'up', at: 2 });
  assert.deepEqual(standby.take()?.records, [{ kind: 'up', at: 2 }]);
});
