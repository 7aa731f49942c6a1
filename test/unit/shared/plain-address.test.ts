import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainAddress } from '../../../src/shared/plain-address.cts';

test('two spellings of an address are equal', () => {
  for (const [address, plain] of [
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['::FFFF:10.0.0.2', '10.0.0.2'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['::ffff:1', '::ffff:1'],
    [undefined, ''],
  ])
    assert.equal(plainAddress(address), plain);
});
