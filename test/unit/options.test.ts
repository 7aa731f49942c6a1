import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environment, parseOptions } from '../../src/options.ts';

test('without settings the defaults hold', () => {
  for (const env of [{}, { AUTORELOAD_GRACE: '', AUTORELOAD_LOG: '', AUTORELOAD_POLL: '' }, { OTHER: 'x' }]) {
    assert.deepEqual(parseOptions(environment(env)), {
      options: { grace: 5000, log: 'info', poll: 0, standby: true, crashPage: true, hold: true },
      problems: [],
    });
  }
});

test('good values are taken', () => {
  for (const [value, grace] of [
    ['0', 0],
    ['2000', 2000],
    ['2147483647', 2 ** 31 - 1],
  ] as const) {
    assert.deepEqual(parseOptions(environment({ AUTORELOAD_GRACE: value })), {
      options: { grace, log: 'info', poll: 0, standby: true, crashPage: true, hold: true },
      problems: [],
    });
  }
  for (const log of ['silent', 'info', 'debug'] as const) {
    assert.equal(parseOptions(environment({ AUTORELOAD_LOG: log })).options.log, log);
  }
  for (const [value, poll] of [
    ['0', 0],
    ['1', 250],
    ['20', 20],
    ['1000', 1000],
    ['2147483647', 2 ** 31 - 1],
  ] as const) {
    const { options, problems } = parseOptions(environment({ AUTORELOAD_POLL: value }));
    assert.equal(options.poll, poll);
    assert.deepEqual(problems, []);
  }
});

test('the options cannot be changed', () => {
  assert.ok(Object.isFrozen(parseOptions(environment({})).options));
});

test('a bad grace period is told with the value that was meant', () => {
  for (const [value, meant] of [
    ['5s', 5000],
    ['1.5s', 1500],
    ['2 s', 2000],
    ['300ms', 300],
    ['2m', 120_000],
    ['1min', 60_000],
    ['99999999999m', 2 ** 31 - 1],
    ['-1', 5000],
    ['1e3', 5000],
    ['1.5', 5000],
    ['soon', 5000],
    ['2147483648', 5000],
    [' 5', 5000],
  ] as const) {
    const { options, problems } = parseOptions(environment({ AUTORELOAD_GRACE: value }));
    assert.equal(options.grace, 5000);
    assert.deepEqual(
      problems.map(({ code, message }) => [code, message]),
      [
        [
          'ERR_AUTORELOAD_OPTION',
          `AUTORELOAD_GRACE must be a number of milliseconds, got ${JSON.stringify(value)}. Use ${meant}.`,
        ],
      ],
    );
  }
});

test('a bad log level is told, and info taken', () => {
  for (const value of ['loud', 'INFO', 'info ', 'a\nb']) {
    const { options, problems } = parseOptions(environment({ AUTORELOAD_LOG: value }));
    assert.equal(options.log, 'info');
    assert.deepEqual(
      problems.map(({ message }) => message),
      [`AUTORELOAD_LOG must be silent, info or debug, got ${JSON.stringify(value)}. Using info.`],
    );
  }
});

test('a bad interval is told with the value that was meant, and what can be watched is not polled', () => {
  for (const [value, meant] of [
    ['true', 1],
    ['yes', 1],
    ['2', 20],
    ['19', 20],
    ['0.5', 20],
    ['99.6', 100],
    ['100ms', 100],
    ['5 ms', 20],
    ['2s', 2000],
    ['-1', 1],
    [' 50', 1],
    ['2147483648', 2 ** 31 - 1],
  ] as const) {
    const { options, problems } = parseOptions(environment({ AUTORELOAD_POLL: value }));
    assert.equal(options.poll, 0);
    assert.deepEqual(
      problems.map(({ code, message }) => [code, message]),
      [
        [
          'ERR_AUTORELOAD_OPTION',
          `AUTORELOAD_POLL must be 0, 1 or a number of milliseconds from 20, got ${JSON.stringify(value)}. Use ${meant}.`,
        ],
      ],
    );
  }
});

test('every bad value is told', () => {
  const env = { AUTORELOAD_GRACE: 'x', AUTORELOAD_LOG: 'y', AUTORELOAD_POLL: 'z' };
  assert.equal(parseOptions(environment(env)).problems.length, 3);
});

for (const [name, option] of [
  ['AUTORELOAD_STANDBY', 'standby'],
  ['AUTORELOAD_CRASH_PAGE', 'crashPage'],
  ['AUTORELOAD_HOLD', 'hold'],
] as const) {
  test(`${name} is on unless it is turned off`, () => {
    for (const [value, isOn, problems] of [
      ['', true, 0],
      ['1', true, 0],
      ['0', false, 0],
      ['off', true, 1],
    ] as const) {
      const parsed = parseOptions(environment({ [name]: value }));
      assert.equal(parsed.options[option], isOn, value);
      assert.equal(parsed.problems.length, problems, value);
    }
  });
}
