import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayRead } from '../../../src/crash-page/access.ts';

const HERE = { remoteAddress: '127.0.0.1', localAddress: '127.0.0.1' };
const MAPPED = { remoteAddress: '::ffff:127.0.0.1', localAddress: '::ffff:127.0.0.1' };
const IPV6 = { remoteAddress: '::1', localAddress: '::1' };
/** This machine under its address in the network. */
const OWN = { remoteAddress: '10.0.0.5', localAddress: '10.0.0.5' };
const OTHER = { remoteAddress: '10.0.0.9', localAddress: '10.0.0.5' };
const UNIX = {};

test('this machine sees the error under a loopback name and the address that it has connected to', () => {
  for (const [connection, ...hosts] of [
    [
      HERE,
      'localhost',
      'LOCALHOST:3000',
      'localhost.:3000',
      'app.localhost:80',
      '127.0.0.1:3000',
      '0.0.0.0:3000',
    ],
    [MAPPED, 'localhost:3000', '127.0.0.1:3000', '127.1.2.3'],
    [IPV6, '[::1]:3000', '[::1]', 'localhost', '[::]:3000'],
    [OWN, '10.0.0.5:3000', 'localhost:3000'],
    [UNIX, 'localhost', '127.0.0.1'],
  ] as const)
    for (const host of hosts) assert.equal(mayRead({ host }, connection, []), true, host);
});

test('a name that resolves to this machine (DNS rebinding) does not show the error', () => {
  for (const connection of [HERE, MAPPED, IPV6, OWN, UNIX])
    for (const host of [
      'evil.example',
      'evil.example:3000',
      'localhost.evil.example',
      'evillocalhost',
      '127.0.0.1.evil.example',
      '10.0.0.6:3000',
      '127.0.0.1:3000:1',
      '[::1',
      '',
      undefined,
      '__proto__',
    ])
      assert.equal(mayRead({ host }, connection, []), false, host);
});

test('another machine does not see the error, also behind a proxy on this one', () => {
  for (const host of ['localhost:3000', '10.0.0.5:3000', '127.0.0.1'])
    assert.equal(mayRead({ host }, OTHER, []), false, host);
  const host = 'localhost:3000';
  assert.equal(mayRead({ host, 'x-forwarded-for': '203.0.113.5, 127.0.0.1' }, HERE, []), false);
  assert.equal(mayRead({ host, 'x-forwarded-host': 'evil.example' }, HERE, []), false);
  assert.equal(mayRead({ host, forwarded: 'for=127.0.0.1' }, HERE, []), false);
  const local = { 'x-forwarded-for': '::ffff:127.0.0.1', 'x-forwarded-host': 'localhost:8080' };
  assert.equal(mayRead({ host, ...local }, HERE, []), true);
});

test('every client sees the error under a host that the user has named', () => {
  for (const connection of [HERE, OTHER, UNIX]) {
    assert.equal(mayRead({ host: 'Dev.local:3000' }, connection, ['dev.local']), true);
    assert.equal(mayRead({ host: '[fe80::1]:3000' }, connection, ['fe80::1']), true);
    assert.equal(mayRead({ host: 'other.local' }, connection, ['dev.local']), false);
    assert.equal(mayRead({ host: 'other.local' }, connection, ['*']), true);
  }
  // A container: the browser of the user is another machine to it.
  assert.equal(mayRead({ host: 'localhost:3000' }, OTHER, ['localhost']), true);
  assert.equal(
    mayRead({ host: 'localhost', 'x-forwarded-host': 'evil.example' }, OTHER, ['localhost']),
    false,
  );
});
