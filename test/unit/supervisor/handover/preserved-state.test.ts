import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LaneRecord } from '../../../../src/protocol/records.cts';
import { PreservedState } from '../../../../src/supervisor/handover/preserved-state.ts';

const MEGABYTE = 'A'.repeat(2 ** 20);

function piece(key: string, text: string, first: boolean, last: boolean): LaneRecord & { kind: 'preserved' } {
  return { kind: 'preserved', key, first, last, text };
}

test('a value counts from its last piece on, and replaces the earlier one', () => {
  const preserved = new PreservedState();
  preserved.add(piece('a', '12', true, true));
  preserved.add(piece('a', '34', true, false));
  assert.deepEqual(preserved.state, { a: '12' });
  preserved.add(piece('a', '56', false, true));
  assert.deepEqual(preserved.state, { a: '3456' });
  preserved.delete('a');
  assert.deepEqual(preserved.state, {});
});

test('an unfinished value is dropped when the next run starts', () => {
  const preserved = new PreservedState();
  preserved.add(piece('a', '12', true, true));
  preserved.add(piece('a', '34', true, false));
  preserved.begin();
  preserved.add(piece('a', '56', false, true));
  assert.deepEqual(preserved.state, { a: '12' });
});

test('a value that is too long is dropped with all its pieces', () => {
  const preserved = new PreservedState();
  preserved.add(piece('a', MEGABYTE, true, false));
  for (let i = 0; i < 10; i++) preserved.add(piece('a', MEGABYTE, false, i === 9));
  assert.deepEqual(preserved.state, {});
});

test('the value that was set least recently makes room', () => {
  const preserved = new PreservedState();
  for (const key of ['old', 'older', 'old']) preserved.add(piece(key, MEGABYTE.repeat(2), true, true));
  preserved.add(piece('new', MEGABYTE.repeat(4), true, true));
  assert.deepEqual(Object.keys(preserved.state), ['old', 'new']);
});
