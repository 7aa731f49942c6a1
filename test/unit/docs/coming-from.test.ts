// Checks docs/coming-from.md: each row of its tables names existing tests.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../helpers/project.ts';

const DOCS = join(ROOT, 'docs');

const TOOLS = [
  'node --watch',
  'nodemon',
  'tsx watch',
  'node-dev',
  'watchexec',
  'restarter.py',
  'CherryPy',
  'Django',
  'Werkzeug and Flask',
  'The inotify autoreload',
  'python-autoreload',
  'The retrying launcher',
];

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Returns the rows of the table below each heading. */
function tables(): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  let rows: Row[] = [];
  for (const [index, text] of fs.readFileSync(join(DOCS, 'coming-from.md'), 'utf8').split('\n').entries()) {
    if (text.startsWith('## ')) found.set(text.slice(3), (rows = []));
    if (!text.startsWith('|') || text.startsWith('|---') || text.startsWith('| theirs')) continue;
    // A pipe within code is escaped.
    const cells = text.split(/(?<!\\)\|/).map((cell) => cell.trim());
    rows.push({ line: index + 1, cells: cells.slice(1, -1) });
  }
  return found;
}

test('each of the twelve tools has a table, and a link at the top', () => {
  assert.deepEqual([...tables().keys()], TOOLS);
  for (const [tool, rows] of tables()) assert.ok(rows.length > 5, tool);
  const text = fs.readFileSync(join(DOCS, 'coming-from.md'), 'utf8');
  const listed = [...text.matchAll(/^- \[(.+)\]\(#(.+)\)$/gm)];
  assert.deepEqual(
    listed.map(([, tool, anchor]) => [tool, anchor]),
    TOOLS.map((tool) => [
      tool,
      tool
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ]),
  );
});

test('each row has both columns, and names existing tests', () => {
  const folder = join(ROOT, 'test', 'helpers');
  const helpers = fs
    .readdirSync(folder)
    .map((file) => fs.readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  const problems: string[] = [];
  for (const rows of tables().values())
    for (const { line, cells } of rows) {
      const [theirs, ours, tests = ''] = cells;
      if (cells.length !== 3 || !theirs || !ours) problems.push(`${line}: must have three cells`);
      const links = tests.split('<br>').map((link) => /^\[(.+)\]\((.+)\)$/.exec(link));
      for (const link of links) {
        const [, name = '', path = ''] = link ?? [];
        const file = join(DOCS, path);
        if (!link || !/\/test\/e2e\/[^/]+\/[^/]+\.test\.ts$/.test(file))
          problems.push(`${line}: must link to an end-to-end test`);
        else if (!fs.existsSync(file)) problems.push(`${line}: ${path} does not exist`);
        else if (!hasTest(fs.readFileSync(file, 'utf8'), name, helpers))
          problems.push(`${line}: ${path} has no test "${name}"`);
      }
    }
  assert.deepEqual(problems, []);
});

/**
 * Whether a file has a test with this name. The values of a template name must occur in a source too.
 *
 * @param source source of the test file
 * @param around further sources in which the values of a template name may occur
 */
function hasTest(source: string, name: string, around = ''): boolean {
  const calls = source.matchAll(/\btest\(\s*(['"`])((?:\\.|(?!\1)[^\\])+)\1/g);
  return [...calls].some(([, quote, text = '']) => {
    const parts = quote === '`' ? text.split(/\$\{[^{}]*\}/) : [text];
    const found = new RegExp(`^${parts.map(literal).join('(.+)')}$`).exec(name);
    const values = found?.slice(1);
    return values?.every((value) => source.includes(value) || around.includes(value)) ?? false;
  });
}

/** Returns the pattern of a part of a string literal. */
function literal(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1').replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
}
