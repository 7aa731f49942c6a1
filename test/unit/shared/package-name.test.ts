import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PACKAGE_NAME } from '../../../src/shared/package-name.ts';
import { ROOT } from '../../helpers/project.ts';

test('package.json, its command and the schema have the same name', () => {
  const { name, bin } = JSON.parse(fs.readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    name: string;
    bin: object;
  };
  assert.deepEqual([name, Object.keys(bin)], [PACKAGE_NAME, [PACKAGE_NAME]]);
});
