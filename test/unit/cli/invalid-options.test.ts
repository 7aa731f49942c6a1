// An invalid value of an option leads to the same line from every source, with a valid value in the notation of the source.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from '../../../src/cli/parse-arguments.ts';
import { readEnvironment } from '../../../src/options/environment.ts';
import { flagOf, OPTIONS, variableOf } from '../../../src/options/options.ts';
import { parseOptions } from '../../../src/options/parse-options.ts';
import type { OptionSource } from '../../../src/options/parse-options.ts';

const DURATION = 'a duration such as 500ms, 5s or 2m, or a number of milliseconds';
const TIMEOUT = 'a duration above 0 such as 500ms, 5s or 2m, or a number of milliseconds';
const POLL = '0, 1 or a number of milliseconds from 20';
const PATHS = 'one or more paths or globs';
const EXT = 'file extensions such as js,json';
const HOSTS = 'host names such as dev.local,10.0.0.5 without a port, or *';
const SIGNAL = 'a signal name such as SIGTERM or SIGINT';

function problemsOf(source: OptionSource): string[] {
  return parseOptions(source).problems.map(({ message }) => message);
}

function json(key: string, value: unknown): OptionSource {
  return { values: { [key]: value }, isJson: true, where: (name) => `package.json:3 "autoreload.${name}"` };
}

for (const [key, flag, expected, text, instead] of [
  ['watch', '--watch', PATHS, ' ', 'src'],
  ['ignore', '--ignore', PATHS, ' ', 'src'],
  ['ext', '--ext', EXT, 'src/*.js', 'js,json'],
  ['poll', '--poll', POLL, '5', '20'],
  ['debounce', '--debounce', DURATION, '50 sec', '50s'],
  ['grace', '--grace', DURATION, 'soon', '5s'],
  ['signal', '--signal', SIGNAL, 'SIGKILL', 'SIGTERM'],
  ['onExit', '--on-exit', 'wait, exit or restart', 'restrat', 'restart'],
  ['onCrash', '--on-crash', 'wait, retry or exit', 'retyr', 'retry'],
  ['timeout', '--timeout', TIMEOUT, '0', '30s'],
  ['crashPageHosts', '--crash-page-hosts', HOSTS, 'http://dev.test/', 'dev.test'],
  ['log', '--log', 'info, silent or debug', 'loud', 'info'],
] as const) {
  test(`${key}: an invalid value in a flag, a variable and package.json`, () => {
    const message = `must be ${expected}, got ${JSON.stringify(text)}. Use`;
    const { flags, program } = parseArguments([flag, text, 'app.js'], false);
    assert.deepEqual([problemsOf(flags), program], [[`${flag} ${message} ${instead}.`], ['app.js']]);
    const variable = variableOf(key);
    assert.deepEqual(problemsOf(readEnvironment({ [variable]: text })), [
      `${variable} ${message} ${instead}.`,
    ]);
    const written = /^\d+$/.test(instead) ? instead : `"${instead}"`;
    assert.deepEqual(problemsOf(json(key, text)), [
      `package.json:3 "autoreload.${key}" ${message} ${written}.`,
    ]);
    const [line = '', ...others] = problemsOf(json(key, { wrong: 1 }));
    const start = `package.json:3 "autoreload.${key}" must be ${expected}, got {"wrong":1}. Use `;
    assert.ok(line.startsWith(start), line);
    assert.deepEqual(others, []);
  });
}

for (const { name, default: value } of OPTIONS.filter((option) => typeof option.default === 'boolean')) {
  test(`${name}: a value of the flag, and an invalid one in a variable and package.json`, () => {
    const option = OPTIONS.find((known) => known.name === name);
    assert.ok(option);
    const flag = flagOf(option);
    assert.equal(flag.startsWith('--no-'), value);
    assert.deepEqual(problemsOf(parseArguments([`${flag}=0`], false).flags), [
      `${flag} takes no value, got "0". Use ${flag}.`,
    ]);
    const variable = variableOf(name);
    assert.deepEqual(problemsOf(readEnvironment({ [variable]: 'off' })), [
      `${variable} must be 0 or 1, got "off". Use 0.`,
    ]);
    assert.deepEqual(problemsOf(json(name, 'off')), [
      `package.json:3 "autoreload.${name}" must be true or false, got "off". Use false.`,
    ]);
  });
}

test('exec: a command for a shell in a flag, a variable and package.json', () => {
  const message = 'runs no shell, got "a > b". Use -- sh -c "a > b".';
  assert.deepEqual(problemsOf(parseArguments(['--exec', 'a > b'], false).flags), [`--exec ${message}`]);
  assert.deepEqual(problemsOf(readEnvironment({ AUTORELOAD_EXEC: 'a > b' })), [`AUTORELOAD_EXEC ${message}`]);
  assert.deepEqual(problemsOf(json('exec', 'a > b')), [`package.json:3 "autoreload.exec" ${message}`]);
  assert.deepEqual(problemsOf(json('exec', ['a'])), [
    'package.json:3 "autoreload.exec" must be a command, got ["a"]. Use "python app.py".',
  ]);
});
