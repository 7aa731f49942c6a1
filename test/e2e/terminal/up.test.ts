// A program is called up only after its entry has been evaluated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const UP = /^\[autoreload\] app\.m?js is up in/;
const STAY = 'setInterval(() => {}, 1000);\n';
/** More than an idle event loop and records at rest need to be taken for "up" (ms). */
const SLOW_MS = 500;

/** Hooks that need some time for the entry. */
const SLOW_HOOKS = {
  'hooks.js': `
import { register } from 'node:module';
register('./thread.js', import.meta.url);`,
  'thread.js': `
export async function load(url, context, next) {
  if (url.endsWith('app.js')) await new Promise((resolve) => setTimeout(resolve, ${SLOW_MS}));
  return next(url, context);
}`,
};

for (const [name, files, args] of [
  [
    'a top-level await',
    { 'app.js': `await new Promise((r) => setTimeout(r, ${SLOW_MS}));\nconsole.log('evaluated');\n${STAY}` },
    ['app.js'],
  ],
  [
    'a top-level await in a preload, before a CommonJS entry',
    {
      'preload.mjs': `await new Promise((r) => setTimeout(r, ${SLOW_MS}));`,
      'package.json': '{}',
      'app.js': `console.log('evaluated');\n${STAY}`,
    },
    ['--import', './preload.mjs', 'app.js'],
  ],
  [
    'hooks that are slow',
    { ...SLOW_HOOKS, 'app.js': `console.log('evaluated');\n${STAY}` },
    ['--import', './hooks.js', 'app.js'],
  ],
] as const)
  test(`a program is not up before its first line: ${name}`, async () => {
    using project = new Project(files);
    await using app = run(project, args);
    await app.line('evaluated');
    assert.equal(app.transcript.count(UP), 0);
    await app.line(UP);
  });
