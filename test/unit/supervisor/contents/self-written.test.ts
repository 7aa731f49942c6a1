import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChangedFile } from '../../../../src/protocol/app-bridge.cts';
import { isNeverEdited, SelfWritten } from '../../../../src/supervisor/contents/self-written.ts';
import type { Writes } from '../../../../src/supervisor/contents/self-written.ts';

const PATH = '/app/data.json';

/** A system that does not tell who writes. */
const UNTOLD = { total: () => undefined, mayInclude: () => true };

/** Runs of a program, of which each begins 100 s after the one before, loads its first module at once and is ready after 100 ms. */
class Program {
  /** What has been reported: `path` or `path delayed`. */
  readonly reported: string[] = [];
  readonly files: SelfWritten;
  begunAt = 0;
  exitedAt = Infinity;

  constructor(told: Omit<Writes, 'exitedAt'> = UNTOLD) {
    const writes = { ...told, exitedAt: () => this.exitedAt };
    const onFound = (path: string, isDelayed: boolean): unknown =>
      this.reported.push(isDelayed ? `${path} delayed` : path);
    this.files = new SelfWritten({ writes, onFound });
  }

  begin(readyAfter = 100): void {
    this.exitedAt = Infinity;
    this.begunAt += 100_000;
    this.files.begin(this.begunAt);
    this.files.onFirstLoad(this.begunAt);
    if (readyAfter < Infinity) this.files.onReady(this.begunAt + readyAfter);
  }

  /** The delay of an asset that is saved at a time after the start. */
  saves(after: number, path = PATH, how: ChangedFile['how'] = 'changed'): number {
    return this.files.delayOf({ path, how }, this.begunAt + after, false);
  }

  /** The delay of a module or a setting. */
  savesEdited(after: number): number {
    return this.files.delayOf({ path: PATH, how: 'changed' }, this.begunAt + after, true);
  }

  /** The delays of an asset that is saved once in each of a number of runs. */
  savesInRuns(runs: number, after: number, readyAfter = 100): number[] {
    return Array.from({ length: runs }, () => {
      this.begin(readyAfter);
      return this.saves(after);
    });
  }
}

test('an asset that changes right after four starts in a row restarts nothing from then on, and is reported once', () => {
  for (const [after, readyAfter] of [
    [50, 100],
    [400, 100],
    [400, Infinity],
    [3100, 3000],
  ] as const) {
    const program = new Program();
    assert.deepEqual(program.savesInRuns(5, after, readyAfter), [0, 0, 0, Infinity, Infinity]);
    assert.deepEqual(program.reported, [PATH]);
  }
});

test('the restart for a module or a setting is delayed instead, and more each time', () => {
  for (const after of [50, 400]) {
    const program = new Program();
    const delays = Array.from({ length: 7 }, () => {
      program.begin();
      return program.savesEdited(after);
    });
    assert.deepEqual(delays, [0, 0, 0, 2000, 8000, 32_000, 60_000]);
    assert.deepEqual(program.reported, [`${PATH} delayed`]);
  }
});

test('the restart for an asset that changes in the middle of slow starts is delayed too', () => {
  const program = new Program();
  assert.deepEqual(program.savesInRuns(5, 1500, 3000), [0, 0, 0, 2000, 8000]);
  assert.deepEqual(program.reported, [`${PATH} delayed`]);
  assert.deepEqual(program.savesInRuns(2, 2900, 3000), [Infinity, Infinity], 'not in the middle');
  assert.deepEqual(program.reported, [`${PATH} delayed`, PATH]);
});

test('the delay is measured from the first load, however long Node boots', () => {
  const program = new Program();
  for (const expected of [0, 0, 0, Infinity]) {
    program.begin(Infinity);
    program.files.onFirstLoad(program.begunAt + 2000);
    assert.equal(program.saves(2100), expected);
  }
});

test('several saves in one run count as one', () => {
  const program = new Program();
  program.begin();
  for (let n = 0; n < 8; n++) assert.equal(program.saves(100 + n), 0);
  program.savesInRuns(3, 100);
  for (let n = 0; n < 8; n++) assert.equal(program.savesEdited(100 + n), 2000);
});

test('a save before the run, later than half a second after its start, or after its exit is the user’s', () => {
  for (const save of [-100, 700, 350]) {
    const program = new Program();
    program.savesInRuns(4, 100);
    program.begin();
    program.exitedAt = program.begunAt + 300;
    assert.equal(program.saves(save), 0);
    assert.deepEqual(program.savesInRuns(4, 100), [0, 0, 0, Infinity]);
    assert.deepEqual(program.reported, [PATH, PATH]);
  }
});

test('the restart for a module is no longer delayed when it is saved again during a slow start', () => {
  const program = new Program();
  for (const expected of [0, 0, 0, 2000]) {
    program.begin(5000);
    assert.equal(program.savesEdited(1000), expected);
  }
  assert.equal(program.savesEdited(1200), 2000);
  assert.equal(program.savesEdited(3000), 0);
  program.begin(5000);
  assert.equal(program.savesEdited(1000), 0);
});

test('an asset that the program writes twice at its start is self-written', () => {
  const program = new Program();
  for (const expected of [0, 0, 0, Infinity]) {
    program.begin(2000);
    assert.deepEqual([program.saves(100), program.saves(2100)], [expected, expected]);
  }
});

test('a file that a run did not write is no longer self-written', () => {
  const program = new Program();
  program.savesInRuns(4, 100);
  program.begin();
  assert.deepEqual(program.savesInRuns(4, 100), [0, 0, 0, Infinity]);
});

test('a run that was stopped or crashed before it could write a file changes nothing', () => {
  const program = new Program();
  const { files } = program;
  program.savesInRuns(4, 100);
  program.begin();
  // Stopped 300 ms after it was ready.
  files.begin(program.begunAt + 400);
  program.exitedAt = program.begunAt + 500;
  program.begin();
  assert.equal(program.saves(100), Infinity);
});

test('files that are created under a new name each time are counted as one, and reported once', () => {
  const program = new Program();
  const delays = [0, 1, 2, 3, 4].map((n) => {
    program.begin();
    return program.saves(100, `/app/out/${n}.html`, 'created');
  });
  assert.deepEqual(delays, [0, 0, 0, Infinity, Infinity]);
  assert.deepEqual(program.reported, ['/app/out/3.html']);
});

test('a file that changes in four runs in a row that crash before they load it is self-written, and reported once', () => {
  const program = new Program();
  const crash = (paths: readonly string[]): string[] => {
    program.begin(Infinity);
    return program.files.unreached(paths);
  };
  for (const expected of [[], [], [], [PATH], [PATH]]) assert.deepEqual(crash([PATH]), expected);
  assert.deepEqual(program.reported, [PATH]);
  crash([]);
  for (let n = 0; n < 3; n++) assert.deepEqual(crash([PATH]), [], 'a run in between did not write it');
  program.begin();
  assert.deepEqual(crash([PATH]), [], 'a run in between did not crash');
});

test('a file that the run has certainly not written is the user’s', () => {
  const program = new Program({ total: () => undefined, mayInclude: () => false });
  assert.deepEqual(program.savesInRuns(6, 100), [0, 0, 0, 0, 0, 0]);
  assert.deepEqual(program.reported, []);
});

test('what is saved after the run was ready is the user’s as long as the run writes nothing at all', () => {
  let total = 1000;
  const program = new Program({ total: () => total, mayInclude: () => true });
  assert.deepEqual(program.savesInRuns(6, 200), [0, 0, 0, 0, 0, 0]);
  program.savesInRuns(1, 200);
  program.begin();
  assert.equal(program.saves(200), 0);
  total += 10;
  assert.equal(program.saves(300), Infinity);
  program.begin();
  assert.equal(program.saves(50), Infinity, 'time decides before the run is ready');
});

test('logs, databases and the like are never edited', () => {
  for (const name of ['a.log', 'a.sqlite', 'a.sqlite3-wal', 'a.db', 'a.pid'])
    assert.equal(isNeverEdited(`/app/${name}`), true);
  for (const name of ['a.json', 'log', 'a.db.json', 'catalog.txt'])
    assert.equal(isNeverEdited(`/app/${name}`), false);
});
