import assert from 'node:assert/strict';
import { sep } from 'node:path';
import { test } from 'node:test';
import { codeFrameOf, locationsIn } from '../../../../src/supervisor/crash/code-frame.ts';
import type { CodeFrame } from '../../../../src/shared/crash-report.ts';

const posix = { skip: sep !== '/' && 'needs POSIX: Linux or macOS' };

const TEN = Array.from({ length: 10 }, (_, i) => `line ${i + 1}`).join('\n');

/** The frame for an error of a program with these files. */
function frame(error: string, files: Readonly<Record<string, string>>): CodeFrame | undefined {
  return codeFrameOf([...locationsIn(error)], (path) => files[path]);
}

test('the first stack frame in a file of the program is shown, with a caret at the column', posix, () => {
  const error = `TypeError: no
    at node:internal/x:1:2
    at f (/app/node_modules/pkg/a.js:3:4)
    at async Object.<anonymous> (file:///app/a%20b.js?v=1:5:3)
    at /app/other.js:1:1`;
  assert.deepEqual(frame(error, { '/app/a b.js': TEN, '/app/other.js': TEN }), {
    path: '/app/a b.js',
    line: 5,
    column: 3,
    code: `   2 | line 2
   3 | line 3
   4 | line 4
>  5 | line 5
     |   ^
   6 | line 6
   7 | line 7
   8 | line 8`.replaceAll(/^(.{2}) /gm, '$1'),
  });
});

test('fewer lines are shown at the start and the end of a file', posix, () => {
  assert.equal(
    frame('E\n    at /app/a.js:1:1', { '/app/a.js': 'one\ntwo' })?.code,
    '> 1 | one\n    | ^\n  2 | two',
  );
  assert.equal(
    frame('E\n    at /app/a.js:2:3', { '/app/a.js': 'one\r\ntwo' })?.code,
    '  1 | one\n> 2 | two\n    |   ^',
  );
  const code = frame('E\n    at /app/a.js:9:1', { '/app/a.js': TEN })?.code;
  assert.equal(code?.split('\n').at(-1), '  10 | line 10');
  assert.equal(code?.split('\n')[3], '>  9 | line 9');
});

test('the location at the start of a syntax error is shown', posix, () => {
  const error = '/app/a.js:1\nconst name = 1;;x\n             ^^^\n\nSyntaxError: x\n    at /app/b.js:1:1';
  const found = frame(error, { '/app/a.js': 'const name = 1;;x', '/app/b.js': 'b' });
  assert.deepEqual([found?.path, found?.line, found?.column], ['/app/a.js', 1, 14]);
  const esm = frame('file:///app/b.js:1\nb\nSyntaxError: x', { '/app/b.js': 'b' });
  assert.deepEqual([esm?.path, esm?.column, esm?.code], ['/app/b.js', undefined, '> 1 | b']);
});

test('the location of a syntax error in TypeScript is shown', posix, () => {
  const error =
    'file:///app/a.ts:2\nlet a;\nconst b = ;\n          ^\n\nSyntaxError [X]: Expression expected';
  const found = frame(error, { '/app/a.ts': 'let a;\nconst b = ;' });
  assert.deepEqual([found?.line, found?.column], [2, 11]);
});

test('the location in a compiler error is shown', posix, () => {
  const error =
    'Error: Transform failed with 1 error:\n/app/a.ts:2:1: ERROR: Unexpected "}"\n    at f (/app/x.js:1:1)';
  assert.equal(frame(error, { '/app/a.ts': TEN })?.line, 2);
});

test('a path may contain spaces and parentheses', posix, () => {
  for (const line of ['at f (/app/my (dir)/a b.js:2:1)', 'at async /app/my (dir)/a b.js:2:1']) {
    assert.equal(frame(`E\n    ${line}`, { '/app/my (dir)/a b.js': TEN })?.line, 2, line);
  }
});

test('a location that does not exist, or is not in a file of the program, is skipped', posix, () => {
  const error =
    'E: /app/a.js:1:1\n    at /app/a.js:11:1\n    at /app/gone.js:1:1\n    at eval (eval at x (/app/a.js:1:1), <anonymous>:1:1)';
  assert.equal(frame(error, { '/app/a.js': TEN }), undefined);
  assert.equal(frame('just text', {}), undefined);
  assert.equal(frame('', {}), undefined);
});

test('tabs stay, long lines are cut around the column, control sequences are removed', posix, () => {
  assert.equal(
    frame('E\n    at /app/a.js:1:4', { '/app/a.js': '\tif x' })?.code,
    '> 1 | \tif x\n    | \t  ^',
  );
  const found = frame('E\n    at /app/a.js:1:5001', {
    '/app/a.js': `${'x'.repeat(5000)}!${'y'.repeat(5000)}`,
  });
  const [row = '', caret = ''] = found?.code.split('\n') ?? [];
  assert.ok(row.length < 200, String(row.length));
  assert.equal(row[caret.indexOf('^')], '!');
  assert.equal(
    frame('E\n    at /app/a.js:1:1', { '/app/a.js': '\u001B[31mred' })?.code,
    '> 1 | red\n    | ^',
  );
});
