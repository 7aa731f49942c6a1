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
import { encodeRecord, parseRecord } from '../../../src/protocol/records.cts';
import type { RestartReason } from '../../../src/protocol/app-bridge.cts';
import type { ControlMessage } from '../../../src/protocol/control.cts';
import type { LaneRecord } from '../../../src/protocol/records.cts';

const RECORDS: readonly LaneRecord[] = [
  {
    kind: 'resolved',
    specifier: './a b.js?x',
    parent: 'file:///app.js',
    url: 'file:///a%20b.js?x',
    stamp: { mtimeMs: 1.5, size: 2, ctimeMs: 3, hash: 5 },
  },
  {
    kind: 'resolved',
    specifier: 'x',
    parent: undefined,
    url: 'file:///x.js',
    stamp: { mtimeMs: 1, size: 0, ctimeMs: 0, hash: undefined },
  },
  {
    kind: 'resolved',
    specifier: 'line\nbreak "quoted" ü',
    parent: 'file:///a.js',
    url: 'file:///b.js',
    stamp: undefined,
  },
  { kind: 'missed', specifier: 'x', parent: undefined, at: 5 },
  { kind: 'missed', specifier: './x', parent: 'file:///a.js', at: 5.25 },
  { kind: 'spawned', pid: 42 },
  { kind: 'crashed', first: true, text: 'Error: line\nbreak \uD83D' },
  { kind: 'crashed', first: false, text: '' },
  { kind: 'inspected', url: 'ws://127.0.0.1:9229/id' },
  { kind: 'adopted', id: '1.2' },
  { kind: 'released', id: '1.2' },
  { kind: 'draining' },
  { kind: 'drained' },
  { kind: 'wishes', change: true, end: false },
  { kind: 'answered', round: 3, restart: true },
  { kind: 'requested', what: 'restart', message: 'line\nbreak' },
  { kind: 'requested', what: 'stop', message: undefined },
  { kind: 'tracked', text: 'src/**', cwd: '/app', on: true },
  { kind: 'preserved', key: 'a', first: true, last: false, text: 'AAA=' },
  { kind: 'lost', key: 'a', why: 'too big' },
  { kind: 'reads' },
  { kind: 'up', at: 7 },
];

test('every record comes back as it was, and takes one line', () => {
  for (const record of RECORDS) {
    const [before, line, after, ...more] = encodeRecord(record).split('\n');
    assert.deepEqual([before, after, more], ['', '', []]);
    assert.deepEqual(parseRecord(line ?? ''), record);
  }
});

test('a line that is not one of ours is no record', () => {
  for (const line of [
    '',
    'text',
    'null',
    '1',
    '{}',
    '[]',
    '["x"]',
    '["r"]',
    '["r",1,null,"u"]',
    '["r","s",1,"u"]',
    '["r","s",null]',
    '["m","s",null]',
    '["m","s",null,"5"]',
    '["s"]',
    '["s",1]',
    '["s",1.5]',
    '["s","2"]',
    '["s",-2]',
    '["c"]',
    '["c",true]',
    '["c",1,"x"]',
    '["c",true,5]',
    '["i"]',
    '["i",1]',
    '["n",true]',
    '["v",1]',
    '["v","1",true]',
    '["x","other",null]',
    '["t","src","/app"]',
    '["p","a",true,"AAA="]',
    '["l","a"]',
    '["u"]',
    '["u",null]',
    '["u",1e999]',
    '["r","s"',
    '"r"',
  ]) {
    assert.equal(parseRecord(line), undefined, line);
  }
});

test('a stamp that is not whole is none', () => {
  for (const fields of ['1', '1,2', '1,2,null', '"1",2,3', 'null,null,null']) {
    const record = parseRecord(`["r","s",null,"file:///a.js",${fields}]`);
    assert.equal(record?.kind === 'resolved' && record.stamp, undefined, fields);
  }
});

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
