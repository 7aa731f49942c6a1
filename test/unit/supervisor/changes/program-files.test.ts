import assert from 'node:assert/strict';
import fs from 'node:fs';
import { before, test } from 'node:test';
import { stampFile } from '../../../../src/shared/file-stamp.cts';
import { ProgramFiles } from '../../../../src/supervisor/changes/program-files.ts';
import type { Difference } from '../../../../src/supervisor/contents/content-cache.ts';
import { loadLexer } from '../../../../src/supervisor/graph/source-scan.ts';
import { Project } from '../../../helpers/project.ts';

before(loadLexer);

/** A system that does not tell who writes. */
const UNTOLD = {
  writes: { total: () => undefined, mayInclude: () => true, exitedAt: () => Infinity },
  onFound: () => {},
};

interface Save {
  readonly difference?: Exclude<Difference, 'same'>;
  readonly isStarting?: boolean;
  /** Whether the file is tracked and the run has not loaded it. */
  readonly isTracked?: boolean;
}

/** How complete a save of this content looks, of a file that had 10 bytes. */
function judge(name: string, content: string, save: Save = {}): string {
  const { difference = 'changed', isStarting = false, isTracked = false } = save;
  using project = new Project({ [name]: '0123456789' });
  const path = project.path(name);
  const files = new ProgramFiles(UNTOLD);
  if (isTracked) files.tracked.add(path, { text: name, by: 'option' }, 'known');
  else files.baseline.loaded(path, stampFile(path));
  project.write(name, content);
  return files.completenessOf(path, difference, isStarting);
}

test('source code that ends properly and is not shorter than before is complete', () => {
  assert.equal(judge('a.js', 'export {};'), 'complete');
  assert.equal(judge('a.ts', 'export {};'), 'complete');
});

test('more may follow in shorter code, in other files, while the run starts, and in files that no run loaded', () => {
  assert.equal(judge('a.js', 'f(1);'), 'unsure');
  assert.equal(judge('a.txt', '0123456789'), 'unsure');
  assert.equal(judge('a.json', '[0,1,2,3,4]'), 'unsure');
  assert.equal(judge('a.js', 'export {};', { isStarting: true }), 'unsure');
  assert.equal(judge('a.js', 'export {};', { isTracked: true }), 'unsure');
  assert.equal(judge('a.js', 'f(', { difference: 'created' }), 'unsure');
});

test('a file that is cut off, new and empty, or has lost more than half of its content is partial', () => {
  assert.equal(judge('a.js', 'export const a = {'), 'partial');
  assert.equal(judge('a.json', '{"a":[1,2,3'), 'partial');
  assert.equal(judge('a.js', '', { difference: 'created' }), 'partial');
  assert.equal(judge('a.js', 'f();'), 'partial');
  assert.equal(judge('a.txt', '0123', { isTracked: true }), 'partial');
});

test('a deleted or emptied file has vanished', () => {
  for (const difference of ['deleted', 'emptied'] as const)
    assert.equal(judge('a.js', '', { difference }), 'vanished');
});

test('a late event about a settled change is no new change, a later save is one', () => {
  using project = new Project({ 'a.js': '0', 'b.js': '0' });
  const files = new ProgramFiles(UNTOLD);
  const path = project.path('a.js');
  files.baseline.loaded(path, stampFile(path));
  project.write('a.js', 'export {};');
  assert.equal(files.isSettled(path), false);
  files.onSettled([{ path, how: 'changed' }]);
  assert.deepEqual([files.isSettled(path), files.isSettled(project.path('b.js'))], [true, false]);
  project.write('a.js', 'export default 1;');
  assert.equal(files.isSettled(path), false);
  files.onSettled([{ path, how: 'changed' }]);
  files.begin(Date.now());
  assert.equal(files.isSettled(path), false);
});

test('a save of an asset or a tracked file may be ignored, one of a module or a setting is only delayed', () => {
  using project = new Project({ 'a.txt': '0', 'a.js': '0', 'a.json': '0', 'tracked.js': '0' });
  const delays = (name: string, isSetting = false): number[] => {
    const files = new ProgramFiles(UNTOLD);
    const path = project.path(name);
    if (name === 'tracked.js') files.tracked.add(path, { text: name, by: 'option' }, 'known');
    if (name === 'a.json') files.baseline.loaded(path, stampFile(path));
    return Array.from({ length: 4 }, () => {
      files.begin(Date.now() - 100);
      if (name === 'a.json') files.baseline.loaded(path, stampFile(path));
      fs.writeFileSync(path, String(Math.random()));
      return files.delayOf(path, 'changed', isSetting);
    });
  };
  const ignored = [0, 0, 0, Infinity];
  const delayed = [0, 0, 0, 2000];
  assert.deepEqual([delays('a.txt'), delays('tracked.js')], [ignored, ignored]);
  assert.deepEqual([delays('a.js'), delays('a.json'), delays('a.txt', true)], [delayed, delayed, delayed]);
});

test('a file that the program deletes or empties before it writes it is self-written', () => {
  using project = new Project({ 'a.txt': '' });
  const path = project.path('a.txt');
  const files = new ProgramFiles(UNTOLD);
  for (const expected of [0, 0, 0, Infinity]) {
    files.begin(Date.now() - 100);
    for (const difference of ['emptied', 'deleted'] as const) {
      // For a moment, Linux gives a file that has been emptied its old time.
      assert.equal(files.delayOf(path, difference, false), 0);
    }
    project.write('a.txt', String(Math.random()));
    assert.equal(files.delayOf(path, 'changed', false), expected);
  }
});
