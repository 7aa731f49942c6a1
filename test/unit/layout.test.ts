// Checks the layers: a folder of src imports only from the folders below it, types included. Only one place imports each
// library. A table, because a linter would need the rules again for each folder.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../helpers/project.ts';

/** The folders of `src`, from top to bottom. */
const LAYERS = [
  'src',
  'src/cli',
  'src/supervisor',
  'src/supervisor/crash',
  'src/supervisor/host',
  'src/supervisor/output',
  'src/supervisor/runs',
  'src/supervisor/handover',
  'src/supervisor/standby',
  'src/supervisor/changes',
  'src/supervisor/processes',
  'src/supervisor/tracked',
  'src/supervisor/graph',
  'src/supervisor/program',
  'src/supervisor/watch',
  'src/supervisor/contents',
  'src/supervisor/util',
  'src/supervisor/lifecycle',
  'src/loader',
  'src/loader/standby',
  'src/loader/hooks',
  'src/loader/descendants',
  'src/loader/app',
  'src/loader/sockets',
  'src/loader/channel',
  'src/crash-page',
  'src/options',
  'src/shared',
  'src/protocol',
  'src/node-internals',
];

/** Maximum number of files in a folder. */
const MAX_FILES = 12;

/** Maximum number of lines in a file, comments included. */
const MAX_LINES = 250;

/** Imports (`what`) that are reserved to some files (`by`). With `types`, all files may import types. */
const FENCES: readonly { what: RegExp; by: RegExp; types?: true; why: string }[] = [
  {
    what: /\/(register|index|cli)\.c?ts$/,
    by: /^$/,
    types: true,
    why: 'register, index and cli are entries: nothing imports them',
  },
  { what: /\/loader\//, by: /^src\/loader\//, why: 'loader, page and supervisor meet only in the leaves' },
  {
    what: /\/supervisor\//,
    by: /^src\/(supervisor\/|(register|cli)\.ts$)/,
    why: 'loader, page and supervisor meet only in the leaves',
  },
  {
    what: /\/crash-page\//,
    by: /^src\/crash-page\//,
    why: 'loader, page and supervisor meet only in the leaves',
  },
  {
    what: /^(node:)?child_process$/,
    by: /^src\/(cli|supervisor\/(crash\/locate-syntax-error|processes\/(guard|process-table|spawn-child)|host\/terminal))\.ts$/,
    types: true,
    why: 'few files start processes',
  },
  {
    what: /^chokidar(\/|$)/,
    by: /^src\/supervisor\/watch\/file-watches\.ts$/,
    why: 'file-watches.ts alone knows chokidar',
  },
  {
    what: /^es-module-lexer(\/|$)/,
    by: /^src\/supervisor\/graph\/source-scan\.ts$/,
    why: 'source-scan.ts alone knows it',
  },
  {
    what: /^picomatch(\/|$)/,
    by: /^src\/supervisor\/tracked\/path-patterns\.ts$/,
    why: 'path-patterns.ts alone knows it',
  },
  {
    what: /^ignore(\/|$)/,
    by: /^src\/supervisor\/tracked\/ignore-rules\.ts$/,
    why: 'ignore-rules.ts alone knows it',
  },
  {
    what: /^jsonc-parser(\/|$)/,
    by: /^src\/(options\/package-json|supervisor\/graph\/tsconfig)\.ts$/,
    why: 'two files read JSON that people write',
  },
];

/** ES modules. CommonJS files must not require them: Node versions differ in that. */
const MODULE = /\.ts$/;

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly isType: boolean;
}

test('imports go to lower layers, and reserved imports stay in their files', () => {
  const imports = sources('src').flatMap(importsOf);
  assert.ok(imports.length > 300, `only ${imports.length} imports were found`);
  const wrong = imports.flatMap(({ file, specifier, isType }) => [
    ...FENCES.filter(
      ({ what, by, types }) => what.test(target(file, specifier)) && !by.test(file) && !(types && isType),
    ).map(({ why }) => `${file} imports ${specifier}: ${why}`),
    ...(file.endsWith('.cts') && MODULE.test(specifier) && !isType
      ? [`${file} imports ${specifier}: a .cts file may take only types from an ES module`]
      : []),
    ...(isUpwards(file, specifier) ? [`${file} imports ${specifier}: that folder is above it`] : []),
  ]);
  assert.deepEqual(wrong, []);
});

test('each folder is a layer, and has at most twelve files', () => {
  const folders = groups(sources('src'));
  assert.deepEqual([...folders.keys()].toSorted(), LAYERS.toSorted());
  const crowded = [...folders].filter(([, files]) => files.length > MAX_FILES).map(([folder]) => folder);
  assert.deepEqual(crowded, []);
});

test('no source file is long', () => {
  const long = sources('src').filter(
    (file) => fs.readFileSync(join(ROOT, file), 'utf8').split('\n').length > MAX_LINES + 1,
  );
  assert.deepEqual(long, []);
});

test('the files in the table of reserved imports exist', () => {
  const files = sources('src');
  for (const { by } of FENCES.slice(1))
    assert.ok(
      files.some((file) => by.test(file)),
      String(by),
    );
});

function isUpwards(file: string, specifier: string): boolean {
  if (!specifier.startsWith('.')) return false;
  const from = LAYERS.indexOf(dirname(file));
  const to = LAYERS.indexOf(dirname(target(file, specifier).slice(1)));
  return to < from;
}

/** Returns the target of an import: the path of a file in `src` after a slash, or the name of a package. */
function target(file: string, specifier: string): string {
  return specifier.startsWith('.') ? `/${join(file, '..', specifier).replaceAll('\\', '/')}` : specifier;
}

function groups(files: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of files) found.set(dirname(file), [...(found.get(dirname(file)) ?? []), file]);
  return found;
}

function sources(folder: string): string[] {
  return fs
    .readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.[cm]?ts$/.test(path))
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
