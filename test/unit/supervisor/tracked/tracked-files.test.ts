import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { TrackedFiles } from '../../../../src/supervisor/tracked/tracked-files.ts';
import { Project } from '../../../helpers/project.ts';

const OPTION = { text: 'a.txt', by: 'option', names: true } as const;

test('a file that was saved since the run began has changed, whatever it held before', () => {
  using project = new Project({ 'a.txt': 'one' });
  const path = project.path('a.txt');
  for (const [ago, expected] of [
    [-60_000, 'same'],
    [60_000, 'changed'],
  ] as const) {
    const files = new TrackedFiles();
    files.begin(Date.now() - ago);
    files.add(path, OPTION, 'first');
    assert.equal(files.examine(path), expected);
    files.begin(Date.now());
    assert.equal(files.examine(path), 'same');
  }
});

test('a time in the future does not prove a save since the run began', () => {
  using project = new Project({ 'a.txt': 'one' });
  const path = project.path('a.txt');
  const tomorrow = new Date(Date.now() + 86_400_000);
  fs.utimesSync(path, tomorrow, tomorrow);
  const files = new TrackedFiles();
  files.begin(Date.now() + 1000);
  files.add(path, OPTION, 'first');
  assert.equal(files.examine(path), 'same');
});

test('only the content decides, not the time', () => {
  using project = new Project({ 'a.txt': 'one' });
  const path = project.path('a.txt');
  const files = new TrackedFiles();
  files.begin(Date.now() + 60_000);
  files.add(path, OPTION, 'first');
  for (const [content, expected] of [
    ['one', 'same'],
    ['two', 'changed'],
    ['', 'emptied'],
    ['one', 'same'],
  ] as const) {
    fs.writeFileSync(path, content);
    assert.equal(files.examine(path), expected, content);
  }
  fs.rmSync(path);
  assert.equal(files.examine(path), 'deleted');
  files.begin(Date.now());
  assert.equal(files.examine(path), 'same');
  fs.writeFileSync(path, '');
  assert.equal(files.examine(path), 'created');
});

test('a save while the file is being read is a change', (t) => {
  using project = new Project({ 'a.txt': 'one' });
  const path = project.path('a.txt');
  fs.utimesSync(path, 1, 1);
  const files = new TrackedFiles();
  files.begin(Date.now() + 60_000);
  const read = t.mock.method(fs, 'readFileSync', (file: string) => {
    read.mock.restore();
    fs.writeFileSync(file, 'two');
    return fs.readFileSync(file);
  });
  files.add(path, OPTION, 'first');
  assert.equal(read.mock.callCount(), 1);
  assert.equal(files.examine(path), 'changed');
});

test('a deleted file of a tracked folder is forgotten when the next run begins', () => {
  using project = new Project({ 'a.txt': 'one' });
  const path = project.path('a.txt');
  const files = new TrackedFiles();
  files.begin(Date.now());
  files.add(path, { text: '.', by: 'program' }, 'created');
  assert.equal(files.examine(path), 'created');
  fs.rmSync(path);
  assert.equal(files.examine(path), 'same');
  files.begin(Date.now());
  assert.equal(files.files.has(path), false);
});

test(
  'a link that is retargeted to a file of the same size and time has changed',
  { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' },
  () => {
    using project = new Project({ one: 'one', two: 'two' });
    for (const name of ['one', 'two']) fs.utimesSync(project.path(name), 1_000_000, 1_000_000);
    project.link('a.txt', project.path('one'));
    const files = new TrackedFiles();
    files.begin(Date.now() + 60_000);
    files.add(project.path('a.txt'), OPTION, 'known');
    project.link('a.txt', project.path('two'));
    assert.equal(files.examine(project.path('a.txt')), 'changed');
  },
);
