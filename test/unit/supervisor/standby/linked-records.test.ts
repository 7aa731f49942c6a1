import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { AHEAD } from '../../../../src/protocol/control.cts';
import type { LaneRecord } from '../../../../src/protocol/records.cts';
import { stampFile } from '../../../../src/shared/file-stamp.cts';
import { comparisonOf, LinkedRecords } from '../../../../src/supervisor/standby/linked-records.ts';
import { Project } from '../../../helpers/project.ts';

const STAMP = { mtimeMs: 1, ctimeMs: 1, size: 1 };

function edge(parent: string | undefined, url: string, isFirst = false): LaneRecord {
  return { kind: 'resolved', specifier: url, parent, url, ...(isFirst ? { stamp: STAMP } : {}) };
}

/** The edges among records, as `parent > url`, with `!` if they have the stamp. */
function edges(records: readonly LaneRecord[]): string[] {
  return records.map((record) => {
    if (record.kind !== 'resolved') return record.kind;
    return `${record.parent} > ${record.url}${record.stamp ? '!' : ''}`;
  });
}

test('a linked module counts when the run reaches it, with all that it imports', () => {
  const linked = new LinkedRecords();
  const before: LaneRecord[] = [
    edge(AHEAD, 'a', true),
    edge(AHEAD, 'b', true),
    { kind: 'loaded', url: 'a', format: 'module' },
    edge('a', 'b'),
    edge('b', 'c', true),
    { kind: 'missed', specifier: 'gone', parent: 'b', at: 0 },
    edge(AHEAD, 'old', true),
    edge('old', 'older', true),
  ];
  for (const record of before) assert.deepEqual(linked.add(record), []);
  assert.deepEqual(edges(linked.add({ kind: 'begun' })), ['begun']);
  const found = edges(linked.add(edge(undefined, 'a')));
  assert.deepEqual(found, ['undefined > a!', 'loaded', 'a > b!', 'b > c!', 'missed']);
  assert.deepEqual(edges(linked.add(edge('x', 'b'))), ['x > b']);
});

test('a module whose importer is unknown counts at once, with all that it imports', () => {
  const linked = new LinkedRecords();
  linked.add(edge('self', 'below', true));
  assert.deepEqual(edges(linked.add(edge('self', 'self', true))), ['self > self!', 'self > below!']);
});

test('a module has its stamp whichever edge counts first', () => {
  const linked = new LinkedRecords();
  for (const record of [edge(AHEAD, 'gone', true), edge('gone', 'b', true), edge('a', 'b')])
    linked.add(record);
  linked.add({ kind: 'begun' });
  assert.deepEqual(edges(linked.add(edge(undefined, 'a', true))), ['undefined > a!', 'a > b!']);
  assert.deepEqual(edges(linked.add(edge('c', 'b'))), ['c > b']);
});

test('records of preloads, and of a run that has begun, count at once', () => {
  const linked = new LinkedRecords();
  assert.deepEqual(edges(linked.add(edge('file:///app/', 'preload', true))), ['file:///app/ > preload!']);
  assert.deepEqual(edges(linked.add(edge('preload', 'part', true))), ['preload > part!']);
  linked.add({ kind: 'begun' });
  assert.deepEqual(edges(linked.add(edge('unknown', 'x', true))), ['unknown > x!']);
});

test('a save of a linked module is seen, whether its stamp differs or only its content', () => {
  using project = new Project({ 'a.mjs': 'one', 'node_modules/p/index.js': 'one' });
  const record = (path: string, now?: number): LaneRecord => {
    const url = pathToFileURL(project.path(path)).href;
    const stamp = stampFile(project.path(path), now);
    return { kind: 'resolved', specifier: '', parent: AHEAD, url, stamp };
  };
  const old = comparisonOf([record('a.mjs'), record('node_modules/p/index.js')]);
  assert.equal(old(), true);
  const young = comparisonOf([record('a.mjs', fs.statSync(project.path('a.mjs')).mtimeMs)]);
  const { mtime, atime } = fs.statSync(project.path('a.mjs'));
  assert.equal(young(), true);
  project.write('a.mjs', 'two');
  fs.utimesSync(project.path('a.mjs'), atime, mtime);
  assert.equal(young(), false);
  project.write('a.mjs', 'three');
  assert.equal(old(), false);
  const inPackage = comparisonOf([record('node_modules/p/index.js')]);
  project.write('node_modules/p/index.js', 'two');
  assert.equal(inPackage(), false);
});

test('a file that a package has looked for is compared, also where there was none', () => {
  using project = new Project({ 'a.txt': 'one' });
  const look = (path: string): LaneRecord => ({
    kind: 'input',
    path: project.path(path),
    stamp: stampFile(project.path(path)),
  });
  const there = comparisonOf([look('a.txt')]);
  const missing = comparisonOf([look('b.txt')]);
  assert.deepEqual([there(), missing()], [true, true]);
  project.write('a.txt', 'other');
  project.write('b.txt', '');
  assert.deepEqual([there(), missing()], [false, false]);
});

test('a link that leads to another file is seen, of a module or a package', () => {
  using project = new Project({
    'app.mjs': '',
    'one.mjs': '',
    'two.mjs': '',
    'lib/one/x.mjs': '',
    'lib/two/x.mjs': '',
  });
  project.link('config.mjs', 'one.mjs');
  project.link('node_modules/x', '../lib/one');
  const url = (path: string): string => pathToFileURL(project.path(path)).href;
  const resolved = (specifier: string, path: string): LaneRecord => ({
    kind: 'resolved',
    specifier,
    parent: url('app.mjs'),
    url: url(path),
  });
  const isConfig = comparisonOf([resolved('./config.mjs', 'one.mjs')]);
  const isPackage = comparisonOf([resolved('x/x.mjs', 'lib/one/x.mjs')]);
  assert.deepEqual([isConfig(), isPackage()], [true, true]);
  project.link('config.mjs', 'two.mjs');
  assert.deepEqual([isConfig(), isPackage()], [false, true]);
  project.link('node_modules/x', '../lib/two');
  assert.deepEqual([isConfig(), isPackage()], [false, false]);
});
