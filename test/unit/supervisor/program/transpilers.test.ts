import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateOption, nameModules, onlyTranspiles } from '../../../../src/supervisor/program/transpilers.ts';

test('the gate uses the option that Node evaluates last', () => {
  for (const [options, expected] of [
    [['--import', 'tsx'], '--import'],
    [['--import=tsx/esm', '-r', 'ts-node/register/transpile-only'], '--import'],
    [['--require=sucrase/register/ts', '--no-warnings'], '--require'],
    [[], undefined],
    [['--import', 'tsx', '--import', './trace.js'], undefined],
    [['--import', 'tsx/../mine.js'], undefined],
    [['-r', '@babel/register'], undefined],
    [['--import', 'tsx', '--experimental-loader=./mine.js'], undefined],
  ] as const) {
    assert.equal(gateOption(options), expected, options.join(' '));
  }
});

test('a program without preloads, or with transpilers alone, runs no code of the user before its entry', () => {
  for (const options of [[], ['--no-warnings'], ['--import', 'tsx'], ['-r', 'ts-node/register']])
    assert.equal(onlyTranspiles(options), true, options.join(' '));
  for (const options of [['--import', './trace.js'], ['-r', 'tsx', '-r', './a.cjs'], ['--loader=./hooks.js']])
    assert.equal(onlyTranspiles(options), false, options.join(' '));
});

test('a tsconfig that names modules is recognized', () => {
  const text = '{ "ts-node": { "require": ["./mine.js"] } }';
  assert.equal(nameModules([{ path: '/app/tsconfig.base.json', text }]), true);
  assert.equal(nameModules([{ path: '/app/package.json', text }]), false);
  assert.equal(nameModules([{ path: '/app/tsconfig.json', text: '{}' }]), false);
});
