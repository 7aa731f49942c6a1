// Without a supervisor, the API changes nothing in a program.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { LANGUAGES } from '../../helpers/modes.ts';
import { Project } from '../../helpers/project.ts';

const ALL =
  'EX_TEMPFAIL, generation, isSupervised, onChange, onRestart, preserve, restart, restartReason, restartSignal, shouldRestart, stop, track, untrack';

/** Calls every export, and prints the values. */
const USE = `
track('config.yaml', 'src/*.txt', new URL('file:///somewhere/'));
untrack('config.yaml');
onRestart(() => console.log('never'))();
onChange(() => 'restart')();
restart('why');
stop();
restartSignal.addEventListener('abort', () => console.log('never'));
const kept = preserve('kept', () => ({ count: 1 }));
const same = preserve('kept', { count: 2 }) === kept;
console.log(JSON.stringify([isSupervised, generation, restartReason, shouldRestart(), EX_TEMPFAIL, restartSignal.aborted, kept, same]));
`;

const SEEN = JSON.stringify([false, 1, undefined, false, 75, false, { count: 1 }, true]);

for (const { name, entry, load, skip } of LANGUAGES) {
  test(`without a supervisor, every export does nothing: ${name}`, { skip }, async () => {
    using project = new Project({ [entry]: `${load(ALL)}${USE}` });
    await using app = run(project, entry, { execArgv: [] });
    assert.deepEqual(await app.end(), { code: 0, signal: null });
    const said = app.transcript.lines('stdout').filter((line) => line !== '');
    assert.deepEqual(said, [SEEN]);
    assert.doesNotMatch(app.transcript.lines('stderr').join('\n'), /autoreload/);
  });
}

test('without a supervisor, every export does nothing in a worker thread', async () => {
  using project = new Project({
    'app.js': "import { Worker } from 'node:worker_threads';\nnew Worker('./worker.js');\n",
    'worker.js': `import { ${ALL} } from 'autoreload';\n${USE}`,
  });
  await using app = run(project, 'app.js', { execArgv: [] });
  assert.deepEqual(await app.end(), { code: 0, signal: null });
  assert.deepEqual(app.transcript.lines('stdout'), [SEEN]);
});

test('the API loads one file, and keeps no handle open', async () => {
  using project = new Project({
    'app.cjs': `
const open = () => [process.getActiveResourcesInfo().length, process.eventNames().length].join();
const before = open();
require('autoreload');
const isAsBefore = open() === before;
const { basename } = require('node:path');
console.log(Object.keys(require.cache).map((path) => basename(path)).join());
console.log(isAsBefore);
`,
  });
  await using app = run(project, 'app.cjs', { execArgv: [] });
  await app.line('app.cjs,index.js');
  await app.line('true');
  assert.deepEqual(await app.end(), { code: 0, signal: null });
});

test('ES modules and CommonJS share the API in one program', async () => {
  using project = new Project({
    'app.js': `import { preserve } from 'autoreload';
import fs from 'node:fs';
import { createRequire } from 'node:module';
const other = createRequire(import.meta.url)('autoreload');
console.log(preserve('a', {}) === other.preserve('a', {}), fs.existsSync('app.js'));
`,
  });
  await using app = run(project, 'app.js', { execArgv: [] });
  await app.line('true true');
});

for (const [call, message] of [
  ["track('a', 5)", "track(): a path must be a string or a file: URL, got 5. Use track('config.yaml')."],
  ["track('')", 'track(): a path must be a string or a file: URL, got "". Use track(\'config.yaml\').'],
  [
    "untrack(new URL('http://a/b'))",
    "untrack(): a path must be a string or a file: URL, got http://a/b. Use untrack('config.yaml').",
  ],
  ['onRestart()', 'onRestart(): the handler must be a function, got undefined. Use onRestart(() => {}).'],
  ["onChange('ignore')", 'onChange(): the handler must be a function, got "ignore". Use onChange(() => {}).'],
  [
    'restart(new Event("click"))',
    "restart(): the reason must be a string, got [object Event]. Use restart('settings saved').",
  ],
  [
    'preserve(1, {})',
    "preserve(): the key must be a string of at most 200 characters, got 1. Use preserve('sessions', new Map()).",
  ],
  [
    "preserve('a', 1)",
    'preserve(): the initial value must be an object, and no promise, got 1. Use { count: 0 }.',
  ],
  [
    "preserve('a', () => null)",
    'preserve(): the initial value must be an object, and no promise, got null. Use { count: 0 }.',
  ],
] as const) {
  test(`a wrong argument throws one line, supervised or not: ${call}`, async () => {
    using project = new Project({
      'app.js': `import * as api from 'autoreload';
const { onChange, onRestart, preserve, restart, track, untrack } = api;
try {
  ${call};
} catch (error) {
  console.log(error instanceof TypeError, error.code, error.message);
}
process.exit();
`,
    });
    const expected = `true ERR_AUTORELOAD_ARGUMENT ${message}`;
    for (const execArgv of [[], ['--import', 'autoreload/register']]) {
      await using app = run(project, 'app.js', { execArgv });
      await app.line(expected);
    }
  });
}
