import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { test } from 'node:test';
import { readEnvironment } from '../../../src/options/environment.ts';
import { flagOf, nearestOption, OPTIONS, variableOf } from '../../../src/options/options.ts';
import { DEFAULTS, parseOptions } from '../../../src/options/parse-options.ts';
import type { OptionSource, ParsedOptions } from '../../../src/options/parse-options.ts';

function fromEnv(env: NodeJS.ProcessEnv): ParsedOptions {
  return parseOptions(readEnvironment(env));
}

function messages({ problems }: ParsedOptions): string[] {
  return problems.map(({ message }) => message);
}

/** Creates a source with JSON values, like package.json. */
function json(values: Readonly<Record<string, unknown>>): OptionSource {
  return { values, isJson: true, where: (name) => `package.json:3 "autoreload.${name}"` };
}

test('without settings, every option has its default', () => {
  const empty = Object.fromEntries(OPTIONS.map(({ name }) => [variableOf(name), '']));
  for (const env of [{}, empty, { OTHER: 'x' }]) {
    assert.deepEqual(fromEnv(env), { options: DEFAULTS, problems: [] });
  }
});

test('the defaults match the documentation', () => {
  assert.deepEqual(
    { ...DEFAULTS },
    {
      watch: [],
      ignore: [],
      ext: [],
      poll: 0,
      debounce: undefined,
      grace: 5000,
      signal: 'SIGTERM',
      onExit: 'wait',
      onCrash: 'wait',
      timeout: undefined,
      standby: true,
      ahead: 'link',
      overlap: false,
      hold: true,
      crashPage: true,
      crashPageHosts: [],
      exec: undefined,
      clear: false,
      log: 'info',
    },
  );
});

for (const [name, good, value] of [
  ['watch', 'src', ['src']],
  ['ignore', '*.log', ['*.log']],
  ['ext', 'js,.json', ['js', 'json']],
  ['poll', '1', 250],
  ['debounce', '100', 100],
  ['grace', '2s', 2000],
  ['signal', 'int', 'SIGINT'],
  ['onExit', 'restart', 'restart'],
  ['onCrash', 'retry', 'retry'],
  ['timeout', '1m', 60_000],
  ['standby', '0', false],
  ['ahead', 'off', 'off'],
  ['overlap', '1', true],
  ['hold', '0', false],
  ['crashPage', '0', false],
  ['crashPageHosts', 'Dev.local,10.0.0.5', ['dev.local', '10.0.0.5']],
  ['exec', 'python app.py', 'python app.py'],
  ['clear', '1', true],
  ['log', 'debug', 'debug'],
] as const) {
  test(`${variableOf(name)}=${good} is valid, and so is the key ${name}`, () => {
    const expected = { options: { ...DEFAULTS, [name]: value }, problems: [] };
    assert.deepEqual(fromEnv({ [variableOf(name)]: good }), expected);
    assert.deepEqual(parseOptions(json({ [name]: value })), expected);
  });
}

test('the examples above cover every option', () => {
  assert.equal(OPTIONS.length, 19);
});

test('an invalid value is reported, and ignored', () => {
  const parsed = fromEnv({ AUTORELOAD_LOG: 'a\nb' });
  assert.deepEqual(messages(parsed), [
    'AUTORELOAD_LOG must be info, silent or debug, got "a\\nb". Use info.',
  ]);
  assert.deepEqual(parsed.options, DEFAULTS);
  assert.equal(parsed.problems[0]?.code, 'ERR_AUTORELOAD_OPTION');
});

test('for a JSON value, the suggestion is JSON too', () => {
  for (const [name, bad, message] of [
    ['standby', 'no', 'must be true or false, got "no". Use false.'],
    ['clear', 1, 'must be true or false, got 1. Use true.'],
    ['poll', 5, 'must be 0, 1 or a number of milliseconds from 20, got 5. Use 20.'],
    ['signal', 15, 'must be a signal name such as SIGTERM or SIGINT, got 15. Use "SIGTERM".'],
    ['log', null, 'must be info, silent or debug, got null. Use "info".'],
    ['watch', [1], 'must be one or more paths or globs, got [1]. Use "src".'],
    ['exec', ['a'], 'must be a command, got ["a"]. Use "python app.py".'],
    ['exec', false, 'must be a command, got false. Use "python app.py".'],
  ] as const) {
    assert.deepEqual(messages(parseOptions(json({ [name]: bad }))), [
      `package.json:3 "autoreload.${name}" ${message}`,
    ]);
  }
});

test('options are frozen', () => {
  assert.ok(Object.isFrozen(fromEnv({}).options));
});

test('the first source with a value wins, and invalid values of all sources are reported', () => {
  const sources = [readEnvironment({ AUTORELOAD_GRACE: '1s' }), json({ grace: '2s', log: 'debug' })];
  const { grace, log } = parseOptions(...sources).options;
  assert.deepEqual([grace, log], [1000, 'debug']);
  const bad = parseOptions(readEnvironment({ AUTORELOAD_GRACE: 'x' }), json({ grace: 'y', log: 'z' }));
  assert.equal(bad.problems.length, 3);
});

test('a variable is split like PATH; a string in package.json is one path', () => {
  const watch = `a${delimiter}b`;
  assert.deepEqual(fromEnv({ AUTORELOAD_WATCH: watch }).options.watch, ['a', 'b']);
  assert.deepEqual(parseOptions(json({ watch, ignore: watch })).options, {
    ...DEFAULTS,
    watch: [watch],
    ignore: [watch],
  });
  assert.deepEqual(messages(fromEnv({ AUTORELOAD_WATCH: `a${delimiter}` })), [
    'AUTORELOAD_WATCH must be one or more paths or globs, got "". Use src.',
  ]);
});

test('every duration but the timeout may be 0', () => {
  const parsed = parseOptions(
    json({ debounce: 0, grace: '0' }),
    readEnvironment({ AUTORELOAD_TIMEOUT: '0' }),
  );
  assert.deepEqual([parsed.options.debounce, parsed.options.grace], [0, 0]);
  assert.deepEqual(messages(parsed), [
    'AUTORELOAD_TIMEOUT must be a duration above 0 such as 500ms, 5s or 2m, or a number of milliseconds, got "0". Use 30s.',
  ]);
});

test('an empty list is a value', () => {
  const { options, problems } = parseOptions(json({ ignore: [] }), json({ ignore: ['x'] }));
  assert.deepEqual([options.ignore, problems], [[], []]);
});

test('a variable with a name similar to an option is a mistake; other variables are ignored', () => {
  for (const [variable, meant] of [
    ['AUTORELOAD_GRCAE', 'AUTORELOAD_GRACE'],
    ['AUTORELOAD_ONEXIT', 'AUTORELOAD_ON_EXIT'],
    ['AUTORELOAD_STANBY', 'AUTORELOAD_STANDBY'],
    ['AUTORELOAD_NO_HOLD', 'AUTORELOAD_HOLD'],
    ['AUTORELOAD_LOGS', 'AUTORELOAD_LOG'],
    ['AUTORELOAD_grace', 'AUTORELOAD_GRACE'],
  ] as const) {
    assert.deepEqual(messages(fromEnv({ [variable]: '1' })), [`${variable} is not an option. Use ${meant}.`]);
  }
  for (const variable of ['AUTORELOAD_DATABASE', 'AUTORELOAD_PORT', 'AUTORELOAD_', 'AUTORELOAD_GATE']) {
    assert.deepEqual(messages(fromEnv({ [variable]: '1' })), [], variable);
  }
  assert.deepEqual(messages(fromEnv({ AUTORELOAD_GRCAE: '' })), []);
});

test('internal variables of autoreload are no mistakes', () => {
  for (const name of ['CHANGED', 'DESCENDANT', 'GATE', 'HELD', 'HIDDEN_OPTIONS', 'LANE', 'RELAY']) {
    assert.deepEqual(messages(fromEnv({ [`AUTORELOAD_${name}`]: '1' })), [], name);
  }
});

test('a misspelled key is reported with the nearest key, or with all keys', () => {
  const names = OPTIONS.map(({ name }) => name).join(', ');
  for (const [key, instead] of [
    ['grcae', '"autoreload.grace"'],
    ['on-exit', '"autoreload.onExit"'],
    ['crashpage', '"autoreload.crashPage"'],
    ['database', `one of ${names}`],
  ] as const) {
    assert.deepEqual(messages(parseOptions(json({ [key]: 1 }))), [
      `package.json:3 "autoreload.${key}" is not an option. Use ${instead}.`,
    ]);
  }
});

test('a misspelled flag has a nearest option', () => {
  for (const [flag, name] of [
    ['--grcae', 'grace'],
    ['--no-stanby', 'standby'],
    ['--oncrash', 'onCrash'],
    ['--inspect', undefined],
    ['--port', undefined],
  ] as const) {
    assert.equal(nearestOption(flag)?.name, name, flag);
  }
});

test('no two options share a flag or a variable', () => {
  const flags = OPTIONS.map((definition) => `${flagOf(definition)} ${variableOf(definition.name)}`);
  assert.equal(new Set(flags).size, OPTIONS.length);
  assert.ok(flags.includes('--no-crash-page AUTORELOAD_CRASH_PAGE'));
  assert.ok(flags.includes('--on-exit AUTORELOAD_ON_EXIT'));
});
