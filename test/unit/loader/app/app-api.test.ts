// Checks the records that the API sends to the supervisor.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type * as Api from '../../../../src/index.ts';
import { beginRun, offerApi, prepareEnd } from '../../../../src/loader/app/app-api.cts';
import { openLane } from '../../../../src/loader/channel/record-writer.cts';
import { parseRecord } from '../../../../src/protocol/records.cts';
import type { LaneRecord } from '../../../../src/protocol/records.cts';

const folder = fs.mkdtempSync(join(os.tmpdir(), 'autoreload test-'));
const path = join(folder, 'lane');
const lane = fs.openSync(path, 'w');
const reason = { cause: 'request', files: [], message: undefined } as const;
let api: typeof Api;

/** Number of records read so far. */
let read = 0;
function records(): (LaneRecord | undefined)[] {
  const all = fs
    .readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(parseRecord);
  const fresh = all.slice(read);
  read = all.length;
  return fresh;
}

before(async () => {
  openLane(lane);
  offerApi(true);
  const state = { broken: 'AAAA' };
  beginRun({ generation: 3, reason, state });
  api = await import('../../../../src/index.ts');
});

after(() => {
  fs.closeSync(lane);
  fs.rmSync(folder, { recursive: true });
});

test('an app that only imports the API has no wishes, and stops at once', async () => {
  assert.equal(api.generation, 3);
  assert.deepEqual(api.restartReason, reason);
  assert.equal(await prepareEnd(reason, assert.fail), true);
  assert.deepEqual(records(), []);
});

test('each tracked path is sent in a separate record, with its base folder', () => {
  api.track('a.yaml', new URL('file:///b/c%20d'), 'file:///e');
  api.untrack('a.yaml');
  const cwd = process.cwd();
  assert.deepEqual(records(), [
    { kind: 'tracked', text: 'a.yaml', cwd, on: true },
    { kind: 'tracked', text: '/b/c d', cwd, on: true },
    { kind: 'tracked', text: '/e', cwd, on: true },
    { kind: 'tracked', text: 'a.yaml', cwd, on: false },
  ]);
});

test('no path is tracked if one of them is invalid', () => {
  assert.throws(() => api.track('a', ''), { code: 'ERR_AUTORELOAD_ARGUMENT' });
  assert.deepEqual(records(), []);
});

test('requests are sent with their message, after the current statement', async () => {
  api.restart();
  api.restart('why'.repeat(1000));
  api.stop();
  assert.deepEqual(records(), []);
  await Promise.resolve();
  assert.deepEqual(records(), [
    { kind: 'requested', what: 'restart' },
    { kind: 'requested', what: 'restart', message: 'why'.repeat(1000).slice(0, 1000) },
    { kind: 'requested', what: 'stop' },
  ]);
});

test('a wish is sent with the first handler, and withdrawn with the last', () => {
  const first = api.onChange(() => 'ignore');
  const second = api.onChange(() => 'ignore');
  assert.deepEqual(records(), [{ kind: 'wishes', change: true, end: false }]);
  first();
  first();
  assert.deepEqual(records(), []);
  const third = api.onRestart(() => {});
  assert.deepEqual(records(), [{ kind: 'wishes', change: true, end: true }]);
  second();
  third();
  const last = { kind: 'wishes', change: false, end: true };
  assert.deepEqual(records(), [last, { ...last, end: false }]);
});

test('a preserved value that cannot be read is replaced by the initial value', () => {
  assert.deepEqual(api.preserve('broken', { a: 1 }), { a: 1 });
  const [lost, wishes] = records();
  assert.ok(lost?.kind === 'lost' && lost.key === 'broken');
  assert.deepEqual(wishes, { kind: 'wishes', change: false, end: true });
});

test('an app that reads the restart signal has a wish, and the signal is aborted', async () => {
  assert.equal(api.restartSignal.aborted, false);
  assert.deepEqual(Object.getOwnPropertyNames(api.restartSignal), []);
  let stays = false;
  const mayEnd = prepareEnd(reason, () => (stays = true));
  assert.equal(api.restartSignal.aborted, true);
  assert.ok(stays);
  assert.equal(await mayEnd, true);
});
