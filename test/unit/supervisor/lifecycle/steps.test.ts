import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartDelay } from '../../../../src/supervisor/lifecycle/steps.ts';

test('the first restart is at once, then the delay doubles up to ten seconds', () => {
  const delays = Array.from({ length: 11 }, (_, i) => restartDelay(i));
  assert.deepEqual(delays, [0, 0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  assert.equal(restartDelay(5000), 10_000);
});
