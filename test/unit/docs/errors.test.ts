// Checks docs/errors.md: each error code has a section with an example line, and there are no other sections.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../helpers/project.ts';

const SOURCE = fs.readFileSync(join(ROOT, 'src', 'shared', 'errors.ts'), 'utf8');
/** The API for programs throws a TypeError with a code. */
const API = fs.readFileSync(join(ROOT, 'src', 'index.ts'), 'utf8');
const TEXT = fs.readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8');
const CODES = [
  ...SOURCE.matchAll(/^ {2}\| '(ERR_AUTORELOAD_\w+)'/gm),
  ...API.matchAll(/code: '(ERR_AUTORELOAD_\w+)'/g),
]
  .map(([, code = '']) => code)
  .toSorted();

test('each code has its section, and each section its code', () => {
  assert.ok(CODES.length > 5);
  const sections = [...TEXT.matchAll(/^## (ERR_\w+)$/gm)].map(([, code = '']) => code);
  assert.deepEqual(sections.toSorted(), CODES);
});

test('each section has an example line and a solution', () => {
  for (const section of TEXT.split(/^(?=## )/m).filter((part) => part.startsWith('## ERR_'))) {
    const [, example = '', advice = ''] = section.split('```');
    assert.match(example, /^\n(\[autoreload\] |TypeError: ).+\n/, section);
    assert.ok(advice.trim().length > 80, section);
  }
});

test('the table lists each code with the beginning of its line', () => {
  const rows = [...TEXT.matchAll(/^\| `.+ \| \[(ERR_\w+)\]\(#(\w+)\) \|$/gm)];
  assert.deepEqual(rows.map(([, code = '']) => code).toSorted(), CODES);
  for (const [, code = '', anchor] of rows) assert.equal(anchor, code.toLowerCase());
});

test('the exit codes of autoreload are explained', () => {
  const table = TEXT.slice(TEXT.indexOf('## Exit codes'), TEXT.indexOf('## ERR_'));
  for (const code of ['2', '9', '126', '127', 'else'])
    assert.match(table, new RegExp(`^\\| ${code} \\|`, 'm'));
});
