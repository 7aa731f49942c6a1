import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outputs } from '../../src/supervisor/outputs.ts';

const FILE = '/app/data.json';

test("an asset that changes right after four starts in a row is the program's own from then on", () => {
  const outputs = new Outputs();
  for (const expected of [[], [], [], [FILE], [FILE]])
    assert.deepEqual(outputs.written([FILE], 100), expected);
});

test('at other times it counts as any other', () => {
  const outputs = new Outputs();
  for (let i = 0; i < 4; i++) outputs.written([FILE], 100);
  assert.deepEqual(outputs.written([FILE], 5000), []);
  assert.deepEqual(outputs.written([FILE], 100), [FILE]);
});

test('a change of something else, or later, begins the count anew', () => {
  for (const [assets, age] of [
    [[], 100],
    [[FILE], 800],
  ] as const) {
    const outputs = new Outputs();
    for (let i = 0; i < 3; i++) outputs.written([FILE], 100);
    outputs.written(assets, age);
    assert.deepEqual(outputs.written([FILE], 100), []);
  }
});

test('logs, databases and the like are written, not edited', () => {
  const outputs = new Outputs();
  for (const name of ['a.log', 'a.sqlite', 'a.sqlite3-wal', 'a.db', 'a.pid'])
    assert.equal(outputs.isNeverEdited(`/app/${name}`), true);
  for (const name of ['a.json', 'log', 'a.db.json', 'catalog.txt'])
    assert.equal(outputs.isNeverEdited(`/app/${name}`), false);
});
