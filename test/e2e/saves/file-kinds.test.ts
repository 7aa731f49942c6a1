// A save of a file that is not JavaScript restarts the program, whatever reads the file.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { RunOptions } from '../../helpers/autoreload.ts';
import { packagePath } from '../../helpers/packages.ts';
import { Project } from '../../helpers/project.ts';

const ALIVE = 'setInterval(() => {}, 1000);\n';
const COMMONJS = { 'package.json': '{"type":"commonjs"}' };

/** A handler in require.extensions: the file is read by the program, not by Node. */
const FOO_HANDLER = `
const fs = require('node:fs');
require.extensions['.foo'] = (module, filename) => { module.exports = fs.readFileSync(filename, 'utf8').trim(); };
`;

test('a file that a handler in require.extensions reads', async () => {
  using project = new Project({
    ...COMMONJS,
    'app.js': `${FOO_HANDLER}console.log(require('./dep'));\n${ALIVE}`,
    'dep.js': "module.exports = require('./words');\n",
    'words.foo': 'one',
  });
  await savedTwice(project, 'app.js', 'app.js > dep.js > words.foo', () =>
    project.write('words.foo', 'two\n'),
  );
});

const STRIPS = Boolean((process.features as { typescript?: unknown }).typescript);

test(
  'TypeScript with type stripping by Node: .ts, .mts and .cts',
  { skip: !STRIPS && 'needs type stripping: Node 22.18+' },
  async () => {
    using project = new Project({
      'app.ts': `import { a } from './a.mts';\nconsole.log(a as string);\n${ALIVE}`,
      'a.mts': "import b from './b.cts';\nexport const a: string = b.b;\n",
      'b.cts': "const c = require('./c.cts') as { c: string };\nexports.b = c.c;\n",
      'c.cts': "exports.c = 'one' as string;\n",
    });
    await savedTwice(project, 'app.ts', 'app.ts > a.mts > b.cts > c.cts', () =>
      project.write('c.cts', "exports.c = 'two' as string;\n"),
    );
  },
);

test(
  'TypeScript with type stripping by Node, broken and fixed',
  { skip: !STRIPS && 'needs type stripping: Node 22.18+' },
  async () => {
    using project = new Project({
      'app.ts': `import { a } from './a.ts';\nconsole.log(a as string);\n${ALIVE}`,
      'a.ts': "export const a: string = 'one';\n",
    });
    await using app = run(project, 'app.ts');
    await app.lines('one', / is up in /);
    // An enum is more than a type: Node cannot strip it.
    for (const broken of [
      "export const a: string = 'no end;\n",
      "enum A { a = 'one' }\nexport const a = A.a;\n",
    ]) {
      project.write('a.ts', broken);
      await app.line('[autoreload] a.ts changed (imported by app.ts), restarting');
      await app.line(/^\[autoreload\] app\.ts failed with exit code 1, waiting for a change/);
    }
    project.write('a.ts', "export const a: string = 'two';\n");
    await app.lines('[autoreload] a.ts changed (imported by app.ts), restarting', 'two');
  },
);

/** The WebAssembly module `(module (func (export "value") (result i32) i32.const n))`. */
function wasm(n: number): Buffer {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const types = [1, 5, 1, 0x60, 0, 1, 0x7f];
  const functions = [3, 2, 1, 0];
  const exported = [7, 9, 1, 5, ...Buffer.from('value'), 0, 0];
  const code = [10, 6, 1, 4, 0, 0x41, n, 0x0b];
  return Buffer.from([...header, ...types, ...functions, ...exported, ...code]);
}

const major = Number(process.versions.node.split('.')[0]);
/** Later Node versions need no option for WebAssembly, but accept it. */
const WASM: RunOptions = {
  execArgv: ['--experimental-wasm-modules', '--import', 'autoreload/register'],
};

test('a WebAssembly module that is imported', async () => {
  using project = new Project({
    'app.js': `import { value } from './value.wasm';\nconsole.log(['', 'one', 'two'][value()]);\n${ALIVE}`,
  });
  fs.writeFileSync(project.path('value.wasm'), wasm(1));
  await savedTwice(
    project,
    'app.js',
    'app.js > value.wasm',
    () => fs.writeFileSync(project.path('value.wasm'), wasm(2)),
    WASM,
  );
});

test(
  'a WebAssembly module whose source is imported',
  { skip: major < 24 && 'needs `import source`: Node 24+' },
  async () => {
    using project = new Project({
      'app.js': `import source module from './value.wasm';\nconst { value } = new WebAssembly.Instance(module).exports;\nconsole.log(['', 'one', 'two'][value()]);\n${ALIVE}`,
    });
    fs.writeFileSync(project.path('value.wasm'), wasm(1));
    await savedTwice(
      project,
      'app.js',
      'app.js > value.wasm',
      () => fs.writeFileSync(project.path('value.wasm'), wasm(2)),
      WASM,
    );
  },
);

test(
  'an addon, replaced by another file',
  // Windows cannot replace a loaded file, and macOS does not load an addon with an extra byte.
  { skip: process.platform !== 'linux' && 'needs Linux' },
  async () => {
    using project = new Project({
      ...COMMONJS,
      'app.js': `const n = require('node:fs').statSync('addon.node').size - SIZE;\nconsole.log(typeof require('./addon'), ['one', 'two'][n]);\n${ALIVE}`,
    });
    const addon = fs.readFileSync(anAddon());
    project.write('app.js', project.read('app.js').replace('SIZE', String(addon.length)));
    fs.writeFileSync(project.path('addon.node'), addon);
    await savedTwice(
      project,
      'app.js',
      'app.js > addon.node',
      () => {
        fs.writeFileSync(project.path('addon.tmp'), Buffer.concat([addon, Buffer.from([0])]));
        fs.renameSync(project.path('addon.tmp'), project.path('addon.node'));
      },
      {},
      'object ',
    );
  },
);

/** Waits until the program prints `one`, saves a file, and waits until it prints `two`. */
async function savedTwice(
  project: Project,
  entry: string,
  chain: string,
  save: () => void,
  options: RunOptions = {},
  prefix = '',
): Promise<void> {
  await using app = run(project, entry, options);
  await app.lines(`${prefix}one`, / is up in /);
  save();
  const importers = chain.split(' > ');
  const file = importers.pop();
  await app.line(`[autoreload] ${file} changed (imported by ${importers.join(' > ')}), restarting`);
  await app.lines(`${prefix}two`, / is up in /);
  assert.equal(app.restarts, 1);
}

/** The smallest addon in the installed packages. */
function anAddon(): string {
  const root = packagePath();
  const files = fs.readdirSync(root, { recursive: true, encoding: 'utf8' });
  const addons = files.filter((name) => name.endsWith('.node')).map((name) => packagePath(name));
  const [smallest] = addons.toSorted((a, b) => fs.statSync(a).size - fs.statSync(b).size);
  assert.ok(smallest, 'one of the packages has an addon');
  return smallest;
}
