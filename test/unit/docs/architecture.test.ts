// The map in docs/architecture.md has every source folder, and every file that the page names exists.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../helpers/project.ts';

const text = fs.readFileSync(join(ROOT, 'docs', 'architecture.md'), 'utf8');
const files = fs
  .readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => /\.[cm]?ts$/.test(path));

test('every source folder is on the map', () => {
  const mapped = [...text.matchAll(/^\| `(src\/[\w/-]*)` \|/gm)].map(([, folder = '']) => folder);
  assert.deepEqual(mapped.toSorted(), [...new Set(files.map((path) => `${dirname(path)}/`))].toSorted());
});

test('every file that the page names exists', () => {
  const named = [...text.matchAll(/(?<![\w./-])[\w/-]+\.[cm]?ts\b/g)].map(([name]) => name);
  assert.ok(named.length > 30);
  const missing = named.filter((name) => !files.some((path) => path.endsWith(`/${name}`)));
  assert.deepEqual(missing, []);
});
