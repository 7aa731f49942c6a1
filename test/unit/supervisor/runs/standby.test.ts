import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Standby } from '../../../../src/supervisor/runs/standby.ts';
import { FakeScheduler } from '../../../helpers/fake-scheduler.ts';

const BEGIN = { generation: 2, reason: undefined, state: {} };

/** A child at the gate that writes down what happens to it. */
class FakeChild {
  readonly pid = 42;
  readonly told: string[] = [];
  isThere = true;

  atGate({ kind }: { readonly kind: string }): void {
    this.told.push(kind);
  }

  kill(): void {
    this.told.push('kill');
    this.isThere = false;
  }
}

function bench(mark = () => ''): {
  scheduler: FakeScheduler;
  standby: Standby<FakeChild>;
  children: FakeChild[];
  state: { version: string };
} {
  const scheduler = new FakeScheduler();
  const children: FakeChild[] = [];
  const state = { version: '' };
  const standby = new Standby<FakeChild>({
    scheduler,
    version: () => state.version,
    spawn: () => children[children.push(new FakeChild()) - 1]!,
    usage: () => ({ message: { kind: 'warm', builtins: [], found: [] }, mark }),
    onDebug: () => {},
  });
  return { scheduler, standby, children, state };
}

test('it is started a moment after the child has come up, and let through when it is taken', () => {
  const { scheduler, standby, children } = bench();
  standby.prepare();
  assert.equal(children.length, 0);
  scheduler.advance(100);
  assert.equal(children.length, 1);
  assert.equal(standby.take(BEGIN), children[0]);
  assert.deepEqual(children[0]?.told, ['warm', 'go']);
  assert.equal(standby.take(BEGIN), undefined);
});

test('there is one at a time, however often it is prepared', () => {
  const { scheduler, standby, children } = bench();
  for (let i = 0; i < 3; i++) standby.prepare();
  scheduler.advance(100);
  standby.prepare();
  scheduler.advance(1000);
  assert.equal(children.length, 1);
});

test('one that is taken before it is there is none', () => {
  const { scheduler, standby, children } = bench();
  standby.prepare();
  assert.equal(standby.take(BEGIN), undefined);
  scheduler.advance(1000);
  assert.equal(children.length, 0);
});

test('one that has died is not taken, and is replaced when the next run has come up', () => {
  const { scheduler, standby, children } = bench();
  standby.prepare();
  scheduler.advance(100);
  children[0]!.isThere = false;
  assert.equal(standby.take(BEGIN), undefined);
  standby.prepare();
  scheduler.advance(100);
  assert.equal(standby.take(BEGIN), children[1]);
});

test('one that is discarded is killed, and so is one that gets old', () => {
  const { scheduler, standby, children } = bench();
  standby.prepare();
  scheduler.advance(100);
  standby.discard();
  assert.deepEqual(children[0]?.told, ['warm', 'kill']);
  standby.prepare();
  scheduler.advance(100);
  scheduler.advance(3_600_000);
  assert.deepEqual(children[1]?.told, ['warm', 'kill']);
  scheduler.advance(100);
  assert.equal(standby.take(BEGIN), children[2]);
});

test('one that has read what is not so any more is killed when its turn comes', () => {
  let mark = 'one';
  const { scheduler, standby, children } = bench(() => mark);
  standby.prepare();
  scheduler.advance(100);
  assert.equal(standby.take(BEGIN), children[0]);
  standby.prepare();
  scheduler.advance(100);
  mark = 'two';
  assert.equal(standby.take(BEGIN), undefined);
  assert.deepEqual(children[1]?.told, ['warm', 'kill']);
});

test('one that was started with what is not so any more is replaced', () => {
  const { scheduler, standby, children, state } = bench();
  standby.prepare();
  scheduler.advance(100);
  standby.refresh();
  assert.equal(children[0]?.isThere, true);
  state.version = 'another';
  standby.refresh();
  assert.equal(children[0]?.isThere, false);
  // Each time it waits longer, until the next run.
  scheduler.advance(100);
  assert.equal(children.length, 1);
  scheduler.advance(100);
  assert.equal(standby.take(BEGIN), children[1]);
  standby.prepare();
  scheduler.advance(100);
  assert.equal(children.length, 3);
});
