import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  choice,
  DURATION,
  EXTENSIONS,
  HOSTS,
  PATHS,
  POLL,
  SIGNAL,
  SWITCH,
  TIMEOUT,
} from '../../../src/options/value-types.ts';
import type { ValueType } from '../../../src/options/value-types.ts';

function reads(type: ValueType<unknown>, cases: readonly (readonly [raw: unknown, value: unknown])[]): void {
  for (const [raw, value] of cases) assert.deepEqual(type.read(raw), value, JSON.stringify(raw));
}

function refuses(
  type: ValueType<unknown>,
  cases: readonly (readonly [raw: unknown, instead: string])[],
): void {
  for (const [raw, instead] of cases) {
    assert.equal(type.read(raw), undefined, JSON.stringify(raw));
    assert.equal(type.suggest(raw), instead, JSON.stringify(raw));
  }
}

test('a duration is a number of milliseconds, or has a unit', () => {
  reads(DURATION, [
    ['0', 0],
    ['2000', 2000],
    [2000, 2000],
    ['300ms', 300],
    ['5s', 5000],
    ['1.5s', 1500],
    ['2 s', 2000],
    ['2m', 120_000],
    ['1min', 60_000],
    ['1h', 3_600_000],
    ['2147483647', 2 ** 31 - 1],
  ]);
});

test('the message about an invalid duration suggests a valid one', () => {
  refuses(DURATION, [
    ['soon', '5s'],
    ['', '5s'],
    ['-1', '1s'],
    ['5sec', '5s'],
    ['300x', '300ms'],
    [' 5', '5s'],
    ['2147483648', '2147483648ms'],
    [true, '5s'],
    [null, '5s'],
    [[], '5s'],
    [{}, '5s'],
  ]);
});

test('a timeout is a duration above 0', () => {
  reads(TIMEOUT, [
    ['1', 1],
    ['5s', 5000],
    [0.6, 1],
  ]);
  refuses(TIMEOUT, [
    ['0', '30s'],
    [0, '30s'],
    ['0ms', '30s'],
    ['0.1', '30s'],
    ['-1', '1s'],
    ['', '5s'],
  ]);
});

test('a poll interval is off, the default, or long enough', () => {
  reads(POLL, [
    ['0', 0],
    [0, 0],
    [false, 0],
    ['1', 250],
    [true, 250],
    ['20', 20],
    ['1s', 1000],
    [1000, 1000],
  ]);
  refuses(POLL, [
    ['5', '20'],
    ['19', '20'],
    ['true', '1'],
    ['-1', '1'],
    ['', '1'],
    [[250], '20'],
  ]);
});

test('a switch is 0, 1, true or false', () => {
  reads(SWITCH, [
    ['0', false],
    ['1', true],
    [true, true],
    [false, false],
  ]);
  refuses(SWITCH, [
    ['off', '0'],
    ['no', '0'],
    ['false', '0'],
    ['yes', '1'],
    ['2', '1'],
    [1, '1'],
    [null, '1'],
  ]);
});

test('a choice accepts only its values, and the most similar value is suggested', () => {
  const type = choice('wait', 'retry', 'exit');
  assert.equal(type.expected, 'wait, retry or exit');
  reads(type, [['retry', 'retry']]);
  refuses(type, [
    ['retyr', 'retry'],
    ['EXIT', 'exit'],
    ['again', 'wait'],
    ['', 'wait'],
    [null, 'wait'],
    [['wait'], 'wait'],
  ]);
});

test('a signal may lack SIG, and be in lower case', () => {
  reads(SIGNAL, [
    ['SIGINT', 'SIGINT'],
    ['INT', 'SIGINT'],
    ['sigterm', 'SIGTERM'],
  ]);
  refuses(SIGNAL, [
    ['SIGTREM', 'SIGTERM'],
    ['KILL', 'SIGTERM'],
    ['SIGKILL', 'SIGTERM'],
    ['SIGSTOP', 'SIGTERM'],
    ['SIGHPU', 'SIGHUP'],
    ['15', 'SIGTERM'],
    [15, 'SIGTERM'],
    ['', 'SIGTERM'],
    [['SIGTERM'], 'SIGTERM'],
  ]);
});

test('paths are one string or a list of strings', () => {
  reads(PATHS, [
    ['src', ['src']],
    ['a:b;c', ['a:b;c']],
    [
      ['a', 'b c'],
      ['a', 'b c'],
    ],
    [[], []],
  ]);
  refuses(PATHS, [
    ['', 'src'],
    [[''], 'src'],
    [['a', 1], 'src'],
    [5, 'src'],
    [null, 'src'],
    [{}, 'src'],
  ]);
});

test('a file extension may begin with a dot or a star', () => {
  reads(EXTENSIONS, [
    ['js', ['js']],
    ['js,.json, *.ts', ['js', 'json', 'ts']],
    ['d.ts', ['d.ts']],
    [
      ['py', 'xml,conf'],
      ['py', 'xml', 'conf'],
    ],
    [[], []],
  ]);
  refuses(EXTENSIONS, [
    ['', 'js,json'],
    ['js,', 'js,json'],
    ['src/*.js', 'js,json'],
    [5, 'js,json'],
  ]);
});

test('a host is a name or an address, without a port', () => {
  reads(HOSTS, [
    ['localhost', ['localhost']],
    ['Dev.Local, 10.0.0.5', ['dev.local', '10.0.0.5']],
    [
      ['fe80::1', 'a_b-c,*'],
      ['fe80::1', 'a_b-c', '*'],
    ],
    [[], []],
  ]);
  refuses(HOSTS, [
    ['dev.local:3000', 'dev.local'],
    ['http://dev.test/x', 'dev.test'],
    ['*.dev.test', 'dev.test'],
    ['a b', 'dev.local'],
    ['a,', 'dev.local'],
    [true, 'dev.local'],
  ]);
});
