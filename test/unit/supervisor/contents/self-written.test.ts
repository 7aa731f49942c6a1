import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNeverEdited, SelfWritten } from '../../../../src/supervisor/contents/self-written.ts';

const PATH = '/app/data.json';
const FILE = { path: PATH, how: 'changed' } as const;

test("an asset that changes right after four starts in a row is the program's own from then on", () => {
  const outputs = new SelfWritten();
  for (const expected of [[], [], [], [PATH], [PATH]])
    assert.deepEqual(outputs.written([FILE], 100), expected);
});

test('at other times it counts as any other', () => {
  const outputs = new SelfWritten();
  for (let i = 0; i < 4; i++) outputs.written([FILE], 100);
  assert.deepEqual(outputs.written([FILE], 5000), []);
  assert.deepEqual(outputs.written([FILE], 100), [PATH]);
});

test('a change of something else, or later, begins the count anew', () => {
  for (const [assets, age] of [
    [[], 100],
    [[FILE], 800],
  ] as const) {
    const outputs = new SelfWritten();
    for (let i = 0; i < 3; i++) outputs.written([FILE], 100);
    outputs.written(assets, age);
    assert.deepEqual(outputs.written([FILE], 100), []);
  }
});

test('files that are created under another name each time are counted as one', () => {
  const outputs = new SelfWritten();
  const create = (n: number): string[] =>
    outputs.written([{ path: `/app/out/${n}.html`, how: 'created' }], 100);
  for (let n = 0; n < 3; n++) assert.deepEqual(create(n), []);
  assert.deepEqual(create(3), ['/app/out/3.html']);
});

test('logs, databases and the like are written, not edited', () => {
  for (const name of ['a.log', 'a.sqlite', 'a.sqlite3-wal', 'a.db', 'a.pid'])
    assert.equal(isNeverEdited(`/app/${name}`), true);
  for (const name of ['a.json', 'log', 'a.db.json', 'catalog.txt'])
    assert.equal(isNeverEdited(`/app/${name}`), false);
});
