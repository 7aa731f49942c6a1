// Sources of options and their precedence: flags, the environment, package.json.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project, ROOT } from '../../helpers/project.ts';

const CLI = join(ROOT, 'dist', 'cli.js');
const WAITS = /^\[autoreload\] app\.js completed, waiting for a change/;

/** Creates a program that completes at once, which shows the value of `onExit`. */
function project(onExit?: string): Project {
  const settings = onExit === undefined ? {} : { autoreload: { onExit } };
  return new Project({
    'package.json': JSON.stringify({ type: 'module', ...settings }),
    'app.js': "console.log('runs');\n",
  });
}

for (const [what, onExit, variable, flags, waits] of [
  ['without any', undefined, undefined, [], true],
  ['package.json wins over the default', 'exit', undefined, [], false],
  ['a variable wins over package.json', 'exit', 'wait', [], true],
  ['an empty variable is not set', 'exit', '', [], false],
  ['a flag wins over a variable', 'exit', 'wait', ['--on-exit', 'exit'], false],
  ['a flag wins over package.json', 'exit', undefined, ['--on-exit=wait'], true],
  ['the last flag wins', undefined, undefined, ['--on-exit', 'exit', '--on-exit', 'wait'], true],
] as const) {
  test(`onExit, ${what}: ${waits ? 'waits' : 'exits'}`, async () => {
    using files = project(onExit);
    const env = variable === undefined ? {} : { AUTORELOAD_ON_EXIT: variable };
    await using app = run(files, [CLI, ...flags, 'app.js'], { execArgv: [], env });
    if (waits) await app.lines('runs', WAITS);
    else assert.deepEqual(await app.end(), { code: 0, signal: null });
  });
}

test('register reads package.json too', async () => {
  using files = project('exit');
  await using app = run(files, 'app.js');
  assert.deepEqual(await app.end(), { code: 0, signal: null });
});

test('a flag turns on a switch that a variable and package.json turn off', async () => {
  using files = new Project({
    'package.json': '{"type":"module","autoreload":{"standby":false,"log":"debug"}}',
    'app.js': 'setInterval(() => {}, 1000);\n',
  });
  const env = { AUTORELOAD_STANDBY: '0' };
  await using app = run(files, [CLI, '--standby', 'app.js'], { execArgv: [], env });
  await app.line(/^\[autoreload\] a standby waits/);
});

test('the nearest package.json above the working directory counts', async () => {
  using files = new Project({
    'package.json': '{"type":"module","autoreload":{"onExit":"exit"}}',
    'src/app.js': "console.log('runs');\n",
    'src/deep/note.txt': '',
  });
  await using app = run(files, [CLI, '../app.js'], { execArgv: [], cwd: files.path('src/deep') });
  assert.deepEqual(await app.end(), { code: 0, signal: null });
});
