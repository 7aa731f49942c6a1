import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeldSockets } from '../../../../src/supervisor/runs/held-sockets.ts';

/** A handle that knows whether it was closed. */
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
  const held = new HeldSockets({ onChange: () => count++, onDebug: () => {} });
  return {
    held,
    changes: () => count,
    add: (id, key = id, http = false) => {
      const handle = new FakeHandle(fd++);
      held.add({ id, key, mark: '', file: undefined, http }, handle);
      return handle;
    },
  };
}

test('what is held is handed over, as descriptors from 6 on', () => {
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

test('a socket that is bound to the same takes the place of the one before', () => {
  const { held, add } = bench();
  const before = add('1', 'a');
  const version = held.version;
  const after = add('2', 'a');
  assert.deepEqual([before.closed, after.closed], [true, false]);
  assert.notEqual(held.version, version);
  // The one before is let go: that is not the one that is there now.
  held.release('1');
  assert.equal(after.closed, false);
});

test('a socket that is let go is closed, also when the word comes before it', () => {
  const { held, changes, add } = bench();
  const one = add('1');
  held.release('1');
  held.release('2');
  const two = add('2');
  assert.deepEqual([one.closed, two.closed], [true, true]);
  assert.deepEqual(held.handOver().fds, []);
  assert.equal(changes(), 2);
});

test('no more are held than descriptors that Node closes for what the program starts', () => {
  const { held, add } = bench();
  const handles = Array.from({ length: 12 }, (_, i) => add(String(i)));
  assert.deepEqual(
    handles.map(({ closed }) => closed),
    handles.map((_, i) => i >= 10),
  );
  assert.equal(held.handOver().handed.at(-1)?.fd, 15);
});

test('a program that has broken keeps what speaks HTTP, one that has completed nothing', () => {
  const { held, add } = bench();
  const web = add('1', 'a', true);
  const other = add('2', 'b');
  held.ended(true);
  assert.deepEqual([web.closed, other.closed], [false, true]);
  held.ended(false);
  assert.equal(web.closed, true);
});
