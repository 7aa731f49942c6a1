import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { locateSyntaxError, lacksLocation } from '../../../../src/supervisor/crash/locate-syntax-error.ts';
import { Project } from '../../../helpers/project.ts';

const STACK = '\n    at compileSourceTextModule (node:internal/modules/esm/utils:346:16)\n';
const UNEXPECTED = `SyntaxError: Invalid or unexpected token${STACK}`;

test('only a syntax error in an ES module has no location', () => {
  assert.equal(lacksLocation(UNEXPECTED), true);
  assert.equal(lacksLocation(UNEXPECTED.slice(1)), false);
  assert.equal(lacksLocation('SyntaxError: x\n    at JSON.parse (<anonymous>)'), false);
  assert.equal(lacksLocation(`/app/a.js:1\nx\n^\n\n${UNEXPECTED}`), false);
});

test('the error is located in any of the files', async () => {
  using project = new Project({
    'a.js': 'await 1;\n',
    'b c.js': "import './a.js';\n\n  let x = 'y;\n",
    'd.cjs': 'x',
  });
  const files = ['a.js', 'b c.js', 'd.cjs', 'gone.js'].map((name) => project.path(name));
  const location = await locateSyntaxError(UNEXPECTED, files, () => true);
  assert.deepEqual(location, { path: project.path('b c.js'), line: 3, column: 11 });
});

test('the most recently saved file is checked first', async () => {
  using project = new Project({ 'a.js': "'a\n", 'b.js': "'b\n" });
  const files = [project.path('a.js'), project.path('b.js')];
  for (const path of files) {
    for (const file of files) fs.utimesSync(file, 1, file === path ? 20 : 10);
    assert.equal((await locateSyntaxError(UNEXPECTED, files, () => true))?.path, path);
  }
});

test('another syntax error does not count', async () => {
  using project = new Project({ 'a.js': 'let a;\nlet a;\n' });
  assert.equal(await locateSyntaxError(UNEXPECTED, [project.path('a.js')], () => true), undefined);
});

test('no code is executed, and nothing is checked for a stale error', async () => {
  const write = "import fs from 'node:fs';\nfs.writeFileSync('ran', '');\n";
  using project = new Project({ 'a.js': write, 'b.js': "'b\n" });
  assert.equal(await locateSyntaxError(UNEXPECTED, [project.path('a.js')], () => true), undefined);
  assert.equal(fs.existsSync(project.path('ran')), false);
  assert.equal(await locateSyntaxError(UNEXPECTED, [project.path('b.js')], () => false), undefined);
});
