// An edit of a module restarts the program once, with the new content, however the module is loaded.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const ALIVE = 'setInterval(() => {}, 1000);\n';
const COMMONJS = { 'package.json': '{"type":"commonjs"}' };
/** A name that a URL must encode. Windows has no `?` in file names. */
const ODD = process.platform === 'win32' ? '%20 a%#b%c é日' : '%20 a%#b?c é日';
const ODD_URL = encodeURIComponent(ODD);

interface Program {
  readonly files: Readonly<Record<string, string>>;
  /** Symbolic links and their targets in the project. */
  readonly links?: Readonly<Record<string, string>>;
  readonly entry?: string;
  /** The entry as the user types it, if different. */
  readonly typed?: string;
  readonly prints: string;
  /** Files to edit, one after the other, and the output after each. An edit replaces the first `one` by `two`. */
  readonly edits: Readonly<Record<string, string>>;
}

async function check({
  files,
  links = {},
  entry = 'app.js',
  typed = entry,
  prints,
  edits,
}: Program): Promise<void> {
  using project = new Project(files);
  for (const [path, target] of Object.entries(links)) project.link(path, project.path(target));
  await using app = run(project, typed);
  await app.lines(prints, / is up in /);
  let printed = prints;
  for (const [path, printsNext] of Object.entries(edits)) {
    project.write(path, project.read(path).replace('one', 'two'));
    printed = printsNext;
    const [line] = await app.lines(/ restarting$/, printed, / is up in /);
    assert.ok(line?.startsWith(`[autoreload] ${path} changed`), `not ${path}: ${line}`);
  }
  // The next restart shows that the edits caused no other.
  project.write(entry, `${project.read(entry)}// edited\n`);
  await app.lines(`[autoreload] ${entry} changed, restarting`, printed, / is up in /);
  assert.equal(app.restarts, Object.keys(edits).length + 1);
}

test('ESM: an edit of the entry, of an import and of a nested import', async () => {
  await check({
    files: {
      'app.js': `import { a } from './src/a.js';\nconsole.log('app one', a);\n${ALIVE}`,
      'src/a.js': "import { b } from './deep/b.js';\nexport const a = `a one ${b}`;\n",
      'src/deep/b.js': "export const b = 'b one';\n",
    },
    prints: 'app one a one b one',
    edits: {
      'src/deep/b.js': 'app one a one b two',
      'src/a.js': 'app one a two b two',
      'app.js': 'app two a two b two',
    },
  });
});

test('ESM: an edit of a re-exported module', async () => {
  await check({
    files: {
      'app.js': `import * as all from './index.js';\nconsole.log(all.a, all.b);\n${ALIVE}`,
      'index.js': "export * from './a.js';\nexport { b } from './b.js';\n",
      'a.js': "export const a = 'a one';\n",
      'b.js': "export const b = 'b one';\n",
    },
    prints: 'a one b one',
    edits: { 'a.js': 'a two b one', 'b.js': 'a two b two' },
  });
});

test('import(): an edit of a module, and of its imports, that are loaded long after the start', async () => {
  using project = new Project({
    'app.js': "process.stdin.once('data', async () => console.log((await import('./lazy.js')).lazy));\n",
    'lazy.js': "import { name } from './name.js';\nexport const lazy = `lazy one ${name}`;\n",
    'name.js': "export const name = 'name one';\n",
  });
  await using app = run(project, 'app.js', { stdio: 'pipe' });
  const load = async (prints: string): Promise<void> => {
    app.process.stdin!.write('load\n');
    await app.line(prints);
  };
  await app.line(/ is up in /);
  await load('lazy one name one');
  project.write('name.js', "export const name = 'name two';\n");
  await app.line('[autoreload] name.js changed (imported by app.js > lazy.js), restarting');
  await app.line(/ is up in /);
  await load('lazy one name two');
  project.write('lazy.js', project.read('lazy.js').replace('one', 'two'));
  await app.line('[autoreload] lazy.js changed (imported by app.js), restarting');
  await app.line(/ is up in /);
  await load('lazy two name two');
  assert.equal(app.restarts, 2);
});

test('JSON: an edit of a file that is imported, and of one that is required', async () => {
  await check({
    files: {
      'app.js': `import a from './a.json' with { type: 'json' };\nimport b from './b.cjs';\nconsole.log(a.name, b.name);\n${ALIVE}`,
      'a.json': '{ "name": "a one" }\n',
      'b.cjs': "module.exports = require('./b.json');\n",
      'b.json': '{ "name": "b one" }\n',
    },
    prints: 'a one b one',
    edits: { 'a.json': 'a two b one', 'b.json': 'a two b two' },
  });
});

test('CommonJS: an edit of the entry, of a require and of a nested require', async () => {
  await check({
    files: {
      ...COMMONJS,
      'app.js': `console.log('app one', require('./src/a'));\n${ALIVE}`,
      'src/a.js': "module.exports = `a one ${require('./deep')}`;\n",
      'src/deep/index.js': "module.exports = 'deep one';\n",
    },
    prints: 'app one a one deep one',
    edits: {
      'src/deep/index.js': 'app one a one deep two',
      'src/a.js': 'app one a two deep two',
      'app.js': 'app two a two deep two',
    },
  });
});

test('createRequire: an edit of a module, and of a module that it requires', async () => {
  await check({
    files: {
      'app.js': `import { createRequire } from 'node:module';\nconsole.log(createRequire(import.meta.url)('./a.cjs'));\n${ALIVE}`,
      'a.cjs': "module.exports = `a one ${require('./b.cjs')}`;\n",
      'b.cjs': "module.exports = 'b one';\n",
    },
    prints: 'a one b one',
    edits: { 'b.cjs': 'a one b two', 'a.cjs': 'a two b two' },
  });
});

test('import() in CommonJS: an edit of an ES module, and of the CommonJS module that it imports', async () => {
  await check({
    files: {
      ...COMMONJS,
      'app.js': `import('./a.mjs').then(({ a }) => console.log(a));\n${ALIVE}`,
      'a.mjs': "import b from './b.js';\nexport const a = `a one ${b}`;\n",
      'b.js': "module.exports = require('./c.js');\n",
      'c.js': "module.exports = 'c one';\n",
    },
    prints: 'a one c one',
    edits: { 'c.js': 'a one c two', 'a.mjs': 'a two c two' },
  });
});

test('a package under node_modules: an edit of a file that the package itself requires or imports', async () => {
  await check({
    files: {
      'app.js': `import cjs from 'cjs';\nimport { esm } from '@scope/esm/sub';\nconsole.log(cjs, esm);\n${ALIVE}`,
      'node_modules/cjs/package.json': '{"name":"cjs","main":"./lib"}',
      'node_modules/cjs/lib/index.js': "module.exports = require('./inner');\n",
      'node_modules/cjs/lib/inner.js': "module.exports = 'cjs one';\n",
      'node_modules/@scope/esm/package.json':
        '{"name":"@scope/esm","type":"module","exports":{"./sub":"./src/sub.js"}}',
      'node_modules/@scope/esm/src/sub.js': "export * from './inner.js';\n",
      'node_modules/@scope/esm/src/inner.js': "export const esm = 'esm one';\n",
    },
    prints: 'cjs one esm one',
    edits: {
      'node_modules/cjs/lib/inner.js': 'cjs two esm one',
      'node_modules/@scope/esm/src/inner.js': 'cjs two esm two',
    },
  });
});

test('a linked workspace package: an edit of its real files', async () => {
  await check({
    files: {
      'app.js': `import { name } from 'pkg';\nconsole.log(name);\n${ALIVE}`,
      'packages/pkg/package.json': '{"name":"pkg","type":"module","exports":"./index.js"}',
      'packages/pkg/index.js':
        "import { inner } from './src/inner.js';\nexport const name = `pkg one ${inner}`;\n",
      'packages/pkg/src/inner.js': "export const inner = 'inner one';\n",
    },
    links: { 'node_modules/pkg': 'packages/pkg' },
    prints: 'pkg one inner one',
    edits: {
      'packages/pkg/src/inner.js': 'pkg one inner two',
      'packages/pkg/index.js': 'pkg two inner two',
    },
  });
});

test('one file under two URL queries: an edit is one restart', async () => {
  await check({
    files: {
      'app.js': `import { a } from './a.js?1';\nimport { a as b } from './a.js?2#3';\nconsole.log(a, b);\n${ALIVE}`,
      'a.js': "export const a = 'one';\n",
    },
    prints: 'one one',
    edits: { 'a.js': 'two two' },
  });
});

test('odd names in ESM: an edit of a file whose name and folder must be encoded in a URL', async () => {
  await check({
    files: {
      'app.js': `import { a } from './${ODD_URL}/${ODD_URL}.js';\nconsole.log(a);\n${ALIVE}`,
      [`${ODD}/${ODD}.js`]: `import { b } from './b ${ODD_URL}.js';\nexport const a = \`a one \${b}\`;\n`,
      [`${ODD}/b ${ODD}.js`]: "export const b = 'b one';\n",
    },
    prints: 'a one b one',
    edits: { [`${ODD}/b ${ODD}.js`]: 'a one b two', [`${ODD}/${ODD}.js`]: 'a two b two' },
  });
});

test('odd names in CommonJS: an edit of a file whose name and folder would be encoded in a URL', async () => {
  await check({
    files: {
      ...COMMONJS,
      [`${ODD}/${ODD}.js`]: `console.log(require('./a ${ODD}/${ODD}.js'));\n${ALIVE}`,
      [`${ODD}/a ${ODD}/${ODD}.js`]: `module.exports = \`a one \${require('./b ${ODD}')}\`;\n`,
      [`${ODD}/a ${ODD}/b ${ODD}.js`]: "module.exports = 'b one';\n",
    },
    entry: `${ODD}/${ODD}.js`,
    prints: 'a one b one',
    edits: {
      [`${ODD}/a ${ODD}/b ${ODD}.js`]: 'a one b two',
      [`${ODD}/a ${ODD}/${ODD}.js`]: 'a two b two',
    },
  });
});

test('an edit of an ESM entry with an odd name', async () => {
  await check({
    files: { [`${ODD}.js`]: `console.log('one');\n${ALIVE}` },
    entry: `${ODD}.js`,
    prints: 'one',
    edits: { [`${ODD}.js`]: 'two' },
  });
});

test('an edit of an entry given without extension', async () => {
  await check({
    files: { ...COMMONJS, 'app.js': `console.log('one');\n${ALIVE}` },
    typed: 'app',
    prints: 'one',
    edits: { 'app.js': 'two' },
  });
});

test('an edit of the index of an entry given as a folder', async () => {
  await check({
    files: { ...COMMONJS, 'server/index.js': `console.log('one');\n${ALIVE}` },
    entry: 'server/index.js',
    typed: 'server',
    prints: 'one',
    edits: { 'server/index.js': 'two' },
  });
});

test('an edit of the main file of an entry given as a folder with a package.json', async () => {
  await check({
    files: {
      'package.json': '{"type":"module","main":"./src/main.js"}',
      'src/main.js': `console.log('one');\n${ALIVE}`,
    },
    entry: 'src/main.js',
    typed: '.',
    prints: 'one',
    edits: { 'src/main.js': 'two' },
  });
});

const skip = process.platform === 'win32' && 'a link to a file needs a privilege that few users have';
test(
  'an entry given as a link into another folder: an edit of the real entry, and of a dependency',
  { skip },
  async () => {
    await check({
      files: {
        'src/app.js': `import { name } from './name.js';\nconsole.log('app one', name);\n${ALIVE}`,
        'src/name.js': "export const name = 'name one';\n",
      },
      links: { 'start.js': 'src/app.js' },
      entry: 'src/app.js',
      typed: 'start.js',
      prints: 'app one name one',
      edits: { 'src/name.js': 'app one name two', 'src/app.js': 'app two name two' },
    });
  },
);

test('an entry given by its absolute path, in another working directory: an edit of a dependency', async () => {
  using project = new Project({
    'src/app.js': `import { name } from './name.js';\nconsole.log(name);\n${ALIVE}`,
    'src/name.js': "export const name = 'one';\n",
    'elsewhere/file.txt': '',
  });
  await using app = run(project, project.path('src/app.js'), { cwd: project.path('elsewhere') });
  await app.lines('one', / is up in /);
  project.write('src/name.js', "export const name = 'two';\n");
  await app.lines('[autoreload] ../src/name.js changed (imported by ../src/app.js), restarting', 'two');
});

test('a required ES module of a package: an edit of a CommonJS file that it imports', async () => {
  using project = new Project({
    'package.json': '{}',
    'app.js': `console.log(require('pkg').name);\n${ALIVE}`,
    'node_modules/pkg/package.json': '{"name":"pkg","main":"./main.mjs"}',
    'node_modules/pkg/main.mjs': "export { name } from './inner.cjs';\n",
    'node_modules/pkg/inner.cjs': "exports.name = 'one';\n",
  });
  await using app = run(project, 'app.js');
  await app.lines('one', / is up in .* watching 3 files$/);
  project.write('node_modules/pkg/inner.cjs', "exports.name = 'two';\n");
  await app.lines(/^\[autoreload\] node_modules\/pkg\/inner\.cjs changed.*, restarting$/, 'two');
});
