import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rewritten } from '../../../../src/supervisor/contents/rewritten.ts';

/** The delays of a file that each run saves at a time after its start; each run is ready, or has exited, after 100 ms. */
function delays(hasWritten: boolean, savedAfter: readonly number[]): number[] {
  const rewritten = new Rewritten({ hasWritten: () => hasWritten, onFound: () => {} });
  return savedAfter.map((ms, run) => {
    const at = run * 100_000;
    rewritten.begin(at);
    if (ms > 100) rewritten.onStarted(at + 100);
    const delay = rewritten.delayOf('/gen.js', at + ms);
    rewritten.onStarted(at + 100);
    return delay;
  });
}

test('the restart for a file that each run rewrites is delayed from the fourth run on, and more each time', () => {
  const expected = [0, 0, 0, 2000, 8000, 32_000, 60_000];
  assert.deepEqual(delays(true, [50, 50, 50, 50, 50, 50, 50]), expected);
  assert.deepEqual(delays(true, [400, 400, 400, 400, 400, 400, 400]), expected);
});

test('a file that the user saves is not delayed', () => {
  const none = [0, 0, 0, 0, 0, 0];
  assert.deepEqual(delays(false, [50, 50, 50, 50, 50, 50]), none);
  assert.deepEqual(delays(true, [900, 900, 900, 900, 900, 900]), none);
  // A save at another time lifts the delay.
  assert.deepEqual(delays(true, [50, 50, 50, 50, 900, 50]), [0, 0, 0, 2000, 0, 0]);
});

test('a file that the run has emptied, and not written yet, stays delayed', () => {
  let hasWritten = true;
  const rewritten = new Rewritten({ hasWritten: () => hasWritten, onFound: () => {} });
  const delay = (run: number, ms: number): number => {
    rewritten.begin(run * 100_000);
    hasWritten = false;
    // It still has the time of the run before.
    rewritten.delayOf('/gen.js', run * 100_000 - 1000);
    hasWritten = true;
    return rewritten.delayOf('/gen.js', run * 100_000 + ms);
  };
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((run) => delay(run, 50)),
    [0, 0, 0, 2000, 8000],
  );
});
