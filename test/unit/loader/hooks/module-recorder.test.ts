import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openLane } from '../../../../src/loader/channel/record-writer.cts';
import { ModuleRecorder } from '../../../../src/loader/hooks/module-recorder.cts';
import { expectFound } from '../../../../src/loader/hooks/previous-run.cts';
import { parseRecord } from '../../../../src/protocol/records.cts';

const APP = 'file:///app/app.js';
const A = 'file:///app/a.js';

const folder = fs.mkdtempSync(join(os.tmpdir(), 'autoreload recorder-'));
let lanes = 0;
after(() => fs.rmSync(folder, { recursive: true }));

/** A recorder, and the records that it has sent since the last call of `sent`, as far as they tell whether a module is loaded. */
function setUp(): { readonly recorder: ModuleRecorder; readonly sent: () => string[] } {
  const file = join(folder, `lane-${++lanes}`);
  openLane(fs.openSync(file, 'a'));
  const sent = (): string[] => {
    const lines = fs.readFileSync(file, 'utf8').split('\n').filter(Boolean);
    fs.truncateSync(file);
    return lines.map((line) => {
      const record = parseRecord(line);
      const { url, index, onlyResolved, format } = { ...record } as Record<string, unknown>;
      return [record?.kind, url ?? index, onlyResolved ? 'only resolved' : format].join(' ');
    });
  };
  return { recorder: new ModuleRecorder({ count: new Int32Array(new SharedArrayBuffer(4)) }), sent };
}

const settled = async (): Promise<void> => await Promise.resolve();

test('a required module is one record, sent before it is loaded', () => {
  const { recorder, sent } = setUp();
  recorder.resolved('./a.js', APP, A, false, true);
  assert.deepEqual(sent(), []);
  recorder.loaded(A, 'commonjs', false);
  assert.deepEqual(sent(), [`resolved ${A} commonjs`]);
});

test('the records of imported modules are sent together, before any of them runs', async () => {
  const { recorder, sent } = setUp();
  recorder.resolved('./a.js', APP, A, true, true);
  recorder.loaded(A, 'module', true);
  recorder.resolved('./b.js', A, 'file:///app/b.js', true, true);
  recorder.loaded('file:///app/b.js', 'json', true);
  assert.deepEqual(sent(), []);
  await settled();
  assert.deepEqual(sent(), [`resolved ${A} module`, 'resolved file:///app/b.js json']);
});

test('a module that is only resolved says so, and is recorded when it is loaded after all', async () => {
  const { recorder, sent } = setUp();
  recorder.resolved('./a.js', APP, A, false, true);
  await settled();
  assert.deepEqual(sent(), [`resolved ${A} only resolved`]);
  recorder.loaded(A, 'commonjs', false);
  recorder.loaded(A, 'commonjs', false);
  recorder.resolved('./a.js', 'file:///app/b.js', A, false, true);
  await settled();
  assert.deepEqual(sent(), [`loaded ${A} commonjs`, `resolved ${A} `]);
});

test('a module without a load hook counts as loaded, and is sent at once', () => {
  const { recorder, sent } = setUp();
  recorder.resolved('./a.js', APP, A);
  assert.deepEqual(sent(), [`resolved ${A} `]);
});

test('a module that only the load hook sees is recorded', () => {
  const { recorder, sent } = setUp();
  recorder.loaded(A, 'module', false);
  assert.deepEqual(sent(), [`resolved ${A} module`]);
});

test('a module of the previous run is its index, and waits for other records', async () => {
  const { recorder, sent } = setUp();
  const [from, to] = ['file:///app/node_modules/x/a.js', 'file:///app/node_modules/x/b.js'];
  expectFound([['./b.js', from, to]]);
  recorder.resolved('./b.js', from, to, false, true);
  recorder.loaded(to, 'commonjs', false);
  assert.deepEqual(sent(), []);
  await settled();
  assert.deepEqual(sent(), ['again 0 commonjs']);
});
