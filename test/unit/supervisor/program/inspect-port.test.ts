import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, wantsAnyPort } from '../../../../src/supervisor/program/inspect-port.ts';

test('the last option with a port decides whether the system chooses the port', () => {
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

test('the address of an inspector is parsed from its URL', () => {
  assert.deepEqual(addressOf('ws://127.0.0.1:80/0-1'), { host: '127.0.0.1', port: 80 });
  assert.deepEqual(addressOf('ws://[::1]:9229/0-1'), { host: '::1', port: 9229 });
  assert.deepEqual(addressOf('ws://[::]:9229/0-1'), { host: '::', port: 9229 });
  assert.deepEqual(addressOf('ws://localhost:1/0-1'), { host: 'localhost', port: 1 });
  assert.equal(addressOf(''), undefined);
});
