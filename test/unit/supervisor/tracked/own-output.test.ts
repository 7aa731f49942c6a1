import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFrameworkOutput, OwnOutput } from '../../../../src/supervisor/tracked/own-output.ts';
import { Project } from '../../../helpers/project.ts';

test('a file behind an output stream of the program is recognized by any of its names', () => {
  using project = new Project({ 'input.txt': '', 'other.txt': '' });
  const input = fs.openSync(project.path('input.txt'), 'r');
  const output = fs.openSync(project.path('out.txt'), 'w');
  try {
    const own = new OwnOutput([input, 'pipe', output]);
    assert.equal(own.has(project.path('out.txt')), true);
    for (const name of ['input.txt', 'other.txt', 'missing.txt'])
      assert.equal(own.has(project.path(name)), false);
    fs.renameSync(project.path('out.txt'), project.path('out.1.txt'));
    project.write('out.txt', 'another file');
    assert.equal(own.has(project.path('out.1.txt')), true);
    assert.equal(own.has(project.path('out.txt')), false);
  } finally {
    fs.closeSync(input);
    fs.closeSync(output);
  }
});

test('a framework replaces what it compiles itself, unless the program is that', () => {
  const page = join('/app', '.next', 'server', 'pages.js');
  assert.equal(isFrameworkOutput(page, join('/app', 'server.js')), true);
  assert.equal(isFrameworkOutput(page, join('/app', '.next', 'standalone', 'server.js')), false);
  assert.equal(isFrameworkOutput(join('/app', 'next', 'a.js'), join('/app', 'server.js')), false);
});
