// A save of a nested file restarts the program under every tool that compiles ES modules on load, with autoreload before and after
// the tool, and with a broken save. require-loaders.test.ts has the tools for CommonJS.
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
