// Tools that compile ES modules as Node loads them: under each of them, on either side of its option, a save of a file
// deep down restarts the program, a broken one too. Those that compile for `require` are in loaders-require.test.ts.
import { test } from 'node:test';
import { check, orders, OXC } from '../../helpers/compiled.ts';
import type { Tool } from '../../helpers/compiled.ts';

const TOOLS: readonly Tool[] = [
  { packages: ['tsx'], options: ['--import', 'tsx'], type: 'module' },
  { packages: ['ts-node', 'typescript'], options: ['--loader', 'ts-node/esm'], type: 'module' },
  {
    packages: ['@swc-node/register', '@swc/core', 'typescript'],
    options: ['--import', '@swc-node/register/esm-register'],
    type: 'module',
  },
  { ...OXC, type: 'module' },
];

for (const tool of TOOLS) {
  for (const [name, execArgv] of orders(tool)) {
    test(name, { skip: tool.skip ?? false }, async () => await check(tool, execArgv));
  }
}
