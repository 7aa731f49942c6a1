import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeParts, encodeRecord, PAGE, parseRecord } from '../../../src/protocol/records.cts';
import type { LaneRecord } from '../../../src/protocol/records.cts';
import { recordReader } from '../../../src/supervisor/runs/record-reader.ts';

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
    url: 'file:///x.js',
    stamp: { mtimeMs: 1, size: 0, ctimeMs: 0 },
  },
  {
    kind: 'resolved',
    specifier: 'line\nbreak "quoted" ü日',
    parent: 'file:///a.js',
    url: 'file:///b.js',
  },
  { kind: 'resolved', specifier: 'x', url: 'file:///x.js', onlyResolved: true },
  { kind: 'resolved', specifier: 'x', url: 'file:///x.js', format: 'commonjs' },
  { kind: 'again', index: 12 },
  { kind: 'again', index: 12, onlyResolved: true },
  { kind: 'again', index: 12, format: 'module' },
  { kind: 'loaded', url: 'file:///x.js' },
  { kind: 'loaded', url: 'file:///x.js', format: 'json' },
  { kind: 'missed', specifier: 'x', at: 5 },
  { kind: 'missed', specifier: './x', parent: 'file:///a.js', at: 5.25 },
  { kind: 'builtin', name: 'http', imported: true },
  { kind: 'disconnected' },
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
  { kind: 'requested', what: 'stop' },
  { kind: 'tracked', text: 'src/**', cwd: '/app', on: true },
  { kind: 'preserved', key: 'a', first: true, last: false, text: 'AAA=' },
  { kind: 'lost', key: 'a', why: 'too big' },
  { kind: 'reads' },
  { kind: 'up', at: 7 },
];
const BYTES = Buffer.from(RECORDS.map(encodeRecord).join(''));

class Bench {
  readonly records: LaneRecord[] = [];
  readonly garbage: string[] = [];
  readonly read = recordReader(
    (record) => this.records.push(record),
    (text) => this.garbage.push(text),
  );
}

test('each record takes one line and is parsed unchanged', () => {
  for (const record of RECORDS) {
    const [before, line, after, ...more] = encodeRecord(record).split('\n');
    assert.deepEqual([before, after, more], ['', '', []]);
    assert.deepEqual(parseRecord(line ?? ''), record);
  }
});

test('the parts of a long record fit into a page, and make up the record among the parts of others', () => {
  const texts = [
    'x'.repeat(10_000),
    '\u20AC"\\\n'.repeat(2000),
    '\u{1F600}'.repeat(3001),
    '\uD800'.repeat(900),
  ];
  const records = texts.map((text): LaneRecord => ({ kind: 'lost', key: 'k', why: text }));
  const all = records.map((record, i) => encodeParts(record, String(i)));
  for (const line of all.flat()) assert.ok(Buffer.byteLength(line) <= PAGE);
  const bench = new Bench();
  for (let i = 0; all.some((lines) => i < lines.length); i++)
    for (const lines of all) bench.read(Buffer.from(lines[i] ?? ''));
  const byText = new Set(bench.records.map((record) => JSON.stringify(record)));
  assert.deepEqual(byText, new Set(records.map((record) => JSON.stringify(record))));
  assert.deepEqual(bench.garbage, []);
});

test('a record whose last parts are missing is left out', () => {
  const bench = new Bench();
  const long: LaneRecord = { kind: 'lost', key: 'k', why: 'x'.repeat(10_000) };
  for (let i = 0; i < 1000; i++) bench.read(Buffer.from(encodeParts(long, String(i))[0]!));
  bench.read(BYTES);
  assert.deepEqual(bench.records, RECORDS);
});

test('an absent optional field and an undefined one are the same', () => {
  const line = encodeRecord({ kind: 'missed', specifier: 'x', parent: undefined, at: 5 });
  assert.deepEqual(parseRecord(line), { kind: 'missed', specifier: 'x', at: 5 });
});

test('a line of another form, or with a field of another type, is not a record', () => {
  for (const line of [
    '',
    'text',
    'null',
    '1',
    '"resolved"',
    '{}',
    '[]',
    '["resolved"]',
    '{"kind":1}',
    '{"kind":"other"}',
    '{"kind":"__proto__"}',
    '{"kind":"resolved"}',
    '{"kind":"resolved","specifier":1,"url":"u"}',
    '{"kind":"resolved","specifier":"s","parent":1,"url":"u"}',
    '{"kind":"resolved","specifier":"s","parent":null,"url":"u"}',
    '{"kind":"resolved","specifier":"s"}',
    '{"kind":"resolved","specifier":"s","url":"u","onlyResolved":1}',
    '{"kind":"loaded"}',
    '{"kind":"again","index":"1"}',
    '{"kind":"missed","specifier":"s"}',
    '{"kind":"missed","specifier":"s","at":"5"}',
    '{"kind":"spawned"}',
    '{"kind":"spawned","pid":1}',
    '{"kind":"spawned","pid":1.5}',
    '{"kind":"spawned","pid":"2"}',
    '{"kind":"spawned","pid":-2}',
    '{"kind":"crashed"}',
    '{"kind":"crashed","first":true}',
    '{"kind":"crashed","first":1,"text":"x"}',
    '{"kind":"crashed","first":true,"text":5}',
    '{"kind":"inspected"}',
    '{"kind":"inspected","url":1}',
    '{"kind":"wishes","change":true}',
    '{"kind":"answered","round":1}',
    '{"kind":"answered","round":"1","restart":true}',
    '{"kind":"requested","what":"other"}',
    '{"kind":"requested","what":"stop","message":null}',
    '{"kind":"tracked","text":"src","cwd":"/app"}',
    '{"kind":"preserved","key":"a","first":true,"text":"AAA="}',
    '{"kind":"lost","key":"a"}',
    '{"kind":"up"}',
    '{"kind":"up","at":null}',
    '{"kind":"up","at":1e999}',
    '{"kind":"resolved","specifier":"s"',
  ]) {
    assert.equal(parseRecord(line), undefined, line);
  }
});

test('an incomplete stamp is ignored', () => {
  for (const stamp of [
    '1',
    'null',
    '[]',
    '{"mtimeMs":1,"ctimeMs":2}',
    '{"mtimeMs":1,"ctimeMs":2,"size":null}',
    '{"mtimeMs":"1","ctimeMs":2,"size":3}',
    '{"mtimeMs":1,"ctimeMs":2,"size":3,"hash":"4"}',
  ]) {
    const record = parseRecord(`{"kind":"resolved","specifier":"s","url":"file:///a.js","stamp":${stamp}}`);
    assert.deepEqual(record, { kind: 'resolved', specifier: 's', url: 'file:///a.js' }, stamp);
  }
});

test('records are complete wherever the bytes are cut', () => {
  for (let size = 1; size <= BYTES.length; size++) {
    const { read, records, garbage } = new Bench();
    for (let i = 0; i < BYTES.length; i += size) read(BYTES.subarray(i, i + size));
    assert.deepEqual(records, RECORDS);
    assert.deepEqual(garbage, []);
  }
});

test('a record is reported only when it is complete', () => {
  const { read, records } = new Bench();
  read(BYTES.subarray(0, -1));
  assert.equal(records.length, RECORDS.length - 1);
  read(BYTES.subarray(-1));
  assert.equal(records.length, RECORDS.length);
});

test('a line that is not a record is reported, and the next record is read', () => {
  const { read, records, garbage } = new Bench();
  read(Buffer.from(`something else\n${BYTES.toString()}`));
  assert.deepEqual(records, RECORDS);
  assert.deepEqual(garbage, ['something else']);
});

test('a line that is too long ends with its newline, wherever it was cut', () => {
  const { read, records } = new Bench();
  read(Buffer.alloc((1 << 20) + 1, 'x'));
  read(BYTES);
  assert.deepEqual(records, RECORDS);
});

test('an endless line is reported once and dropped, and the next record is read', () => {
  const { read, records, garbage } = new Bench();
  for (let i = 0; i < 5; i++) read(Buffer.alloc(1 << 20, 'x'));
  read(Buffer.from(`\n${BYTES.toString()}`));
  assert.equal(garbage.length, 1);
  assert.deepEqual(records, RECORDS);
});
