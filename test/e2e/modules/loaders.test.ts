// A save of a nested file restarts the program under every tool that compiles ES modules on load, with autoreload before and after
// the tool, and with a broken save. require-loaders.test.ts has the tools for CommonJS. jiti reads modules itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { check, orders, OXC } from '../../helpers/compiled.ts';
import type { Tool } from '../../helpers/compiled.ts';
import { usePackages } from '../../helpers/packages.ts';
import { Project } from '../../helpers/project.ts';

const TOOLS: readonly Tool[] = [
  { packages: ['tsx'], options: ['--import', 'tsx'], type: 'module' },
  { packages: ['ts-node', 'typescript'], options: ['--loader', 'ts-node/esm'], type: 'module' },
  {
    packages: ['@swc-node/register', '@swc/core', 'typescript'],
    options: ['--import', '@swc-node/register/esm-register'],
    type: 'module',
  },
  { ...OXC, type: 'module' },
  { packages: ['jiti'], options: ['--import', 'jiti/register'], type: 'module' },
];

for (const tool of TOOLS) {
  for (const [name, execArgv] of orders(tool)) {
    test(name, { skip: tool.skip ?? false }, async () => await check(tool, execArgv));
  }
}

const OURS = ['--import', 'autoreload/register'];

for (const [name, args, execArgv] of [
  ['--import jiti/register', ['main.ts'], [...OURS, '--import', 'jiti/register']],
  ['its command', ['node_modules/jiti/lib/jiti-cli.mjs', 'main.ts'], OURS],
] as const) {
  test(`with jiti by ${name}, what literal imports and requires name counts, and a line tells the limits`, async () => {
    using project = new Project({
      'main.ts': `import { a } from './a';
const { b } = require('./b');
const { c } = await import('./c');
const d: string = 'd';
console.log(a, b, c, d);
setInterval((): void => {}, 1000);
`,
      'a.ts': "export const a: string = 'a';\n",
      'b.ts': "export const b: string = 'b';\n",
      'c.ts': "export const c: string = 'c';\n",
    });
    usePackages(project, 'jiti');
    await using app = run(project, args, { execArgv });
    await app.lines('a b c d', / is up in [^,]+, watching \d+ files$/);
    const words = ['a', 'b', 'c', 'd'];
    for (const [index, file] of ['a', 'b', 'c', 'main'].entries()) {
      words[index] += '2';
      project.write(`${file}.ts`, project.read(`${file}.ts`).replace(/= '(.)'/, "= '$12'"));
      await app.lines(new RegExp(`^\\[autoreload\\] ${file}\\.ts changed.*restarting$`), / is up in /);
      await app.line(words.join(' '));
    }
    assert.equal(app.transcript.count(/jiti loads modules by itself/), 1);
    assert.equal(app.restarts, 4);
  });
}
