// No save is lost, whenever it lands: the last run has the content that is on the disk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, until } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';
import {
  inPieces,
  inPlace,
  pause,
  removeFirst,
  renameOver,
  truncateFirst,
  withBackup,
} from '../../helpers/saves.ts';
import type { Save } from '../../helpers/saves.ts';

const SAVES = 240;
/** Number of saves after which the output of the program is compared with the disk. */
const CHECK_EVERY = 20;
const LONGEST_GAP_MS = 150;

/** The source of each module, by version. */
const MODULES: Readonly<Record<string, (version: number) => string>> = {
  'esm.js': (version) => `export { deep } from './src/deep.js';\nexport const esm = ${version};\n`,
  'src/deep.js': (version) => `export const deep = ${version};\n`,
  'src/other.js': (version) => `export const other = ${version};\n${'// padding\n'.repeat(50)}`,
  'cjs.cjs': (version) => `exports.nested = require('./src/nested.cjs');\nexports.cjs = ${version};\n`,
  'src/nested.cjs': (version) => `module.exports = ${version};\n`,
  'data.json': (version) => `{ "json": ${version} }\n`,
  'lazy.js': (version) => `export { below } from './src/below.js';\nexport const lazy = ${version};\n`,
  'src/below.js': (version) => `export const below = ${version};\n`,
};

const APP = `import { createRequire } from 'node:module';
import { deep, esm } from './esm.js';
import { other } from './src/other.js';
const require = createRequire(import.meta.url);
const { cjs, nested } = require('./cjs.cjs');
const { json } = require('./data.json');
process.on('SIGTERM', () => setTimeout(() => process.exit(), 30));
setTimeout(async () => {
  const { lazy, below } = await import('./lazy.js');
  console.log('versions', [esm, deep, other, cjs, nested, json, lazy, below].join());
}, 20);
setInterval(() => {}, 1000);
`;

const STYLES: readonly ((random: () => number) => Save)[] = [
  () => inPlace,
  () => renameOver,
  () => withBackup,
  (random) => truncateFirst(random() * 60),
  (random) => inPieces(4, random() * 20),
  (random) => removeFirst(random() * 300),
];

test(`${SAVES} saves at random moments`, async (t) => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 32);
  t.diagnostic(`SEED=${seed}`);
  const random = mulberry32(seed);
  const paths = Object.keys(MODULES);
  const disk = new Map(paths.map((path) => [path, 0]));
  using project = new Project({
    'app.js': APP,
    ...Object.fromEntries(paths.map((path) => [path, MODULES[path]!(0)])),
  });
  await using app = run(project, 'app.js');

  /** The saves in progress, by path; each file has at most one. */
  const busy = new Map<string, Promise<void>>();
  try {
    for (let i = 1; i <= SAVES; i++) {
      const free = paths.filter((path) => !busy.has(path));
      const path = pick(free, random) ?? paths[0]!;
      await busy.get(path);
      const save = pick(STYLES, random)!(random);
      disk.set(path, i);
      busy.set(path, finish(path, save(project, path, MODULES[path]!(i))));
      await pause(random() * LONGEST_GAP_MS);
      if (i % CHECK_EVERY !== 0) continue;
      await Promise.all(busy.values());
      await app.line(`versions ${[...disk.values()].join()}`);
    }
  } catch (error) {
    throw new Error(`SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }

  async function finish(path: string, saving: void | Promise<void>): Promise<void> {
    await saving;
    busy.delete(path);
  }
});

/** A module that writes a new version of name.js in each run. */
const WRITER = `import fs from 'node:fs';\nfs.writeFileSync('name.js', "export const name = 'two';\\n");\n`;
const GREET = 'console.log(`hello ${name}`);\nsetInterval(() => {}, 1000);\n';
const NAME = "export const name = 'one';\n";

test('a dependency rewritten after Node has read it, by a module that is imported before it', async () => {
  await endsWithTwo({
    'app.js': `import './writer.js';\nimport { name } from './name.js';\n${GREET}`,
    'writer.js': WRITER,
    'name.js': NAME,
  });
});

test('a dependency rewritten after Node has read it, by a module that is imported after it', async () => {
  await endsWithTwo({
    'app.js': `import { name } from './name.js';\nimport './writer.js';\n${GREET}`,
    'writer.js': WRITER,
    'name.js': NAME,
  });
});

test('a dependency rewritten just before it is imported', async () => {
  await endsWithTwo({
    'app.js': `import './writer.js';\nconst { name } = await import('./name.js');\n${GREET}`,
    'writer.js': WRITER,
    'name.js': NAME,
  });
});

test('a dependency replaced after Node has read it', async () => {
  await endsWithTwo({
    'app.js': `import { name } from './name.js';\nimport './writer.js';\n${GREET}`,
    'writer.js': `import fs from 'node:fs';\nif (fs.existsSync('next.js')) fs.renameSync('next.js', 'name.js');\n`,
    'name.js': NAME,
    'next.js': NAME.replace('one', 'two'),
  });
});

for (const [order, requires] of [
  ['before', "require('./writer');\nconst name = require('./name');"],
  ['after', "const name = require('./name');\nrequire('./writer');"],
] as const) {
  test(`a dependency rewritten by a CommonJS module that is required ${order} it`, async () => {
    await endsWithTwo({
      'package.json': '{"type":"commonjs"}',
      'app.js': `${requires}\n${GREET}`,
      'writer.js': `require('node:fs').writeFileSync('name.js', "module.exports = 'two';\\n");\n`,
      'name.js': "module.exports = 'one';\n",
    });
  });
}

test('a module that rewrites itself, once', async () => {
  await endsWithTwo({
    'app.js': `import { name } from './name.js';\n${GREET}`,
    'name.js': `${WRITER}${NAME}`,
  });
});

test('the entry rewrites itself, once', async () => {
  const second = "console.log('hello two');\nsetInterval(() => {}, 1000);\n";
  await endsWithTwo({
    'app.js': `import fs from 'node:fs';\nfs.writeFileSync('app.js', ${JSON.stringify(second)});\nconsole.log('hello one');\n`,
  });
});

/** Runs a program that changes itself: it prints `hello two` in the end, and is not restarted after that. */
async function endsWithTwo(files: Readonly<Record<string, string>>): Promise<void> {
  using project = new Project(files);
  await using app = run(project, 'app.js');
  const up = async (): Promise<void> =>
    await until('it is up', () => / is up in /.test(app.transcript.lines('stderr').at(-1) ?? ''));
  await app.line('hello two');
  await up();
  assert.ok(app.restarts <= 1);
  // Two more restarts show that no other follows. Before the first, the supervisor may not have hashed the file that the
  // program has just written, so the next write may count as a change, once.
  for (const edits of [1, 2]) {
    const { restarts } = app;
    project.write('app.js', `${project.read('app.js')}// edited\n`);
    await until('a restart', () => app.restarts > restarts);
    await app.line('hello two');
    await up();
    assert.ok(app.restarts <= 1 + edits + 1);
  }
}

function pick<T>(list: readonly T[], random: () => number): T | undefined {
  return list[Math.floor(random() * list.length)];
}

/** A generator of numbers in [0, 1) from a seed. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
