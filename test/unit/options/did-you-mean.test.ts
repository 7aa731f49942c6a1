import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../../src/options/did-you-mean.ts';

test('the nearest name differs in a third of its letters at most', () => {
  const names = ['grace', 'poll', 'ext', 'standby'];
  for (const [name, expected] of [
    ['grcae', 'grace'],
    ['GRACE', 'grace'],
    ['pol', 'poll'],
    ['stanby', 'standby'],
    ['exts', 'ext'],
    ['polling', undefined],
    ['xet', 'ext'],
    ['database', undefined],
    ['a-very-long-name-that-resembles-no-option', undefined],
    ['port', undefined],
    ['', undefined],
  ] as const) {
    assert.equal(nearest(name, names), expected, name);
  }
});
