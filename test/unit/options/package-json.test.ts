import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPackageJson } from '../../../src/options/package-json.ts';
import { parseOptions } from '../../../src/options/parse-options.ts';
import { Project } from '../../helpers/project.ts';

function problemsOf(text: string, cwd = ''): string[] {
  using project = new Project({ 'package.json': text, 'sub/a.js': '' });
  return parseOptions(readPackageJson(project.path(cwd))).problems.map(({ message }) => message);
}

test('the nearest package.json upwards wins', () => {
  using project = new Project({
    'package.json': '{ "autoreload": { "grace": "1s" } }',
    'a/b/c.js': '',
    'own/package.json': '{ "autoreload": { "grace": 2000 } }',
    'none/package.json': '{}',
  });
  for (const [folder, grace] of [
    ['', 1000],
    ['a/b', 1000],
    ['own', 2000],
    ['none', 5000],
  ] as const) {
    const { options, problems } = parseOptions(readPackageJson(project.path(folder)));
    assert.deepEqual([options.grace, problems], [grace, []], folder);
  }
});

test('a package.json without the key sets nothing', () => {
  for (const text of ['{}', '{ "name": "autoreload" }', '\uFEFF{}'])
    assert.deepEqual(problemsOf(text), [], text);
});

test('an invalid value is reported with the line of its key', () => {
  const text = '{\n  "name": "x",\n  "autoreload": {\n    "poll": 100,\n    "grace":\n      "x"\n  }\n}';
  const message =
    '"autoreload.grace" must be a duration such as 500ms, 5s or 2m, or a number of milliseconds, got "x". Use "5s".';
  assert.deepEqual(problemsOf(text), [`package.json:5 ${message}`]);
  assert.deepEqual(problemsOf(text, 'sub'), [`../package.json:5 ${message}`]);
});

test('a misspelled key is reported with its line', () => {
  assert.deepEqual(problemsOf('{\n"autoreload": {\n"grcae": 1 } }'), [
    'package.json:3 "autoreload.grcae" is not an option. Use "autoreload.grace".',
  ]);
});

test('a value of autoreload that is no object is reported', () => {
  for (const [value, got] of [
    ['false', 'false'],
    ['"debug"', '"debug"'],
    ['[\n  "src"\n]', '["src"]'],
    ['null', 'null'],
    ['1', '1'],
  ] as const) {
    assert.deepEqual(problemsOf(`{\n  "name": "x",\n  "autoreload": ${value}\n}`), [
      `package.json:3 "autoreload" must be an object, got ${got}. Use { "grace": "2s" }.`,
    ]);
  }
});

test('invalid JSON is reported with its line', () => {
  for (const [text, message] of [
    ['{\n  "name": "x"\n  "version": "1"\n}', ':3 is not valid JSON: comma expected.'],
    ['{\n  "name": "x",\n}', ':3 is not valid JSON: property name expected.'],
    ['{\n  // no\n}', ':2 is not valid JSON: invalid comment token.'],
    ['{\n  "a": tru\n}', ':2 is not valid JSON: invalid symbol.'],
    ['{\n  "a": 1', ':2 is not valid JSON: close brace expected.'],
    ['', ':1 is not valid JSON: value expected.'],
    ['[]', ':1 is not valid JSON: an object is expected.'],
    ['{} {}', ':1 is not valid JSON: end of file expected.'],
  ] as const) {
    assert.deepEqual(problemsOf(text), [`package.json${message} Correct it.`], text);
  }
});

test('the key __proto__ is reported as unknown', () => {
  assert.deepEqual(problemsOf('{ "autoreload": { "grace": 1, "__proto__": 1 } }').length, 1);
});

test('of a repeated key, the last one counts and is reported', () => {
  const twice =
    '{\n"autoreload": { "grace": "1s" },\n"autoreload": {\n"grace": "x",\n"grace": "y",\n"poll": 1 } }';
  const [message = '', ...others] = problemsOf(twice);
  assert.match(message, /^package\.json:5 "autoreload\.grace" .* got "y"\./);
  assert.deepEqual(others, []);
  assert.match(problemsOf('{\n"autoreload": {},\n"autoreload": 5 }').join(''), /^package\.json:3 .* got 5\./);
  using project = new Project({ 'package.json': '{ "autoreload": 5, "autoreload": { "grace": "2s" } }' });
  const { options, problems } = parseOptions(readPackageJson(project.path('')));
  assert.deepEqual([options.grace, problems], [2000, []]);
});

test('JSON is valid exactly if JSON.parse accepts it', () => {
  for (const text of ['{ "a": 1e999 }', '{ "a": "\u2028" }', '{ "a": "\\ud800" }'])
    assert.deepEqual(problemsOf(text), []);
  for (const text of [
    '{ "a": "\t" }',
    '{ "a": 01 }',
    '{\u00a0}',
    '{ "a": "\\x" }',
    "{ 'a': 1 }",
    '{ "a": NaN }',
  ])
    assert.match(
      problemsOf(text).join(),
      /^package\.json:1 is not valid JSON: [a-z ]+\. Correct it\.$/,
      text,
    );
});

test('a value that is nested too deeply is one line, without the line of its key', () => {
  const deep = `${'['.repeat(20_000)}1${']'.repeat(20_000)}`;
  for (const value of [deep, `{ "grace": ${deep} }`])
    assert.deepEqual(problemsOf(`{ "autoreload": ${value} }`), [
      'package.json "autoreload" must be an object, got a value that is nested too deeply. Use { "grace": "2s" }.',
    ]);
});
