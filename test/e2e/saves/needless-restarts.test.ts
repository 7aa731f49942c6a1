// An event that leaves the content of the loaded files the same does not restart the program.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';
import { inPieces, removeFirst, truncateFirst, withBackup } from '../../helpers/saves.ts';

const FILES = {
  'app.js': `import { name } from './name.js';
import { last } from './last.js';
console.log('hello', name, last);
setInterval(() => {}, 1000);
process.on('message', async (message) => {
  console.log(message === 'load' ? (await import('./lazy.js')).lazy : message);
});
`,
  // Cut off anywhere, this file is incomplete.
  'name.js': "export const { name } = {\n  name: 'one',\n};\n",
  'last.js': "export const last = 'one';\n",
  'lazy.js': "export const lazy = 'lazy one';\n",
  'unrelated.txt': 'unrelated\n',
};
const UP = / is up in /;

/** Asserts that an action does not restart the program: the save of another file after it is the only restart. */
async function noRestart(action: (project: Project, app: Run) => void | Promise<void>): Promise<void> {
  using project = new Project(FILES);
  // The files look as if they were saved a while ago.
  const past = new Date(Date.now() - 60_000);
  for (const path of Object.keys(FILES)) fs.utimesSync(project.path(path), past, past);
  await using app = run(project, 'app.js', {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { AUTORELOAD_LOG: 'debug' },
  });
  await app.lines('hello one one', UP);
  await hashed(app);
  await action(project, app);
  project.write('last.js', "export const last = 'two';\n");
  // Events come in order: a file that had changed before would be named here.
  await app.lines('[autoreload] last.js changed (imported by app.js), restarting', 'hello one two', UP);
  assert.equal(app.restarts, 1);
}

/** Waits until the supervisor has hashed the loaded files: it does so while it passes on messages. */
async function hashed(app: Run): Promise<void> {
  for (let i = 0; i < 10; i++) {
    app.process.send(`message ${i}`);
    await app.line(`message ${i}`);
  }
}

/** Waits until the supervisor has compared a file and found it the same. */
async function same(project: Project, app: Run, path: string): Promise<void> {
  await app.line(`[autoreload] ${project.path(path)}: same`);
}

function touch(project: Project, path: string): void {
  const now = new Date();
  fs.utimesSync(project.path(path), now, now);
}

test('a touch of a dependency, and of the entry', async () => {
  await noRestart(async (project, app) => {
    for (const path of ['name.js', 'app.js', 'name.js']) {
      touch(project, path);
      await same(project, app, path);
    }
  });
});

test('a touch of a module that was imported long after the start', async () => {
  await noRestart(async (project, app) => {
    app.process.send('load');
    await app.line('lazy one');
    await hashed(app);
    touch(project, 'lazy.js');
    await same(project, app, 'lazy.js');
    project.write('lazy.js', project.read('lazy.js'));
    await same(project, app, 'lazy.js');
  });
});

test('a chmod', async () => {
  await noRestart(async (project, app) => {
    for (const mode of [0o644, 0o755]) {
      fs.chmodSync(project.path('name.js'), mode);
      await same(project, app, 'name.js');
    }
  });
});

test('the same bytes again, in place', async () => {
  await noRestart(async (project, app) => {
    for (const path of ['name.js', 'app.js']) {
      project.write(path, project.read(path));
      await same(project, app, path);
    }
  });
});

test('the same bytes again, emptied first, or written in pieces', async () => {
  await noRestart(async (project, app) => {
    for (const save of [truncateFirst(50), inPieces(4, 15)]) {
      await save(project, 'name.js', FILES['name.js']);
      await same(project, app, 'name.js');
    }
  });
});

test('the same bytes again, in a new file', async () => {
  await noRestart(async (project, app) => {
    for (const path of ['name.js', 'app.js', 'name.js']) {
      project.replace(path, project.read(path));
      await same(project, app, path);
    }
    for (const save of [withBackup, removeFirst(300)]) {
      await save(project, 'name.js', FILES['name.js']);
      await same(project, app, 'name.js');
    }
  });
});

test('a folder renamed and renamed back', async () => {
  using project = new Project({
    'app.js':
      "import { name } from './src/deep/name.js';\nconsole.log(`hello ${name}`);\nprocess.on('message', (message) => console.log(message));\nsetInterval(() => {}, 1000);\n",
    'src/deep/name.js': "export const name = 'one';\n",
  });
  await using app = run(project, 'app.js', {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { AUTORELOAD_LOG: 'debug' },
  });
  await app.lines('hello one', UP);
  await hashed(app);
  for (const folder of ['src', 'src/deep']) {
    fs.renameSync(project.path(folder), project.path('away'));
    fs.renameSync(project.path('away'), project.path(folder));
    await same(project, app, 'src/deep/name.js');
  }
  project.write('src/deep/name.js', "export const name = 'two';\n");
  await app.lines(/^\[autoreload\] src\/deep\/name\.js changed .*, restarting$/, 'hello two', UP);
  assert.equal(app.restarts, 1);
});

test('unrelated files and folders created, changed, renamed and removed in the same folder', async () => {
  await noRestart(async (project, app) => {
    project.write('unrelated.txt', 'changed\n');
    project.write('new.js', 'new\n');
    project.write('new.js', 'changed\n');
    project.write('name.ts', 'beside\n');
    project.write('name.js.swp', 'beside\n');
    project.write('src/name.js', 'below\n');
    project.remove('src');
    fs.renameSync(project.path('unrelated.txt'), project.path('renamed.txt'));
    project.remove('renamed.txt');
    // The program has not loaded this file yet.
    project.write('lazy.js', "export const lazy = 'lazy two';\n");
    touch(project, 'name.js');
    await same(project, app, 'name.js');
  });
});

test('what a framework compiles into its own folder, and the package.json that it writes there', async () => {
  using project = new Project({
    'app.cjs': `const fs = require('node:fs');
const manifest = __dirname + '/.next/server/pages-manifest.json';
fs.mkdirSync(__dirname + '/.next/server', { recursive: true });
fs.writeFileSync(__dirname + '/.next/package.json', '{ "type": "commonjs" }');
fs.writeFileSync(manifest, '{}');
fs.writeFileSync(__dirname + '/.next/server/page.js', 'module.exports = 1;');
require('./.next/server/page.js');
require(manifest);
console.log('loaded', require('./leaf.cjs'));
setInterval(() => {}, 1000);
`,
    'leaf.cjs': "module.exports = 'one';\n",
  });
  await using app = run(project, 'app.cjs', { env: { AUTORELOAD_LOG: 'debug' } });
  await app.lines('loaded one', UP);
  for (const name of ['server/pages-manifest.json', 'server/page.js', 'package.json'])
    project.write(`.next/${name}`, '{ "edited": true }\n');
  project.write('leaf.cjs', "module.exports = 'two';\n");
  await app.line('[autoreload] leaf.cjs changed (imported by app.cjs), restarting');
  await app.lines('loaded two', UP);
  assert.equal(app.restarts, 1);
});
