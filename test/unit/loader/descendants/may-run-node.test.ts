import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNode, mayRunNode } from '../../../../src/loader/descendants/may-run-node.cts';

const EXEC_PATH = '/opt/node/bin/node';

const COMMANDS: readonly (readonly [file: string, args: readonly string[], expected: boolean])[] = [
  [EXEC_PATH, ['node', 'part.js'], true],
  ['node', ['node', 'part.js'], true],
  [String.raw`C:\Program Files\nodejs\node.exe`, [], true],
  ['npm', ['npm', 'run', 'part'], true],
  ['npm.cmd', [], true],
  ['/usr/bin/npx', [], true],
  ['./part.mjs', [], true],
  ['/app/node_modules/.bin/vite', [], true],
  ['git', ['git', 'log', 'app.js'], false],
  ['/usr/bin/python3', ['python3', 'node.py'], false],
  ['nodemailer', [], false],
  ['/bin/sh', ['/bin/sh', '-c', 'node part.js'], true],
  ['/bin/sh', ['/bin/sh', '-c', '"/opt/node/bin/node" part'], true],
  ['/bin/sh', ['/bin/sh', '-c', 'cd a && npx tsx part'], true],
  ['/bin/bash', ['bash', '-c', './part.ts | cat'], true],
  ['cmd.exe', ['cmd.exe', '/d', '/s', '/c', '"npm run part"'], true],
  ['/bin/sh', ['/bin/sh', '-c', 'ls node_modules'], false],
  ['/bin/sh', ['/bin/sh', '-c', 'env | sort'], false],
];

test('a command may run Node depending on its name, a shell depending on its arguments', () => {
  for (const [file, args, expected] of COMMANDS) {
    assert.equal(mayRunNode(file, args, EXEC_PATH), expected, [file, ...args].join(' '));
  }
});

test('Node is recognized by its path or its name', () => {
  for (const file of [EXEC_PATH, 'node', '/usr/bin/node', String.raw`C:\Program Files\nodejs\node.exe`])
    assert.equal(isNode(file, EXEC_PATH), true, file);
  for (const file of ['npm', '/bin/sh', 'nodemon', undefined])
    assert.equal(isNode(file, EXEC_PATH), false, file);
});
