import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventQueue } from '../../../../src/supervisor/lifecycle/event-queue.ts';

/** A queue, and the names of the actions that have run. */
function fixture(): { queue: EventQueue; log: string[]; add: (name: string) => void } {
  const queue = new EventQueue();
  const log: string[] = [];
  return { queue, log, add: (name) => queue.add(() => log.push(name)) };
}

test('actions wait for the start, and then run at once', () => {
  const { queue, log, add } = fixture();
  add('a');
  add('b');
  assert.deepEqual(log, []);
  queue.start();
  assert.deepEqual(log, ['a', 'b']);
  add('c');
  assert.deepEqual(log, ['a', 'b', 'c']);
});

test('an action that a running action adds runs after it', () => {
  const { queue, log, add } = fixture();
  queue.start();
  queue.add(() => {
    add('inner');
    log.push('outer');
  });
  assert.deepEqual(log, ['outer', 'inner']);
});

test('an action that needs a look-up keeps its place', async () => {
  const { queue, log, add } = fixture();
  queue.start();
  const [first, second] = [defer(), defer()];
  const done = Promise.all([
    queue.addAfter(first.promise, (value) => log.push(value)),
    queue.addAfter(second.promise, (value) => log.push(value)),
  ]);
  add('last');
  second.resolve('second');
  await second.promise;
  assert.deepEqual(log, []);
  first.resolve('first');
  await done;
  assert.deepEqual(log, ['first', 'second', 'last']);
});

test('a look-up that is done before the start keeps the order of arrival', async () => {
  const { queue, log, add } = fixture();
  add('before');
  await queue.addAfter(Promise.resolve('looked up'), (value) => log.push(value));
  add('after');
  assert.deepEqual(log, []);
  queue.start();
  assert.deepEqual(log, ['before', 'looked up', 'after']);
});

test('an action that throws does not block the queue', () => {
  const { queue, log, add } = fixture();
  queue.start();
  const fail = (): void => {
    throw new Error('bug');
  };
  assert.throws(() => queue.add(fail), /bug/);
  add('next');
  assert.deepEqual(log, ['next']);
});

function defer(): { promise: Promise<string>; resolve: (value: string) => void } {
  let resolve: (value: string) => void = () => {};
  const promise = new Promise<string>((fulfil) => (resolve = fulfil));
  return { promise, resolve };
}
