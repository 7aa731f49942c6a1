import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { isNodeOption, takesNext } from '../../../src/cli/node-flags.ts';
import { runsNoProgram } from '../../../src/shared/process-role.ts';

/** Returns the options in `node --help`, with the notation of their values. */
function optionsInHelp(): { readonly name: string; readonly value: string }[] {
  const help = execFileSync(process.execPath, ['--help'], { encoding: 'utf8' });
  const [options = ''] = help.split('Environment variables:');
  return options.split('\n').flatMap((line) => {
    if (!/^ {2}-/.test(line)) return [];
    // The description begins in column 30; behind a longer option it begins on the next line.
    const text = (line[29] === ' ' ? line.slice(0, 29) : line).trim().replace(/,$/, '');
    const value = /(\[?=.*| \[.*)$/.exec(text)?.[1] ?? '';
    const names = text.slice(0, text.length - value.length).split(', ');
    return names.filter((name) => /^--?\w/.test(name)).map((name) => ({ name, value }));
  });
}

/** Options whose value Node lists, but accepts only behind `=`. */
const ONLY_WITH_EQUALS = /^--experimental-(default-)?config-file$/;

test('an option takes the next word if node --help says so', () => {
  const options = optionsInHelp();
  assert.ok(options.length > 100, String(options.length));
  for (const { name, value } of options) {
    if (ONLY_WITH_EQUALS.test(name)) continue;
    assert.equal(takesNext(name), value.startsWith('='), `${name}${value}`);
  }
});

test('two options take the next word in some versions of Node only', () => {
  for (const name of ['--experimental-config-file', '--stack-trace-limit']) {
    for (const [version, expected] of [
      ['v20.20.2', false],
      ['v22.23.3', true],
      ['v24.21.0', name === '--stack-trace-limit'],
      ['v26.10.0', name === '--stack-trace-limit'],
    ] as const) {
      assert.equal(takesNext(name, version), expected, `${name} ${version}`);
    }
  }
});

test('an option takes the next word only without a value behind =', () => {
  for (const [option, expected] of [
    ['--env-file', true],
    ['--env_file', true],
    ['--env-file=.env', false],
    ['-r', true],
    ['-C', true],
    ['--inspect', false],
    ['--inspect=0', false],
    ['--inspect-port', true],
    ['--max-old-space-size', false],
    ['--es-module-specifier-resolution', false],
    ['--unheard-of', false],
  ] as const) {
    assert.equal(takesNext(option), expected, option);
  }
});

test('every option of node --help is known', () => {
  for (const { name } of optionsInHelp()) assert.ok(isNodeOption(name), name);
  for (const name of [
    '--max-old-space-size=100',
    '--no-warnings',
    '--inspect=0',
    '--env_file=x',
    '--trace_warnings',
    '--es-module-specifier-resolution=node',
  ])
    assert.ok(isNodeOption(name), name);
  for (const name of ['--grcae', '--unheard-of', '-x', '--clear']) assert.ok(!isNodeOption(name), name);
});

test('with some options Node runs no program', () => {
  for (const name of [
    '-e',
    '--eval=1',
    '-p',
    '-pe',
    '-c',
    '--check',
    '-i',
    '--test',
    '--run',
    '--v8-options',
  ])
    assert.ok(runsNoProgram(name), name);
  for (const name of ['--inspect', '--test-name-pattern=x', '-r', '--experimental-test-coverage'])
    assert.ok(!runsNoProgram(name), name);
});
