import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  encodeControl,
  encodeGateMessage,
  encodeInherited,
  parseControl,
  parseGateMessage,
  parseInherited,
  parseListening,
  parseWorkerMessage,
  parseWorkerReport,
} from '../../../src/protocol/control.cts';
import type { RestartReason } from '../../../src/protocol/app-bridge.cts';
import type { ControlMessage } from '../../../src/protocol/control.cts';

const REASON: RestartReason = {
  cause: 'change',
  files: [{ path: '/a.js', how: 'created' }],
  message: undefined,
};
const STOP: ControlMessage = { kind: 'stop', signal: 'SIGTERM', reason: REASON };

test('a gate message takes one line and is parsed unchanged', () => {
  const begin = { generation: 2, reason: REASON, state: { a: 'AAA=' } };
  const found = [['p', 'file:///a.js', 'file:///p.js']] as const;
  for (const message of [
    { kind: 'warm', builtins: [{ name: 'node:fs', imported: true }], found, link: ['file:///b.js'], run: [] },
    { kind: 'go', begin },
    { kind: 'go', begin: { ...begin, reason: { ...REASON, message: 'why' } } },
    { kind: 'go', begin: { ...begin, reason: undefined } },
  ] as const) {
    const [line, ...rest] = encodeGateMessage(message).split('\n');
    assert.deepEqual(rest, ['']);
    assert.deepEqual(parseGateMessage(line ?? ''), message);
  }
  for (const line of ['', 'text', 'null', '{}', '{"kind":"other"}', '{"kind":"toString"}', '{"kind":"go"}'])
    assert.equal(parseGateMessage(line), undefined, line);
});

test('a control message is parsed unchanged', () => {
  for (const message of [
    STOP,
    { ...STOP, reason: undefined },
    { kind: 'ask', round: 2, files: REASON.files },
    { kind: 'inspected' },
    { kind: 'inspect', host: '127.0.0.1', port: 9229 },
  ] as const) {
    assert.deepEqual(parseControl(encodeControl(message)), message);
  }
});

test('the messages between the primary and the workers of a cluster are parsed unchanged', () => {
  for (const message of [
    { kind: 'drain', closed: [{ address: '::', port: 80 }, '/a.sock'] },
    { kind: 'closeEndless' },
  ] as const) {
    assert.deepEqual(parseWorkerMessage(encodeControl(message)), message);
    assert.equal(parseWorkerReport(encodeControl(message)), undefined);
  }
  for (const kind of ['serving', 'draining', 'drained'] as const) {
    assert.deepEqual(parseWorkerReport(encodeControl({ kind })), { kind });
    assert.equal(parseWorkerMessage(encodeControl({ kind })), undefined);
  }
});

test('a program that extends Object.prototype changes no check', () => {
  const message = encodeControl(STOP);
  // oxlint-disable-next-line no-extend-native -- as some programs do
  Object.defineProperty(Object.prototype, 'extra', { value: 1, enumerable: true, configurable: true });
  try {
    assert.equal(parseControl(message)?.kind, 'stop');
  } finally {
    Reflect.deleteProperty(Object.prototype, 'extra');
  }
});

test('a control message has the prefix that hides it from the app', () => {
  assert.match((encodeControl(STOP) as { cmd: string }).cmd, /^NODE_/);
});

test('other IPC messages are not control messages', () => {
  const ours = encodeControl(STOP);
  for (const message of [
    undefined,
    null,
    'stop',
    {},
    [],
    { kind: 'stop' },
    { ...ours, kind: 'toString' },
    { ...ours, cmd: 'NODE_HANDLE' },
    { ...ours, version: 0 },
    { ...ours, kind: 'other' },
    { ...ours, kind: 'inspect' },
    { ...ours, kind: 'inspect', host: 'x', port: '1' },
  ]) {
    assert.equal(parseControl(message), undefined, JSON.stringify(message));
  }
});

test('the description of a listening socket is parsed unchanged; other messages are not descriptions', () => {
  const listening = {
    kind: 'listening',
    id: '1.2',
    key: '["bind","127.0.0.1",80,0]0',
    mark: '80',
    file: undefined,
    http: true,
  } as const;
  assert.deepEqual(parseListening(encodeControl(listening)), listening);
  assert.equal(parseControl(encodeControl(listening)), undefined);
  for (const message of [undefined, null, 'text', {}, encodeControl(STOP), { ...listening }])
    assert.equal(parseListening(message), undefined);
});

test('inherited sockets are parsed unchanged; invalid ones are left out', () => {
  const sockets = [{ id: '1', key: 'a', mark: '', fd: 6 }];
  assert.deepEqual(parseInherited(encodeInherited(sockets)), sockets);
  assert.deepEqual(parseInherited('[1, null, {"id":"1"}]'), []);
  for (const value of ['', 'text', '{}']) assert.deepEqual(parseInherited(value), []);
});
