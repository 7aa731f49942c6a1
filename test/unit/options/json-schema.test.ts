import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { OPTIONS } from '../../../src/options/options.ts';
import { ROOT } from '../../helpers/project.ts';

const SCRIPT = pathToFileURL(join(ROOT, 'scripts', 'schema.js')).href;
const { schemaText } = (await import(SCRIPT)) as { schemaText: () => string };

test('schema.json is up to date', () => {
  assert.equal(fs.readFileSync(join(ROOT, 'schema.json'), 'utf8'), schemaText(), 'npm run schema');
});

test('the schema has every option, and no other key', () => {
  const { properties } = JSON.parse(schemaText()) as {
    properties: { autoreload: { properties: object; additionalProperties: boolean } };
  };
  const { autoreload } = properties;
  assert.deepEqual(
    Object.keys(autoreload.properties),
    OPTIONS.map(({ name }) => name),
  );
  assert.equal(autoreload.additionalProperties, false);
});
