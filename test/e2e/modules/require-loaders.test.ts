// A save of a nested file restarts the program under every tool that compiles CommonJS on load, with autoreload before and after
// the tool, and with a broken save.
import { test } from 'node:test';
import { check, orders, OXC } from '../../helpers/compiled.ts';
import type { Tool } from '../../helpers/compiled.ts';

const SWC = ['@swc-node/register', '@swc/core', 'typescript'];

const TOOLS: readonly Tool[] = [
  { packages: ['tsx'], options: ['--import', 'tsx'], type: 'commonjs' },
  { packages: ['tsx'], options: ['-r', 'tsx/cjs'], type: 'commonjs' },
  { packages: ['ts-node', 'typescript'], options: ['-r', 'ts-node/register'], type: 'commonjs' },
  { packages: SWC, options: ['-r', '@swc-node/register'], type: 'commonjs' },
  { packages: ['sucrase'], options: ['-r', 'sucrase/register'], type: 'commonjs' },
  // @oxc-node/core does not compile `import` in CommonJS.
  { ...OXC, type: 'commonjs', loads: 'require' },
];

for (const tool of TOOLS) {
  for (const [name, execArgv] of orders(tool)) {
    test(name, { skip: tool.skip ?? false }, async () => await check(tool, execArgv));
  }
}
