import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isProgram } from '../../../src/shared/process-role.ts';
import type { Invocation } from '../../../src/node-internals/process.cts';
import { Project } from '../../helpers/project.ts';

const PROGRAM: Invocation = { argv: ['/node', '/app/app.js'], execArgv: [], env: {} };

test('a program from a file is supervised', () => {
  assert.equal(isProgram(PROGRAM), true);
  for (const execArgv of [
    ['--no-warnings'],
    ['--import', 'autoreload/register'],
    ['--test-name-pattern=x'],
    ['--conditions', 'x'],
  ]) {
    assert.equal(isProgram({ ...PROGRAM, execArgv }), true, String(execArgv));
  }
  assert.equal(isProgram({ ...PROGRAM, argv: ['/node', '/app/app.js', '--test', '-e'] }), true);
  assert.equal(isProgram({ ...PROGRAM, _eval: undefined }), true);
});

test('without a file, there is no program', () => {
  assert.equal(isProgram({ ...PROGRAM, argv: ['/node'] }), false);
  assert.equal(isProgram({ ...PROGRAM, argv: ['/node', '-'] }), false);
  assert.equal(isProgram({ ...PROGRAM, _eval: '1' }), false);
  assert.equal(isProgram({ ...PROGRAM, _eval: '' }), false);
});

test('other modes of Node run without a supervisor', () => {
  for (const option of [
    '-e',
    '--eval',
    '--eval=1',
    '-p',
    '--print',
    '-pe',
    '-c',
    '--check',
    '-i',
    '--interactive',
    '--test',
    '--watch',
    '--watch-path',
    '--watch-path=src',
    '--run',
    '--build-snapshot',
    '--build_snapshot',
    '--build-snapshot-config=x',
    '--build-sea=x',
    '--bench',
    '--prof-process',
  ]) {
    assert.equal(isProgram({ ...PROGRAM, execArgv: ['--no-warnings', option] }), false, option);
  }
});

test('a test file under --test and a program under --watch run without a supervisor', () => {
  assert.equal(isProgram({ ...PROGRAM, env: { NODE_TEST_CONTEXT: 'child-v8' } }), false);
  assert.equal(isProgram({ ...PROGRAM, env: { WATCH_REPORT_DEPENDENCIES: '1' } }), false);
});

test('the command autoreload is not supervised', () => {
  const cli = fileURLToPath(new URL('../../../src/cli.js', import.meta.url));
  assert.equal(isProgram({ ...PROGRAM, argv: ['/node', cli] }), false);
  using project = new Project({});
  project.link('bin', join(cli, '..'));
  assert.equal(isProgram({ ...PROGRAM, argv: ['/node', project.path('bin/cli.js')] }), false);
});

test('a launcher is not supervised if what it starts inherits our option', () => {
  for (const script of [
    '/app/node_modules/cross-env/dist/bin/cross-env.js',
    '/app/node_modules/tsx/dist/cli.mjs',
    '/app/node_modules/@dotenvx/dotenvx/src/cli/dotenvx.js',
    String.raw`C:\app\node_modules\concurrently\dist\bin\concurrently.js`,
  ]) {
    const argv = ['/node', script];
    assert.equal(isProgram({ ...PROGRAM, argv, execArgv: ['--no-warnings'] }), false, script);
    for (const option of ['autoreload/register', '--import=file:///x/register.js'])
      assert.equal(isProgram({ ...PROGRAM, argv, execArgv: ['--import', option] }), true, script);
  }
  assert.equal(isProgram({ ...PROGRAM, argv: ['/node', '/app/node_modules/ts-node/dist/bin.js'] }), true);
});

test('package managers run without a supervisor', () => {
  for (const script of [
    '/usr/lib/node_modules/npm/bin/npm-cli.js',
    '/usr/lib/node_modules/npm/bin/npx-cli.js',
    '/usr/lib/node_modules/pnpm/bin/pnpm.cjs',
    '/usr/lib/node_modules/corepack/dist/yarn.js',
    String.raw`C:\Program Files\nodejs\node_modules\npm\bin\npm-cli.js`,
  ]) {
    assert.equal(isProgram({ ...PROGRAM, argv: ['/node', script] }), false, script);
  }
  assert.equal(isProgram({ ...PROGRAM, argv: ['/node', '/app/node_modules/npm-like/bin/x.js'] }), true);
});
