import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { completenessOf } from '../../../../src/supervisor/changes/save-completeness.ts';
import type { SavedFile } from '../../../../src/supervisor/changes/save-completeness.ts';
import { loadLexer } from '../../../../src/supervisor/graph/source-scan.ts';
import { Project } from '../../../helpers/project.ts';

before(loadLexer);

/** How complete a save of this content looks, of a module that had 10 bytes. */
function judge(name: string, content: string, other: Partial<SavedFile> = {}): string {
  using project = new Project({ [name]: content });
  const path = project.path(name);
  return completenessOf({
    path,
    difference: 'changed',
    loadedSize: 10,
    trackedSize: undefined,
    isStarting: false,
    ...other,
  });
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
  assert.equal(judge('a.js', 'export {};', { loadedSize: undefined, trackedSize: 10 }), 'unsure');
  assert.equal(judge('a.js', 'f(', { difference: 'created' }), 'unsure');
});

test('a file that is cut off, new and empty, or has lost more than half of its content is partial', () => {
  assert.equal(judge('a.js', 'export const a = {'), 'partial');
  assert.equal(judge('a.json', '{"a":[1,2,3'), 'partial');
  assert.equal(judge('a.js', '', { difference: 'created' }), 'partial');
  assert.equal(judge('a.js', 'f();'), 'partial');
  assert.equal(judge('a.txt', '0123', { loadedSize: undefined, trackedSize: 10 }), 'partial');
});

test('a deleted or emptied file has vanished', () => {
  for (const difference of ['deleted', 'emptied'] as const)
    assert.equal(judge('a.js', '', { difference }), 'vanished');
});
