import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { optionFiles } from '../../../../src/supervisor/program/config-files.ts';

const CWD = resolve('/home/me/app');

test('files in Node options are found in every notation', () => {
  const options = [
    '--env-file',
    '.env',
    '--env-file=/etc/b.env',
    '--env-file-if-exists=.env',
    '--no-warnings',
  ];
  assert.deepEqual(optionFiles(options, CWD), [join(CWD, '.env'), resolve('/etc/b.env')]);
  assert.deepEqual(optionFiles(['--experimental-config-file=a.json'], CWD), [join(CWD, 'a.json')]);
  assert.deepEqual(optionFiles(['--experimental-default-config-file'], CWD), [join(CWD, 'node.config.json')]);
  assert.deepEqual(optionFiles(['--no-warnings'], CWD), []);
});
