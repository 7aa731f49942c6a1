import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangedFile } from '../../../../src/protocol/app-bridge.cts';
import { isNeverEdited, SelfWritten } from '../../../../src/supervisor/contents/self-written.ts';

const PATH = '/app/data.json';
const FILE = { path: PATH, how: 'changed' } as const;

/** Counts changes of a run that began at 0, and keeps the reported paths. */
function setUp(): { selfWritten: SelfWritten; reported: string[] } {
  const reported: string[] = [];
  return { selfWritten: new SelfWritten((path) => reported.push(path)), reported };
}

/** Counts a change of a new run, which begins at 0. */
function detectInNewRun(selfWritten: SelfWritten, files: readonly ChangedFile[], at: number): string[] {
  selfWritten.begin(0);
  return selfWritten.detect(files, at);
}

test('a file that changes right after four starts in a row is self-written from then on, and reported once', () => {
  const { selfWritten, reported } = setUp();
  for (const expected of [[], [], [], [PATH], [PATH]])
    assert.deepEqual(detectInNewRun(selfWritten, [FILE], 100), expected);
  assert.deepEqual(reported, [PATH]);
});

test('a self-written file that changes at another time counts, and is not self-written from then on', () => {
  const { selfWritten } = setUp();
  for (let i = 0; i < 4; i++) detectInNewRun(selfWritten, [FILE], 100);
  assert.deepEqual(detectInNewRun(selfWritten, [{ path: '/app/other.json', how: 'changed' }], 5000), []);
  assert.deepEqual(detectInNewRun(selfWritten, [FILE], 100), [PATH]);
  assert.deepEqual(detectInNewRun(selfWritten, [FILE], 5000), []);
  assert.deepEqual(detectInNewRun(selfWritten, [FILE], 100), []);
});

test('a file that changes in four runs in a row that crash before they load it is self-written, and reported once', () => {
  const { selfWritten, reported } = setUp();
  for (const expected of [[], [], [], [PATH], [PATH]]) {
    selfWritten.begin(0);
    assert.deepEqual(selfWritten.unreached([PATH]), expected);
  }
  assert.deepEqual(reported, [PATH]);
  selfWritten.unreached([]);
  assert.deepEqual(selfWritten.unreached([PATH]), [], 'a run that did not write it');
  for (let i = 0; i < 2; i++) selfWritten.unreached([PATH]);
  selfWritten.onReady(1000);
  assert.deepEqual(selfWritten.unreached([PATH]), [], 'a run that did not crash');
});

test('a file that a whole run did not write is no longer self-written', () => {
  const { selfWritten, reported } = setUp();
  for (let i = 0; i < 4; i++) detectInNewRun(selfWritten, [FILE], 100);
  // Stopped before it could write the file.
  selfWritten.begin(0);
  selfWritten.onReady(1000);
  selfWritten.begin(1400);
  assert.deepEqual(selfWritten.detect([FILE], 1500), [PATH]);
  selfWritten.begin(2000);
  selfWritten.onReady(3000);
  selfWritten.begin(4000);
  assert.deepEqual(selfWritten.detect([FILE], 4100), []);
  for (let i = 0; i < 3; i++) detectInNewRun(selfWritten, [FILE], 100);
  assert.deepEqual(reported, [PATH, PATH]);
});

test('a change of another file, or a later change, restarts the count', () => {
  for (const [files, at] of [
    [[], 100],
    [[FILE], 800],
  ] as const) {
    const { selfWritten } = setUp();
    for (let i = 0; i < 3; i++) detectInNewRun(selfWritten, [FILE], 100);
    detectInNewRun(selfWritten, files, at);
    assert.deepEqual(detectInNewRun(selfWritten, [FILE], 100), []);
  }
});

test('once the run loads modules, the delay is measured from there', () => {
  const { selfWritten } = setUp();
  for (const expected of [[], [], [], [PATH]]) {
    selfWritten.begin(0);
    selfWritten.onFirstLoad(2000);
    assert.deepEqual(selfWritten.detect([FILE], 2100), expected);
  }
});

test('once the run is ready, the delay is measured from there', () => {
  const { selfWritten } = setUp();
  for (let run = 0; run < 4; run++) {
    selfWritten.begin(run * 10_000);
    selfWritten.onReady(run * 10_000 + 2000);
    assert.deepEqual(selfWritten.detect([FILE], run * 10_000 + 2100), run === 3 ? [PATH] : []);
  }
});

test('files that are created under a new name each time are counted as one, and reported once', () => {
  const { selfWritten, reported } = setUp();
  const create = (n: number): string[] =>
    detectInNewRun(selfWritten, [{ path: `/app/out/${n}.html`, how: 'created' }], 100);
  for (let n = 0; n < 3; n++) assert.deepEqual(create(n), []);
  assert.deepEqual(create(3), ['/app/out/3.html']);
  assert.deepEqual(create(4), ['/app/out/4.html']);
  assert.deepEqual(reported, ['/app/out/3.html']);
});

test('several changes in one run count as one', () => {
  const { selfWritten, reported } = setUp();
  for (let n = 0; n < 8; n++) {
    if (n % 4 === 0) selfWritten.begin(0);
    assert.deepEqual(selfWritten.detect([FILE], 100), []);
  }
  assert.deepEqual(reported, []);
});

test('logs, databases and the like are never edited', () => {
  for (const name of ['a.log', 'a.sqlite', 'a.sqlite3-wal', 'a.db', 'a.pid'])
    assert.equal(isNeverEdited(`/app/${name}`), true);
  for (const name of ['a.json', 'log', 'a.db.json', 'catalog.txt'])
    assert.equal(isNeverEdited(`/app/${name}`), false);
});
