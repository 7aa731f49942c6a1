import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Outputs } from '../../src/supervisor/outputs.ts';

test("an asset that changes soon after three starts in a row is the program's own", () => {
  const outputs = new Outputs();
  assert.deepEqual(outputs.count(['/app/data.json'], 100), []);
  assert.deepEqual(outputs.count(['/app/data.json'], 100), []);
  assert.equal(outputs.has('/app/data.json'), false);
  assert.deepEqual(outputs.count(['/app/data.json'], 100), ['/app/data.json']);
  assert.equal(outputs.has('/app/data.json'), true);
});

test('a change of something else, or later, begins the count anew', () => {
  for (const [assets, age] of [
    [[], 100],
    [['/app/data.json'], 5000],
  ] as const) {
    const outputs = new Outputs();
    outputs.count(['/app/data.json'], 100);
    outputs.count(['/app/data.json'], 100);
    outputs.count(assets, age);
    assert.deepEqual(outputs.count(['/app/data.json'], 100), []);
  }
});

test('logs, databases and the like are written, not edited', () => {
  const outputs = new Outputs();
  for (const name of ['a.log', 'a.sqlite', 'a.sqlite3-wal', 'a.db', 'a.pid'])
    assert.equal(outputs.has(`/app/${name}`), true);
  for (const name of ['a.json', 'log', 'a.db.json', 'catalog.txt'])
    assert.equal(outputs.has(`/app/${name}`), false);
});
