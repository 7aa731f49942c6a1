import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { findSyntaxError, isPlaceless } from '../../../../src/supervisor/crash/locate-syntax-error.ts';
import { Project } from '../../../helpers/project.ts';

const STACK = '\n    at compileSourceTextModule (node:internal/modules/esm/utils:346:16)\n';
const UNEXPECTED = `SyntaxError: Invalid or unexpected token${STACK}`;

test('only a syntax error in an ES module has no place', () => {
  assert.equal(isPlaceless(UNEXPECTED), true);
  assert.equal(isPlaceless(UNEXPECTED.slice(1)), false);
  assert.equal(isPlaceless('SyntaxError: x\n    at JSON.parse (<anonymous>)'), false);
  assert.equal(isPlaceless(`/app/a.js:1\nx\n^\n\n${UNEXPECTED}`), false);
});

test('it is found, in whichever file it is', async () => {
  using project = new Project({
    'a.js': 'await 1;\n',
    'b c.js': "import './a.js';\n\n  let x = 'y;\n",
    'd.cjs': 'x',
  });
  const files = ['a.js', 'b c.js', 'd.cjs', 'gone.js'].map((name) => project.path(name));
  const place = await findSyntaxError(UNEXPECTED, files, () => true);
  assert.deepEqual(place, { path: project.path('b c.js'), line: 3, column: 11 });
});

test('the file that was saved last comes first', async () => {
  using project = new Project({ 'a.js': "'a\n", 'b.js': "'b\n" });
  const files = [project.path('a.js'), project.path('b.js')];
  for (const path of files) {
    for (const one of files) fs.utimesSync(one, 1, one === path ? 20 : 10);
    assert.equal((await findSyntaxError(UNEXPECTED, files, () => true))?.path, path);
  }
});

test('another error is not taken for it', async () => {
  using project = new Project({ 'a.js': 'let a;\nlet a;\n' });
  assert.equal(await findSyntaxError(UNEXPECTED, [project.path('a.js')], () => true), undefined);
});

test('no code of the file is run, and nobody looks when nobody wants to know', async () => {
  const write = "import fs from 'node:fs';\nfs.writeFileSync('ran', '');\n";
  using project = new Project({ 'a.js': write, 'b.js': "'b\n" });
  assert.equal(await findSyntaxError(UNEXPECTED, [project.path('a.js')], () => true), undefined);
  assert.equal(fs.existsSync(project.path('ran')), false);
  assert.equal(await findSyntaxError(UNEXPECTED, [project.path('b.js')], () => false), undefined);
});
