import assert from 'node:assert/strict';
import { test } from 'node:test';
import { safeLine, safeText } from '../../../../src/supervisor/util/safe-text.ts';

test('what controls a terminal, or changes how text is read, becomes a space', () => {
  for (const [name, text] of [
    ['C0 controls', 'a\u0007\u001B\u007Fb'],
    ['C1 controls', 'a\u009B\u0085b'],
    ['bidirectional text', 'a\u202E\u2066\u200F\u061Cb'],
    ['separators', 'a\u2028\u2029b'],
    ['line breaks and tabs', 'a\r\n\tb'],
  ] as const)
    assert.equal(safeLine(text), 'a b', name);
  for (const text of ['ä 漢字 🙂 עברית', 'a\u00A0b', 'src/[id].js']) assert.equal(safeLine(text), text);
});

test('in several lines, line breaks and tabs stay, and colors are left out', () => {
  assert.equal(
    safeText('\u001B[31mError\u001B[39m: \u009Bx\n\tat\u202E y\r\nz\u2028'),
    'Error:  x\n\tat  y\r\nz ',
  );
});
