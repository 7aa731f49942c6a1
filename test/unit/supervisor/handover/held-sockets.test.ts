import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { fakeTimers } from '../../../helpers/fake-timers.ts';
import { HeldSockets } from '../../../../src/supervisor/handover/held-sockets.ts';

/** A handle that records its close. */
class FakeHandle {
  readonly fd: number;
  closed = false;

  constructor(fd: number) {
    this.fd = fd;
  }

  close(): void {
    this.closed = true;
  }
}

function bench(): {
  held: HeldSockets;
  changes: () => number;
  add: (id: string, key?: string, http?: boolean) => FakeHandle;
} {
  let count = 0;
  let fd = 20;
  const held = new HeldSockets({ debug: () => {} }, () => count++);
  return {
    held,
    changes: () => count,
    add: (id, key = id, http = false) => {
      const handle = new FakeHandle(fd++);
      held.add({ kind: 'listening', id, key, mark: '', file: undefined, http }, handle);
      return handle;
    },
  };
}

test('held sockets are handed over as descriptors from 6 on', () => {
  const { held, add } = bench();
  add('1', 'a');
  add('2', 'b');
  assert.deepEqual(held.handOver(), {
    fds: [20, 21],
    handed: [
      { id: '1', key: 'a', mark: '', fd: 6 },
      { id: '2', key: 'b', mark: '', fd: 7 },
    ],
  });
});

test('a socket with the same address replaces the earlier one', () => {
  const { held, changes, add } = bench();
  const before = add('1', 'a');
  assert.equal(changes(), 1);
  const after = add('2', 'a');
  assert.deepEqual([before.closed, after.closed], [true, false]);
  assert.equal(changes(), 2);
  // The late release of the earlier socket does not affect the new one.
  held.release('1');
  assert.equal(after.closed, false);
});

test('a released socket is closed, even if its release arrives first', () => {
  const { held, changes, add } = bench();
  const one = add('1');
  held.release('1');
  held.release('2');
  const two = add('2');
  assert.deepEqual([one.closed, two.closed], [true, true]);
  assert.deepEqual(held.handOver().fds, []);
  assert.equal(changes(), 2);
});

test('at most as many sockets are held as Node marks close-on-exec descriptors', () => {
  const { held, add } = bench();
  const handles = Array.from({ length: 12 }, (_, i) => add(String(i)));
  assert.deepEqual(
    handles.map(({ closed }) => closed),
    handles.map((_, i) => i >= 10),
  );
  assert.equal(held.handOver().handed.at(-1)?.fd, 15);
});

test('after a crash HTTP sockets stay open, after a clean exit none', () => {
  const { held, add } = bench();
  const web = add('1', 'a', true);
  const other = add('2', 'b');
  held.exited(true);
  assert.deepEqual([web.closed, other.closed], [false, true]);
  held.close();
  assert.equal(web.closed, true);
});

test('a socket on which the exited run did not listen stays open for a moment', () => {
  const { held, add } = bench();
  const timers = fakeTimers();
  const one = add('1');
  held.begin();
  held.exited(false);
  timers.advance(999);
  held.begin();
  timers.advance(1);
  assert.equal(one.closed, false);
  held.exited(false);
  timers.advance(1000);
  assert.equal(one.closed, true);
  mock.timers.reset();
});
