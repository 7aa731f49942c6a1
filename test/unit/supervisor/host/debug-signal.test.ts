import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControlMessage } from '../../../../src/protocol/control.cts';
import { DebugSignal } from '../../../../src/supervisor/host/debug-signal.ts';

/** A run that records what it receives. */
function fakeRun(): {
  received: unknown[];
  signal: (name: string) => void;
  tell: (message: ControlMessage) => boolean;
} {
  const received: unknown[] = [];
  return { received, signal: (name) => received.push(name), tell: (message) => received.push(message) > 0 };
}

const FORWARDED = ['SIGUSR1', { kind: 'inspected' }];

test('SIGUSR1 is forwarded to a run that has begun to load', () => {
  const debug = new DebugSignal();
  const run = fakeRun();
  debug.runLoads(run);
  debug.runLoads(run);
  assert.deepEqual(run.received, []);
  debug.received(false);
  assert.deepEqual(run.received, FORWARDED);
});

test('SIGUSR1 that the run has received itself is not forwarded', () => {
  const debug = new DebugSignal();
  const run = fakeRun();
  debug.runLoads(run);
  debug.received(true);
  assert.deepEqual(run.received, [{ kind: 'inspected' }]);
  debug.pause();
  debug.received(true);
  const next = fakeRun();
  debug.runLoads(next);
  assert.deepEqual(next.received, []);
});

test('SIGUSR1 that no run can take is forwarded to the next run, once', () => {
  const debug = new DebugSignal();
  const [one, two, three] = [fakeRun(), fakeRun(), fakeRun()];
  debug.runLoads(one);
  debug.pause();
  debug.received(false);
  debug.received(false);
  debug.runLoads(two);
  debug.pause();
  debug.runLoads(three);
  assert.deepEqual([one.received, two.received, three.received], [[], FORWARDED, []]);
});

test('an inspector that SIGUSR1 has opened is reopened in every later run', () => {
  const debug = new DebugSignal();
  const [one, two] = [fakeRun(), fakeRun()];
  debug.runLoads(one);
  debug.runIsUp();
  assert.deepEqual(one.received, []);
  debug.opened('ws://127.0.0.1:9229/0-1');
  debug.pause();
  debug.runIsUp();
  debug.runLoads(two);
  debug.runIsUp();
  assert.deepEqual(two.received, [{ kind: 'inspect', host: '127.0.0.1', port: 9229 }]);
});
