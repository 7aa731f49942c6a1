// A module that a broken run does not reach is saved while that run starts, crashes or is waited for: it counts.
import fs from 'node:fs';
import { test } from 'node:test';
import { run, until } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const APP = `const fs = require('node:fs');
if (!fs.readFileSync('b.cjs', 'utf8').includes('fixed')) require('./a.cjs');
console.log('running', require('./b.cjs').b);
setInterval(() => {}, 1000);
`;

const FAIL = `throw new Error('a is broken until b says so');\n`;
const AT_EXIT = `process.on('exit', () => require('node:fs').writeFileSync('begun', ''));\n`;

for (const [when, broken] of [
  ['right after its crash', AT_EXIT + FAIL],
  [
    'while it starts',
    `require('node:fs').writeFileSync('begun', '');
require('node:child_process').execFileSync(process.execPath, ['-e', 'setTimeout(() => {}, 500)']);
${FAIL}`,
  ],
  [
    'while its child process is waited for',
    `const stubborn = "process.on('SIGTERM', () => setTimeout(() => process.exit(), 300)); console.log()";
const child = require('node:child_process').spawn(process.execPath, ['-e', stubborn], { stdio: ['ignore', 'pipe', 'ignore'] });
child.stdout.once('data', () => { ${AT_EXIT} ${FAIL} });
`,
  ],
] as const)
  test(`a module that the broken run has not reached, saved ${when}`, async () => {
    using project = new Project({
      'package.json': '{}',
      'app.cjs': APP,
      'a.cjs': 'exports.a = 1;\n',
      'b.cjs': 'exports.b = 1;\n',
    });
    await using app = run(project, 'app.cjs');
    await app.lines('running 1', / is up in /);
    project.write('a.cjs', broken);
    await until('a is run', () => fs.existsSync(project.path('begun')));
    project.write('b.cjs', "exports.b = 'fixed';\n");
    await app.line('running fixed');
  });
