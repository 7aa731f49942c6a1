import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeRecord } from '../../../src/protocol/records.cts';
import type { LaneRecord } from '../../../src/protocol/records.cts';
import { RecordReader } from '../../../src/supervisor/runs/record-reader.ts';

const RECORDS: readonly LaneRecord[] = [
  { kind: 'missed', specifier: './ü日.js', parent: 'file:///a.js', at: 1 },
  { kind: 'spawned', pid: 42 },
  { kind: 'up', at: 2 },
];
const BYTES = Buffer.from(RECORDS.map(encodeRecord).join(''));

class Bench {
  readonly records: LaneRecord[] = [];
  readonly garbage: string[] = [];
  readonly reader = new RecordReader(
    (record) => this.records.push(record),
    (text) => this.garbage.push(text),
  );
}

test('records come whole, however the bytes are cut', () => {
  for (let size = 1; size <= BYTES.length; size++) {
    const { reader, records, garbage } = new Bench();
    for (let i = 0; i < BYTES.length; i += size) reader.push(BYTES.subarray(i, i + size));
    assert.deepEqual(records, RECORDS);
    assert.deepEqual(garbage, []);
  }
});

test('a record is told only when it is complete', () => {
  const { reader, records } = new Bench();
  reader.push(BYTES.subarray(0, -1));
  assert.equal(records.length, 2);
  reader.push(BYTES.subarray(-1));
  assert.equal(records.length, 3);
});

test('what is not a record is told, and the next record is read', () => {
  const { reader, records, garbage } = new Bench();
  reader.push(Buffer.from(`something else\n${BYTES.toString()}`));
  assert.deepEqual(records, RECORDS);
  assert.deepEqual(garbage, ['something else']);
});

test('a line that is too long ends with its newline, wherever it was cut', () => {
  const { reader, records } = new Bench();
  reader.push(Buffer.alloc((1 << 20) + 1, 'x'));
  reader.push(BYTES);
  assert.deepEqual(records, RECORDS);
});

test('a line without end is told once and not kept, and the record after it is read', () => {
  const { reader, records, garbage } = new Bench();
  for (let i = 0; i < 5; i++) reader.push(Buffer.alloc(1 << 20, 'x'));
  reader.push(Buffer.from(`\n${BYTES.toString()}`));
  assert.equal(garbage.length, 1);
  assert.deepEqual(records, RECORDS);
});
