import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  loadLexer,
  looksCutOff,
  requireLine,
  requires,
  scan,
} from '../../../../src/supervisor/graph/source-scan.ts';

test('before the lexer is there, no source names anything, and none looks cut off', () => {
  assert.deepEqual(scan('/app/a.js', "import './b.js';"), []);
  assert.equal(looksCutOff('/app/a.js', 'f('), false);
  assert.equal(looksCutOff('/app/a.json', '{'), true);
});

test('without WebAssembly, the lexer in plain JavaScript takes over', async () => {
  const { WebAssembly } = globalThis as { WebAssembly?: unknown };
  Reflect.deleteProperty(globalThis, 'WebAssembly');
  try {
    await loadLexer();
  } finally {
    Object.defineProperty(globalThis, 'WebAssembly', {
      value: WebAssembly,
      configurable: true,
      writable: true,
    });
  }
  const found = scan('/app/a.js', "import './b.js';\nnew URL('./c.txt', import.meta.url);");
  assert.deepEqual(
    found.map(({ specifier, kind }) => [specifier, kind]),
    [
      ['./b.js', 'static'],
      ['./c.txt', 'asset'],
    ],
  );
  assert.equal(looksCutOff('/app/a.js', 'f('), true);
});

test('static imports are found, whether or not the module runs', () => {
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
  const imports = scan('/app/a.js', source);
  assert.deepEqual(
    imports.map(({ specifier, line, kind }) => [specifier, line, kind]),
    [
      ['./a.js', 2, 'static'],
      ['./b.js', 3, 'static'],
      ['package', 4, 'static'],
      ['./data.json', 5, 'static'],
      ['./e.js', 6, 'static'],
      ['./f.js', 7, 'static'],
      ['./g.js', 8, 'static'],
    ],
  );
});

test('dynamic imports are found, but not those without a literal specifier, nor in comments and strings', () => {
  const source = `
// import './a.js';
/* import './b.js'; */
const text = "import './c.js'";
const module = await import('./d.js');
await import(text);
await import(\`./\${text}.js\`);
import.meta.url;
`;
  assert.deepEqual(scan('/app/a.mjs', source), [{ specifier: './d.js', line: 5, kind: 'dynamic' }]);
});

test('imports of TypeScript are found, those of types as such', () => {
  const source =
    "import type { A } from './a.ts';\nimport { b, type C } from './b.ts';\nconst c: C<A> = b;\n";
  assert.deepEqual(scan('/app/a.ts', source), [
    { specifier: './a.ts', line: 1, kind: 'type' },
    { specifier: './b.ts', line: 2, kind: 'static' },
  ]);
});

test('a source that cannot be parsed has no imports, nor has a file that is no module', () => {
  assert.deepEqual(scan('/app/a.js', "import './a.js';\nconst x = {"), []);
  assert.deepEqual(scan('/app/a.json', "import './a.js';"), []);
});

test("assets are found in new URL('...', import.meta.url)", () => {
  const source = `
const a = new URL('./a.txt', import.meta.url);
const b = new URL(
  "../b/b.html",
  import.meta.url,
);
const c = new URL(\`c.json\`, import.meta . url);
read(new URL('/d.txt', import.meta.url), new URL('.', import.meta.url));
// new URL('./comment.txt', import.meta.url);
const none = [
  new URL('https://example.com/x', import.meta.url), new URL('data:,x', import.meta.url),
  new URL(name, import.meta.url), new URL('./' + name, import.meta.url), new URL(\`./\${name}\`, import.meta.url),
  new URL('./base.txt', base), new Url('./case.txt', import.meta.url), new URL('./dir.txt', import.meta.dirname),
  "new URL('./text.txt', import.meta.url)", import.meta.url,
];
`;
  assert.deepEqual(
    scan('/app/a.js', source).map(({ specifier, line, kind }) => [specifier, line, kind]),
    [
      ['./a.txt', 2, 'asset'],
      ['../b/b.html', 5, 'asset'],
      ['c.json', 7, 'asset'],
      ['/d.txt', 8, 'asset'],
      ['.', 8, 'asset'],
    ],
  );
});

test('literal requires are found', () => {
  const source =
    "const a = require('./a');\nrequire( \"../b.js\" );\nimport c = require(`c`);\nrequire(name);\nrequire(`./${x}`);\nrequired('./d');\n";
  assert.deepEqual(requires(source), ['./a', '../b.js', 'c']);
});

test('the line of a require is found', () => {
  const source = 'const a = require(\'./a\');\n\nconst b = require( "./b.js" );\n';
  assert.equal(requireLine(source, './a'), 1);
  assert.equal(requireLine(source, './b.js'), 3);
  assert.equal(requireLine(source, './bxjs'), undefined);
});

test('a file with an open bracket, string or template looks cut off', () => {
  for (const source of ['export const a = {', 'f(', '`text', "import { a } from '"]) {
    assert.equal(looksCutOff('/app/a.js', source), true, source);
  }
  for (const source of ['{', '{"a":', '[1,', ''])
    assert.equal(looksCutOff('/app/a.json', source), true, source);
});

test('a complete file does not look cut off', () => {
  for (const source of ['', 'export const a = 1;\n', '// comment', '#!/usr/bin/env node\nf();\n']) {
    assert.equal(looksCutOff('/app/a.js', source), false, source);
  }
  for (const source of ['{}', '1', '[]\n']) assert.equal(looksCutOff('/app/a.json', source), false, source);
  assert.equal(looksCutOff('/app/a.txt', '{'), false);
});
