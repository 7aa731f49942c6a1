import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mock, test } from 'node:test';
import { hashBytes, stampFile } from '../../../../src/shared/file-stamp.cts';
import { ContentCache, UNSEEN } from '../../../../src/supervisor/contents/content-cache.ts';
import { PART } from '../../../../src/supervisor/contents/hash-in-parts.ts';
import { Project } from '../../../helpers/project.ts';

/** A file that was saved long ago, so that its next save leaves another stamp. */
function oldFile(project: Project, name: string): string {
  const path = project.path(name);
  fs.utimesSync(path, 1, 1);
  return path;
}

/** Runs `action` while no file can be read. Returns its result. */
function withoutReads<T>(code: string, action: () => T): T {
  const read = mock.method(fs, 'readFileSync', () => {
    throw Object.assign(new Error(code), { code });
  });
  try {
    return action();
  } finally {
    read.mock.restore();
  }
}

test('a file that cannot be read at the moment counts as unchanged, a missing one as deleted', () => {
  using project = new Project({ 'a.txt': 'one' });
  const path = oldFile(project, 'a.txt');
  const contents = new ContentCache();
  const before = contents.read(path);
  project.write('a.txt', 'two');
  for (const [code, difference] of [
    ['EBUSY', 'same'],
    ['EMFILE', 'same'],
    ['EACCES', 'same'],
    ['ENOENT', 'deleted'],
  ] as const)
    assert.equal(
      withoutReads(code, () => contents.compare(path, before)),
      difference,
    );
  assert.equal(contents.compare(path, before), 'changed');
});

test('a file with the same times as when it was hashed is not read again, unless it is a link', () => {
  using project = new Project({ 'a.txt': 'one', 'b.txt': 'two' });
  const path = oldFile(project, 'a.txt');
  const contents = new ContentCache();
  const before = contents.read(path);
  assert.equal(
    withoutReads('ENOENT', () => contents.compare(path, before)),
    'same',
  );
  fs.symlinkSync('a.txt', project.path('link'));
  const link = contents.read(project.path('link'));
  assert.equal(
    withoutReads('ENOENT', () => contents.compare(project.path('link'), link)),
    'deleted',
  );
});

test('without a hash, another mode is no change, and another time or size is one', () => {
  using project = new Project({ 'a.txt': 'one' });
  const path = oldFile(project, 'a.txt');
  const contents = new ContentCache();
  const before = { stamp: stampFile(path), hash: undefined };
  fs.chmodSync(path, 0o600);
  assert.equal(contents.compare(path, before), 'same');
  project.write('a.txt', 'two');
  assert.equal(contents.compare(path, before), 'changed');
  const other = { stamp: stampFile(path), hash: undefined };
  project.write('a.txt', 'three');
  assert.equal(contents.compare(path, other), 'changed');
});

test('an emptied file is told from one that nobody has seen, and was empty before', () => {
  using project = new Project({ 'a.txt': 'one', 'b.txt': '' });
  const contents = new ContentCache();
  const before = contents.read(project.path('a.txt'));
  project.write('a.txt', '');
  assert.equal(contents.compare(project.path('a.txt'), before), 'emptied');
  const empty = project.path('b.txt');
  assert.equal(contents.compare(empty, { stamp: stampFile(empty), hash: UNSEEN }), 'changed');
});

test('a save while the file is read is a change', () => {
  using project = new Project({ 'a.txt': 'one' });
  const path = oldFile(project, 'a.txt');
  const contents = new ContentCache();
  const before = { stamp: stampFile(path), hash: undefined };
  const { readFileSync } = fs;
  const read = mock.method(fs, 'readFileSync', (name: string) => {
    read.mock.restore();
    project.write('a.txt', 'two');
    return readFileSync(name);
  });
  assert.equal(contents.compare(path, before), 'changed');
  assert.equal(contents.compare(path, before), 'changed');
});

/** Bytes that need more than two parts. */
const LARGE = 2.5 * PART;

/** Hashes pending files in steps of at most one part. Returns the number of steps, and what was reported as hashed. */
function hashAll(contents: ContentCache): { steps: number; hashed: string[] } {
  const hashed: string[] = [];
  let steps = 1;
  while (
    contents.hashPending(
      () => true,
      (path) => hashed.push(path),
    )
  )
    steps++;
  return { steps, hashed };
}

test('a file of more than a part is hashed in steps, and compared after the last one', () => {
  using project = new Project({ 'a.bin': 'a'.repeat(LARGE) });
  const path = oldFile(project, 'a.bin');
  const contents = new ContentCache();
  const before = contents.read(path);
  assert.equal(before?.hash, undefined);
  const read = mock.method(fs, 'readSync');
  assert.deepEqual(hashAll(contents), { steps: 3, hashed: [path] });
  assert.ok(read.mock.calls.every(({ result = Infinity }) => result <= PART));
  read.mock.restore();
  assert.equal(contents.hashOf(path), hashBytes(fs.readFileSync(path)));
  fs.utimesSync(path, 2, 2);
  assert.equal(contents.compare(path, before), 'same');
  hashAll(contents);
  assert.equal(contents.compare(path, before), 'same');
  project.write('a.bin', `${'a'.repeat(LARGE - 1)}b`);
  fs.utimesSync(path, 3, 3);
  assert.equal(contents.compare(path, before), 'same');
  hashAll(contents);
  assert.equal(contents.compare(path, before), 'changed');
});

test('a save between two steps begins the hash anew', () => {
  using project = new Project({ 'a.bin': 'a'.repeat(LARGE) });
  const path = oldFile(project, 'a.bin');
  const contents = new ContentCache();
  contents.read(path);
  const step = (): boolean => contents.hashPending(() => true);
  step();
  project.write('a.bin', 'b'.repeat(LARGE));
  fs.utimesSync(path, 2, 2);
  assert.deepEqual([step(), step(), step()], [true, true, false]);
  assert.equal(contents.hashOf(path), hashBytes(fs.readFileSync(path)));
});

test('a large file that was saved a moment ago is hashed when its next save leaves another time', () => {
  using project = new Project({ 'a.bin': 'a'.repeat(LARGE) });
  const path = project.path('a.bin');
  const at = Date.now() / 1000 + 0.5;
  fs.utimesSync(path, at, at);
  const contents = new ContentCache();
  contents.read(path);
  const read = mock.method(fs, 'readSync');
  contents.hashPending(() => false);
  assert.equal(read.mock.callCount(), 0);
  read.mock.restore();
  fs.utimesSync(path, 1, 1);
  assert.deepEqual(hashAll(contents), { steps: 3, hashed: [path] });
});

test('a large file that cannot be read at the moment is left until its next event', () => {
  using project = new Project({ 'a.bin': 'a'.repeat(LARGE) });
  const path = oldFile(project, 'a.bin');
  const contents = new ContentCache();
  const before = contents.read(path);
  fs.utimesSync(path, 2, 2);
  const open = mock.method(fs, 'openSync', () => {
    throw new Error('EBUSY');
  });
  assert.deepEqual(hashAll(contents), { steps: 1, hashed: [] });
  open.mock.restore();
  assert.equal(contents.compare(path, before), 'same');
  assert.deepEqual(hashAll(contents), { steps: 3, hashed: [path] });
});

test('of a larger file, time and size stand for the content, and it is not read', () => {
  using project = new Project({ 'model.bin': '' });
  const path = project.path('model.bin');
  fs.truncateSync(path, 2 ** 32);
  const contents = new ContentCache();
  const before = contents.read(path);
  assert.ok(before?.hash);
  assert.equal(contents.compare(path, before), 'same');
  const { mtime } = fs.statSync(path);
  fs.truncateSync(path, 2 ** 31);
  fs.utimesSync(path, mtime, mtime);
  assert.equal(contents.compare(path, before), 'changed');
  const smaller = contents.read(path);
  fs.utimesSync(path, 1, 1);
  assert.equal(contents.compare(path, smaller), 'changed');
});
