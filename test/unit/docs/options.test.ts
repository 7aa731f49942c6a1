// Checks docs/options.md: each option has a row, and a section with a valid flag, variable and key.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { flagOf, OPTIONS, variableOf } from '../../../src/options/options.ts';
import { ROOT } from '../../helpers/project.ts';

const TEXT = fs.readFileSync(join(ROOT, 'docs', 'options.md'), 'utf8');

test('the table has a row for each option, in the order of --help', () => {
  const rows = [...TEXT.matchAll(/^\| `(--[\w-]+)[^|]*\| `(AUTORELOAD_\w+)` \| `(\w+)` \|/gm)];
  assert.deepEqual(
    rows.map(([, flag, variable, key]) => [flag, variable, key]),
    OPTIONS.map((option) => [flagOf(option), variableOf(option.name), option.name]),
  );
});

test('the table lists the values of each choice, and its default', () => {
  for (const { name, type, default: value } of OPTIONS) {
    const { enum: words } = type.schema as { enum?: readonly string[] };
    if (words === undefined) continue;
    const [, listed = '', standard] =
      new RegExp(String.raw`\| \`${name}\` \| (.+) \| \`(.+)\` \|$`, 'm').exec(TEXT) ?? [];
    assert.deepEqual(listed.split(', ').toSorted(), words.map((word) => `\`${word}\``).toSorted());
    assert.equal(standard, value);
  }
});

test('each option has a section with a valid example of its flag, variable and key', () => {
  const sections = [...TEXT.matchAll(/^### (\w+)\n([^]*?)(?=\n##)/gm)];
  assert.deepEqual(
    sections.map(([, name]) => name),
    OPTIONS.map(({ name }) => name),
  );
  for (const [, name = '', text = ''] of sections) {
    const option = OPTIONS.find((known) => known.name === name);
    assert.ok(option);
    assert.ok(text.includes(`autoreload ${name === 'ext' ? '--watch . ' : ''}${flagOf(option)} `), name);
    const [, variable] = new RegExp(String.raw`\`${variableOf(name)}="?([^\`"]+)"?\``).exec(text) ?? [];
    assert.notEqual(option.type.read(variable), undefined, `${name}: ${variable}`);
    const [, value = ''] = new RegExp(`\`"${name}": (.+)\`$`, 'm').exec(text) ?? [];
    assert.notEqual(option.type.read(JSON.parse(value)), undefined, `${name}: ${value}`);
  }
});
