import assert from 'node:assert/strict';
import { constants } from 'node:os';
import { test } from 'node:test';
import { exitCode } from '../../../../src/supervisor/host/host.ts';

test('the exit code is that of the run, or 128 plus the number of its signal', () => {
  assert.equal(exitCode({ code: 0, signal: null }), 0);
  assert.equal(exitCode({ code: 75, signal: null }), 75);
  assert.equal(exitCode({ code: null, signal: 'SIGKILL' }), 137);
  assert.equal(exitCode({ code: null, signal: 'SIGSEGV' }), 128 + constants.signals.SIGSEGV);
});

test('a run without code and signal counts as failed', () => {
  assert.equal(exitCode({ code: null, signal: null }), 1);
});
