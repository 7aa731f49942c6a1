// One save is one restart, however the file is saved, and the last run has the content that is on the disk.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
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

const APP =
  "import { name } from './name.js';\nconsole.log(`hello ${name}`);\nsetInterval(() => {}, 1000);\n";
const CHANGED = '[autoreload] name.js changed (imported by app.js), restarting';
const UP = / is up in /;
/** On Windows, a symbolic link to a file needs a privilege that few users have. */
const links = { skip: process.platform === 'win32' && 'needs links to files: Linux or macOS' };

/** A module that is incomplete wherever it is cut off. */
function named(name: string): string {
  const list = Array.from({ length: 40 }, (_, i) => `  'part ${i}',\n`).join('');
  return `export const { name } = {\n  parts: [\n${list}  ],\n  name: '${name}',\n};\n`;
}

/** Starts a program that prints `hello` and the name that name.js exports. */
async function greeter(): Promise<{
  project: Project;
  app: Run;
  [Symbol.asyncDispose]: () => Promise<void>;
}> {
  const project = new Project({ 'app.js': APP, 'name.js': named('one') });
  const app = run(project, 'app.js');
  await app.lines('hello one', UP);
  return {
    project,
    app,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      project[Symbol.dispose]();
    },
  };
}

/** Asserts the number of restarts: a save of the entry shows that no other follows. */
async function assertRestarts(app: Run, project: Project, restarts: number, prints: string): Promise<void> {
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.lines('[autoreload] app.js changed, restarting', prints, UP);
  assert.equal(app.restarts, restarts + 1);
}

async function oneRestartEach(saves: readonly Save[]): Promise<void> {
  await using context = await greeter();
  const { project, app } = context;
  let name = 'one';
  for (const [i, save] of saves.entries()) {
    name = `save ${i}`;
    await save(project, 'name.js', named(name));
    await app.lines(CHANGED, `hello ${name}`, UP);
  }
  await assertRestarts(app, project, saves.length, `hello ${name}`);
}

test('written in two pieces, 60 ms apart, the first cut off in the middle of a statement', async () => {
  const inTwo: Save = async (project, path, content) => {
    const most = content.lastIndexOf('name:');
    project.write(path, content.slice(0, most));
    await pause(60);
    fs.appendFileSync(project.path(path), content.slice(most));
  };
  await oneRestartEach([inPieces(2, 60), inTwo]);
});

test('written in two pieces, 60 ms apart, the first complete in itself', async () => {
  await using context = await greeter();
  const { project, app } = context;
  project.write('name.js', `${named('two')}\n`);
  await pause(60);
  fs.appendFileSync(project.path('name.js'), "globalThis.queueMicrotask(() => console.log('and more'));\n");
  await app.line('and more');
  await app.line(UP);
});

test('removed, and written again when the run without it has failed', async () => {
  await using context = await greeter();
  const { project, app } = context;
  project.remove('name.js');
  await app.line(/failed with exit code 1/);
  project.write('name.js', named('two'));
  await app.lines('hello two', UP);
  await assertRestarts(app, project, 2, 'hello two');
});

test('in place, in pieces, by renames and by removal, each after itself and after the others', async () => {
  await oneRestartEach([
    inPlace,
    inPlace,
    renameOver,
    renameOver,
    renameOver,
    withBackup,
    withBackup,
    inPlace,
    truncateFirst(50),
    truncateFirst(50),
    renameOver,
    removeFirst(300),
    removeFirst(300),
    inPieces(4, 15),
    inPieces(4, 15),
    withBackup,
    removeFirst(0),
    truncateFirst(50),
    inPlace,
  ]);
});

test('the same saves of the entry', async () => {
  using project = new Project({ 'app.js': "console.log('hello one');\nsetInterval(() => {}, 1000);\n" });
  await using app = run(project, 'app.js');
  await app.lines('hello one', UP);
  const saves = [renameOver, inPlace, withBackup, truncateFirst(50), removeFirst(300), renameOver, inPlace];
  for (const [i, save] of saves.entries()) {
    await save(project, 'app.js', `console.log('hello ${i}');\nsetInterval(() => {}, 1000);\n`);
    await app.lines('[autoreload] app.js changed, restarting', `hello ${i}`, UP);
  }
  await assertRestarts(app, project, saves.length, `hello ${saves.length - 1}`);
});

test('a link to a file, retargeted', links, async () => {
  using project = new Project({ 'app.js': APP, 'one.js': named('one'), 'two.js': named('two') });
  project.link('name.js', 'one.js');
  await using app = run(project, 'app.js');
  await app.lines('hello one', UP);
  project.link('name.js', 'two.js');
  await app.lines(CHANGED, 'hello two', UP);
  renameLinkOver(project, 'name.js', 'one.js');
  await app.lines(CHANGED, 'hello one', UP);
  project.write('one.js', named('uno'));
  await app.lines('[autoreload] one.js changed (imported by app.js), restarting', 'hello uno', UP);
  await assertRestarts(app, project, 3, 'hello uno');
});

test('a link to a folder in the middle of the path, retargeted', links, async () => {
  using project = new Project({
    'app.js': APP.replace('./name.js', './current/src/name.js'),
    'releases/1/src/name.js': "export { name } from './deep/name.js';\n",
    'releases/1/src/deep/name.js': named('one'),
    'releases/2/src/name.js': "export { name } from './deep/name.js';\n",
    'releases/2/src/deep/name.js': named('two'),
  });
  project.link('current', 'releases/1');
  await using app = run(project, 'app.js');
  await app.lines('hello one', UP);
  renameLinkOver(project, 'current', 'releases/2');
  await app.lines('[autoreload] current changed (imported by app.js), restarting', 'hello two', UP);
  project.link('current', 'releases/1');
  await app.lines('[autoreload] current changed (imported by app.js), restarting', 'hello one', UP);
  project.write('releases/1/src/deep/name.js', named('uno'));
  await app.lines(/releases\/1\/src\/deep\/name\.js changed/, 'hello uno', UP);
  await assertRestarts(app, project, 3, 'hello uno');
});

test('a link to a folder in the path of a required module, retargeted', links, async () => {
  using project = new Project({
    'package.json': '{"type":"commonjs"}',
    'app.js': "console.log(`hello ${require('./current/name')}`);\nsetInterval(() => {}, 1000);\n",
    'one/name.js': "module.exports = 'one';\n",
    'two/name.js': "module.exports = 'two';\n",
  });
  project.link('current', 'one');
  await using app = run(project, 'app.js');
  await app.lines('hello one', UP);
  renameLinkOver(project, 'current', 'two');
  await app.lines('[autoreload] current changed (imported by app.js), restarting', 'hello two', UP);
  await assertRestarts(app, project, 1, 'hello two');
});

test('an entry that is a link, retargeted', links, async () => {
  using project = new Project({
    'one.js': APP,
    'two.js': APP.replace('hello', 'goodbye'),
    'name.js': named('one'),
  });
  project.link('start.js', 'one.js');
  await using app = run(project, 'start.js');
  await app.lines('hello one', UP);
  project.link('start.js', 'two.js');
  await app.lines('[autoreload] start.js changed, restarting', 'goodbye one', UP);
  project.write('two.js', APP);
  await app.lines(/^\[autoreload\] two\.js changed.*, restarting$/, 'hello one', UP);
  renameLinkOver(project, 'start.js', 'one.js');
  await app.lines('[autoreload] start.js changed, restarting', 'hello one', UP);
  project.write('one.js', APP.replace('hello', 'goodbye'));
  await app.lines(/^\[autoreload\] one\.js changed.*, restarting$/, 'goodbye one', UP);
  assert.equal(app.restarts, 4);
});

test('a linked package, retargeted', links, async () => {
  using project = new Project({
    'app.js': APP.replace('./name.js', 'pkg'),
    'one/package.json': '{"name":"pkg","type":"module","exports":"./index.js"}',
    'one/index.js': named('one'),
    'two/package.json': '{"name":"pkg","type":"module","exports":"./index.js"}',
    'two/index.js': named('two'),
  });
  project.link('node_modules/pkg', project.path('one'));
  await using app = run(project, 'app.js');
  await app.lines('hello one', UP);
  project.link('node_modules/pkg', project.path('two'));
  await app.lines(/^\[autoreload\] node_modules\/pkg changed.*, restarting$/, 'hello two', UP);
  await assertRestarts(app, project, 1, 'hello two');
});

/** The output of a build tool. */
function built(name: string, folder = 'dist'): Record<string, string> {
  return {
    [`${folder}/index.js`]: "export { name } from './src/deep/name.js';\nimport './src/other.js';\n",
    [`${folder}/src/other.js`]: `export const other = '${name}';\n`,
    [`${folder}/src/deep/name.js`]: named(name),
  };
}

const BUILT_APP = { 'app.js': APP.replace('./name.js', './dist/index.js') };

test('a folder removed, and written again at once by a build tool', async () => {
  using project = new Project({ ...BUILT_APP, ...built('one') });
  await using app = run(project, 'app.js');
  await app.lines('hello one', UP);
  for (const name of ['two', 'three']) {
    project.remove('dist');
    for (const [path, content] of Object.entries(built(name))) project.write(path, content);
    await app.lines(/^\[autoreload\] dist\/.*, restarting$/, `hello ${name}`, UP);
  }
  await assertRestarts(app, project, 2, 'hello three');
});

test('a folder removed, and written again 0.3 s later by a build tool, file by file', async () => {
  using project = new Project({ ...BUILT_APP, ...built('one') });
  await using app = run(project, 'app.js');
  await app.lines('hello one', UP);
  for (const name of ['two', 'three']) {
    project.remove('dist');
    await pause(300);
    for (const [path, content] of Object.entries(built(name))) {
      project.write(path, content);
      await pause(10);
    }
    await app.lines(/^\[autoreload\] dist\/.*, restarting$/, `hello ${name}`, UP);
  }
  await assertRestarts(app, project, 2, 'hello three');
});

test('a folder replaced by another folder', async () => {
  using project = new Project({ ...BUILT_APP, ...built('one') });
  await using app = run(project, 'app.js');
  await app.lines('hello one', UP);
  for (const name of ['two', 'three']) {
    for (const [path, content] of Object.entries(built(name, 'new'))) project.write(path, content);
    fs.renameSync(project.path('dist'), project.path('old'));
    fs.renameSync(project.path('new'), project.path('dist'));
    await app.lines(/^\[autoreload\] dist\/.*, restarting$/, `hello ${name}`, UP);
    project.remove('old');
  }
  // Files in the new folder are watched too.
  project.replace('dist/src/deep/name.js', named('four'));
  await app.lines(/^\[autoreload\] dist\/src\/deep\/name\.js changed .*, restarting$/, 'hello four', UP);
  await assertRestarts(app, project, 3, 'hello four');
});

test('a folder in a folder replaced by another folder', async () => {
  using project = new Project({ ...BUILT_APP, ...built('one') });
  await using app = run(project, 'app.js');
  await app.lines('hello one', UP);
  for (const name of ['two', 'three']) {
    for (const [path, content] of Object.entries(built(name, 'new'))) project.write(path, content);
    fs.renameSync(project.path('dist/src'), project.path('old'));
    fs.renameSync(project.path('new/src'), project.path('dist/src'));
    await app.lines(/^\[autoreload\] dist\/src\/.*, restarting$/, `hello ${name}`, UP);
    project.remove('old');
    project.remove('new');
  }
  project.write('dist/src/deep/name.js', named('four'));
  await app.lines(/^\[autoreload\] dist\/src\/deep\/name\.js changed .*, restarting$/, 'hello four', UP);
  await assertRestarts(app, project, 3, 'hello four');
});

/** Retargets a link in one step, as deployment tools do. */
function renameLinkOver(project: Project, path: string, target: string): void {
  project.link(`${path}.new`, target);
  fs.renameSync(project.path(`${path}.new`), project.path(path));
}
