// Imports only go down, and each library has one place that knows it. A table, because a linter would need all of it
// once for each folder.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../helpers/project.ts';

/** What may be imported by these files only. `types`: types by all. */
const FENCES: readonly { what: RegExp; by: RegExp; types?: true; why: string }[] = [
  {
    what: /\/(register|index|cli)\.c?ts$/,
    by: /^$/,
    why: 'register, index and cli are entries: nothing imports them',
  },
  { what: /\/loader\//, by: /^src\/loader\//, why: 'loader, page and supervisor meet only in the leaves' },
  {
    what: /\/supervisor\//,
    by: /^src\/(supervisor\/|(register|cli)\.ts$)/,
    why: 'loader, page and supervisor meet only in the leaves',
  },
  { what: /\/page\//, by: /^src\/page\//, why: 'loader, page and supervisor meet only in the leaves' },
  {
    what: /^(node:)?child_process$/,
    by: /^src\/(cli\.ts$|supervisor\/(child|plain-child|crash-page|guard|process-tree|syntax|terminal)\.ts$)/,
    types: true,
    why: 'few files start processes',
  },
  { what: /^chokidar(\/|$)/, by: /^src\/supervisor\/watcher\.ts$/, why: 'watcher.ts alone knows chokidar' },
  { what: /^es-module-lexer(\/|$)/, by: /^src\/supervisor\/scan\.ts$/, why: 'scan.ts alone knows it' },
  { what: /^picomatch(\/|$)/, by: /^src\/supervisor\/patterns\.ts$/, why: 'patterns.ts alone knows it' },
  { what: /^ignore(\/|$)/, by: /^src\/supervisor\/ignored\.ts$/, why: 'ignored.ts alone knows it' },
  { what: /^commander(\/|$)/, by: /^src\/cli-(arguments|completion|help)\.ts$/, why: 'it is of the command' },
  { what: /^string-argv(\/|$)/, by: /^src\/cli-plan\.ts$/, why: 'it is of the command' },
  {
    what: /^jsonc-parser(\/|$)/,
    by: /^src\/(config|supervisor\/tsconfig)\.ts$/,
    why: 'two files read JSON that people write',
  },
];

/** In CommonJS: `require` of an ES module differs between Node versions. */
const MODULE = /\.ts$/;

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly isType: boolean;
}

test('imports go down, and each library has its place', () => {
  const imports = sources('src').flatMap(importsOf);
  assert.ok(imports.length > 300, `only ${imports.length} imports were found`);
  const wrong = imports.flatMap(({ file, specifier, isType }) => [
    ...FENCES.filter(
      ({ what, by, types }) => what.test(target(file, specifier)) && !by.test(file) && !(types && isType),
    ).map(({ why }) => `${file} imports ${specifier}: ${why}`),
    ...(file.endsWith('.cts') && MODULE.test(specifier) && !isType
      ? [`${file} imports ${specifier}: a .cts file may take only types from an ES module`]
      : []),
  ]);
  assert.deepEqual(wrong, []);
});

test('what the table names is there', () => {
  const files = sources('src');
  for (const { by } of FENCES.slice(1))
    assert.ok(
      files.some((file) => by.test(file)),
      String(by),
    );
});

/** With the folder of the file, so that a neighbour is told from what is elsewhere. */
function target(file: string, specifier: string): string {
  return specifier.startsWith('.') ? `/${join(file, '..', specifier).replaceAll('\\', '/')}` : specifier;
}

function sources(folder: string): string[] {
  return fs
    .readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.c?ts$/.test(path))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`);
}

function importsOf(file: string): Import[] {
  const text = fs.readFileSync(join(ROOT, file), 'utf8');
  const found = [
    ...text.matchAll(/^(?:import|export) (type )?(?:[^'"`;]*? from )?'([^']+)'/gm),
    ...text.matchAll(/\b(?:import|require)\(()'([^']+)'\)/g),
  ];
  return found.map(([, type, specifier = '']) => ({ file, specifier, isType: Boolean(type) }));
}
