import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControlMessage } from '../../../../src/protocol/control.cts';
import { addressOf, wantsAnyPort } from '../../../../src/supervisor/program/inspect-port.ts';
import { DebugSignal } from '../../../../src/supervisor/host/debug-signal.ts';

test('the last option that names a port tells whether the system is to choose it', () => {
  for (const [options, expected] of [
    ['', false],
    ['--inspect', false],
    ['--inspect=0', true],
    ['--inspect-brk=0', true],
    ['--inspect-wait=0', true],
    ['--inspect_brk=00', true],
    ['--inspect --inspect-port=0', true],
    ['--inspect-port 0 --inspect', true],
    ['--debug-port=0', true],
    ['--inspect=localhost:0', true],
    ['--inspect=[::1]:0', true],
    ['--inspect=9230', false],
    ['--inspect=10.0.0.0', false],
    ['--inspect=0 --inspect-port=9230', false],
    ['--inspect=9230 --inspect=0', true],
    ['--inspect 0', false],
    ['--inspect-publish-uid=0', false],
    ['--title=0 --inspect', false],
    ['--inspect-port', false],
  ] as const) {
    assert.equal(wantsAnyPort(options.split(' ')), expected, options);
  }
});

test('the address of an inspector is in its URL', () => {
  assert.deepEqual(addressOf('ws://127.0.0.1:80/0-1'), { host: '127.0.0.1', port: 80 });
  assert.deepEqual(addressOf('ws://[::1]:9229/0-1'), { host: '::1', port: 9229 });
  assert.deepEqual(addressOf('ws://[::]:9229/0-1'), { host: '::', port: 9229 });
  assert.deepEqual(addressOf('ws://localhost:1/0-1'), { host: 'localhost', port: 1 });
  assert.equal(addressOf(''), undefined);
});

/** An app that keeps what it gets. */
function newApp(): {
  got: unknown[];
  signal: (name: string) => void;
  tell: (message: ControlMessage) => void;
} {
  const got: unknown[] = [];
  return { got, signal: (name) => got.push(name), tell: (message) => got.push(message) };
}

const PASSED_ON = ['SIGUSR1', { kind: 'inspected' }];

test('SIGUSR1 goes to an app that has begun', () => {
  const debug = new DebugSignal();
  const app = newApp();
  debug.begun(app);
  debug.begun(app);
  assert.deepEqual(app.got, []);
  debug.received(false);
  assert.deepEqual(app.got, PASSED_ON);
});

test('SIGUSR1 that the app has got itself is not sent again', () => {
  const debug = new DebugSignal();
  const app = newApp();
  debug.begun(app);
  debug.received(true);
  assert.deepEqual(app.got, [{ kind: 'inspected' }]);
  debug.pause();
  debug.received(true);
  const next = newApp();
  debug.begun(next);
  assert.deepEqual(next.got, []);
});

test('SIGUSR1 that comes when no app can take it goes to the next one, once', () => {
  const debug = new DebugSignal();
  const [one, two, three] = [newApp(), newApp(), newApp()];
  debug.begun(one);
  debug.pause();
  debug.received(false);
  debug.received(false);
  debug.begun(two);
  debug.pause();
  debug.begun(three);
  assert.deepEqual([one.got, two.got, three.got], [[], PASSED_ON, []]);
});

test('an inspector that SIGUSR1 has opened comes back in every later run that comes up', () => {
  const debug = new DebugSignal();
  const [one, two] = [newApp(), newApp()];
  debug.begun(one);
  debug.cameUp();
  assert.deepEqual(one.got, []);
  debug.opened('ws://127.0.0.1:9229/0-1');
  debug.pause();
  debug.cameUp();
  debug.begun(two);
  debug.cameUp();
  assert.deepEqual(two.got, [{ kind: 'inspect', host: '127.0.0.1', port: 9229 }]);
});
