import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  encodeControl,
  encodeGateMessage,
  encodeHanded,
  encodeListening,
  parseBegin,
  parseControl,
  parseGateMessage,
  parseHanded,
  parseListening,
} from '../../../src/protocol/control.cts';
import type { RestartReason } from '../../../src/protocol/app-bridge.cts';
import type { ControlMessage } from '../../../src/protocol/control.cts';

const REASON: RestartReason = {
  cause: 'change',
  files: [{ path: '/a.js', how: 'created' }],
  message: undefined,
};
const STOP: ControlMessage = { kind: 'stop', signal: 'SIGTERM', reason: REASON };

test('what a run is told when it begins comes back as it was, and what is not ours is left out', () => {
  const begin = { generation: 2, reason: { ...REASON, message: 'why' }, state: { a: 'AAA=' } };
  const go = { kind: 'go', begin } as const;
  assert.deepEqual(parseGateMessage(encodeGateMessage(go).trim()), go);
  const first = { generation: 1, reason: undefined, state: {} };
  for (const value of [undefined, null, 1, {}, { generation: '2', reason: { cause: 'x' }, state: [1] }])
    assert.deepEqual(parseBegin(value), first, JSON.stringify(value));
  const odd = parseBegin({
    generation: 3,
    reason: { cause: 'exit', files: [1, { path: 1 }] },
    state: { a: 1 },
  });
  assert.deepEqual(odd, {
    generation: 3,
    reason: { cause: 'exit', files: [], message: undefined },
    state: {},
  });
});

test('a control message comes back as it was', () => {
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

test('Node keeps control messages out of sight of the app by their prefix', () => {
  assert.match((encodeControl(STOP) as { cmd: string }).cmd, /^NODE_/);
});

test('what is not one of our control messages is none', () => {
  const ours = encodeControl(STOP);
  for (const message of [
    undefined,
    null,
    'stop',
    {},
    [],
    { kind: 'stop' },

    { ...ours, cmd: 'NODE_HANDLE' },
    { ...ours, version: 0 },
    { ...ours, kind: 'other' },
    { ...ours, kind: 'inspect' },
    { ...ours, kind: 'inspect', host: 'x', port: '1' },
  ]) {
    assert.equal(parseControl(message), undefined, JSON.stringify(message));
  }
});

test('a listening socket is described as it is, and nothing else describes one', () => {
  const listening = { id: '1.2', key: '["bind","127.0.0.1",80,0]0', mark: '80', file: undefined, http: true };
  assert.deepEqual(parseListening(encodeListening(listening)), listening);
  assert.equal(parseControl(encodeListening(listening)), undefined);
  for (const message of [undefined, null, 'text', {}, encodeControl(STOP), { ...listening }])
    assert.equal(parseListening(message), undefined);
});

test('sockets that are handed over come as they are, and what is none is left out', () => {
  const handed = [{ id: '1', key: 'a', mark: '', fd: 6 }];
  assert.deepEqual(parseHanded(encodeHanded(handed)), handed);
  assert.deepEqual(parseHanded('[1, null, {"id":"1"}]'), []);
  for (const value of ['', 'text', '{}']) assert.deepEqual(parseHanded(value), []);
});
