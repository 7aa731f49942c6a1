import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadLexer, looksCutOff, staticImports } from '../../src/supervisor/scan.ts';

before(loadLexer);

test('what a module imports statically is found, whether or not it runs', () => {
  const source = `
import './a.js';
import b, { c } from "./b.js";
import * as d from 'package';
import data from './data.json' with { type: 'json' };
export * from './e.js';
export * as f from './f.js';
export { g } from './g.js';
throw new Error('never reached');
`;
  assert.deepEqual(staticImports('/app/a.js', source).toSorted(), [
    './a.js',
    './b.js',
    './data.json',
    './e.js',
    './f.js',
    './g.js',
    'package',
  ]);
});

test('dynamic imports, comments and strings are not', () => {
  const source = `
// import './a.js';
/* import './b.js'; */
const text = "import './c.js'";
const module = await import('./d.js');
import.meta.url;
`;
  assert.deepEqual(staticImports('/app/a.mjs', source), []);
});

test('a source that cannot be read has none, nor has what is not JavaScript', () => {
  assert.deepEqual(staticImports('/app/a.js', "import './a.js';\nconst x = {"), []);
  assert.deepEqual(staticImports('/app/a.json', "import './a.js';"), []);
  assert.deepEqual(staticImports('/app/a.ts', "import './a.js';"), []);
});

test('a file with something left open looks cut off', () => {
  for (const source of ['export const a = {', 'f(', '`text', "import { a } from '"]) {
    assert.equal(looksCutOff('/app/a.js', source), true, source);
  }
  for (const source of ['{', '{"a":', '[1,', ''])
    assert.equal(looksCutOff('/app/a.json', source), true, source);
});

test('a whole file does not', () => {
  for (const source of ['', 'export const a = 1;\n', '// comment', '#!/usr/bin/env node\nf();\n']) {
    assert.equal(looksCutOff('/app/a.js', source), false, source);
  }
  for (const source of ['{}', '1', '[]\n']) assert.equal(looksCutOff('/app/a.json', source), false, source);
  assert.equal(looksCutOff('/app/a.txt', '{'), false);
});
