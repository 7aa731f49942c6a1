import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, anyPortHost } from '../../../../src/supervisor/program/inspect-port.ts';

test('the last option with a port decides whether the system chooses the port, and names the host', () => {
  for (const [options, expected] of [
    ['', undefined],
    ['--inspect', undefined],
    ['--inspect=0', '127.0.0.1'],
    ['--inspect-brk=0', '127.0.0.1'],
    ['--inspect-wait=0', '127.0.0.1'],
    ['--inspect_brk=00', '127.0.0.1'],
    ['--inspect --inspect-port=0', '127.0.0.1'],
    ['--inspect-port 0 --inspect', '127.0.0.1'],
    ['--debug-port=0', '127.0.0.1'],
    ['--inspect=localhost:0', 'localhost'],
    ['--inspect=[::1]:0', '::1'],
    ['--inspect=9230', undefined],
    ['--inspect=10.0.0.0', undefined],
    ['--inspect=0 --inspect-port=9230', undefined],
    ['--inspect=9230 --inspect=0', '127.0.0.1'],
    ['--inspect 0', undefined],
    ['--inspect-publish-uid=0', undefined],
    ['--title=0 --inspect', undefined],
    ['--inspect-port', undefined],
    ['--inspect=:0', '127.0.0.1'],
  ] as const) {
    assert.equal(anyPortHost(options.split(' ')), expected, options);
  }
});

test('the address of an inspector is parsed from its URL', () => {
  assert.deepEqual(addressOf('ws://127.0.0.1:80/0-1'), { host: '127.0.0.1', port: 80 });
  assert.deepEqual(addressOf('ws://[::1]:9229/0-1'), { host: '::1', port: 9229 });
  assert.deepEqual(addressOf('ws://[::]:9229/0-1'), { host: '::', port: 9229 });
  assert.deepEqual(addressOf('ws://localhost:1/0-1'), { host: 'localhost', port: 1 });
  assert.equal(addressOf(''), undefined);
});
