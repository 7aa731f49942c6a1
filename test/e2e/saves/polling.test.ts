// Files are polled where the file system does not report every change, and everywhere with AUTORELOAD_POLL.
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

const APP =
  "import { name } from './name.js';\nconsole.log(`hello ${name}`);\nsetInterval(() => {}, 1000);\n";
const UP = / is up in /;
/** On Windows, symlinks to files need a privilege. */
const links = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };
/** Only Linux identifies file systems by a number. */
const linux = { skip: process.platform !== 'linux' && 'needs Linux' };

/**
 * Returns a preload for the supervisor that simulates NFS: matching paths are on another device, have the file system type of
 * NFS, and cannot be watched. Logs the calls of fs.watch and fs.statfsSync.
 */
function nfs(pattern: string): string {
  return `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { getEnvironmentData } from 'node:worker_threads';
if (getEnvironmentData('autoreload.supervised') === undefined) {
  const isThere = (path) => ${pattern}.test(path);
  const { watch, statSync, lstatSync, statfsSync } = fs;
  fs.watch = (path, ...rest) => {
    fs.appendFileSync('calls.log', 'watch ' + path + '\\n');
    if (isThere(path)) throw Object.assign(new Error('a watch on NFS'), { code: 'EPERM' });
    return watch(path, ...rest);
  };
  const moved = (look) => (path, ...rest) => {
    const stats = look(path, ...rest);
    if (stats && isThere(path)) stats.dev = 4711;
    return stats;
  };
  fs.statSync = moved(statSync);
  fs.lstatSync = moved(lstatSync);
  fs.statfsSync = (path, options) => {
    fs.appendFileSync('calls.log', 'statfs ' + path + '\\n');
    const found = statfsSync(path, options);
    if (isThere(path)) found.type = options?.bigint ? 0x6969n : 0x6969;
    return found;
  };
  syncBuiltinESMExports();
}
`;
}

/** Reason for polling: NFS, or AUTORELOAD_POLL. */
interface Way {
  readonly what: string;
  readonly skip: string | false;
  /** Lines that are printed once, when the first run is up. */
  readonly told: (project: Project) => readonly string[];
  readonly start: (project: Project, entry?: string) => Run;
}

const onNfs: Way = {
  what: 'on NFS',
  ...linux,
  told: (project) => [
    `${project.dir} is on NFS, which does not report every change: polling its files every 250 ms. For another interval set AUTORELOAD_POLL`,
  ],
  start: (project, entry = 'app.js') => {
    project.write('nfs.js', nfs('/autoreload test-/'));
    return run(project, entry, { execArgv: ['--import', './nfs.js', '--import', 'autoreload/register'] });
  },
};

function forced(poll: string): Way {
  return {
    what: `with AUTORELOAD_POLL=${poll}`,
    skip: false,
    told: () => [],
    start: (project, entry = 'app.js') => run(project, entry, { env: { AUTORELOAD_POLL: poll } }),
  };
}

function named(name: string): string {
  return `export const name = '${name}';\n`;
}

/** Returns the lines of autoreload that are not about starts and restarts. */
function remarks(app: Run): string[] {
  const prefix = '[autoreload] ';
  return app.transcript
    .lines('stderr')
    .filter((line) => line.startsWith(prefix) && !/ is up in |restarting$|waiting for/.test(line))
    .map((line) => line.slice(prefix.length));
}

/** Saves once more, and checks that the earlier saves caused no further restart. */
async function assertRestarts(app: Run, project: Project, restarts: number, prints: string): Promise<void> {
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.lines('[autoreload] app.js changed, restarting', prints, UP);
  assert.equal(app.restarts, restarts + 1);
}

for (const way of [onNfs, forced('50')]) {
  const { what, skip } = way;

  test(`${what}: one save causes one restart, however the file is saved`, { skip }, async () => {
    using project = new Project({ 'app.js': APP, 'name.js': named('one') });
    await using app = way.start(project);
    await app.lines('hello one', UP);
    const saves = [inPlace, renameOver, withBackup, renameOver, truncateFirst(50), inPieces(2, 15), inPlace];
    for (const [i, save] of saves.entries()) {
      await save(project, 'name.js', named(`save ${i}`));
      await app.lines('[autoreload] name.js changed (imported by app.js), restarting', `hello save ${i}`, UP);
    }
    await assertRestarts(app, project, saves.length, `hello save ${saves.length - 1}`);
    assert.deepEqual(remarks(app), way.told(project));
  });
}

/** The reason for polling makes no difference. */
const ANY = onNfs.skip ? forced('50') : onNfs;

test('polled: a file is removed and written anew', async () => {
  using project = new Project({ 'app.js': APP, 'name.js': named('one') });
  await using app = ANY.start(project);
  await app.lines('hello one', UP);
  await removeFirst(400)(project, 'name.js', named('two'));
  await app.lines('[autoreload] name.js changed (imported by app.js), restarting', 'hello two', UP);
  project.remove('name.js');
  await app.line('[autoreload] name.js deleted (imported by app.js), restarting');
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for name\.js or a change in /);
  project.write('name.js', named('three'));
  await app.lines('[autoreload] name.js created (imported by app.js), restarting', 'hello three', UP);
  await assertRestarts(app, project, 3, 'hello three');
});

test('polled: a missing module in a missing folder is waited for', async () => {
  using project = new Project({ 'app.js': APP.replace('./name.js', './src/deep/name.js') });
  await using app = ANY.start(project);
  await app.line(/^\[autoreload\] app\.js failed with exit code 1, waiting for src\/deep\/name\.js or /);
  project.write('src/deep/name.js', named('one'));
  await app.lines(/^\[autoreload\] src\/deep\/name\.js created .*restarting$/, 'hello one', UP);
  assert.deepEqual(remarks(app), ANY.told(project));
});

test('polled: fifty files saved at once cause one restart', async () => {
  const files = Array.from({ length: 50 }, (_, i) => `parts/${i}.js`);
  const contents = (version: string): Record<string, string> =>
    Object.fromEntries(
      files.map((path) => [path, `globalThis.all = (globalThis.all ?? '') + '${version}';\n`]),
    );
  using project = new Project({
    'app.js': `${files.map((path) => `import './${path}';\n`).join('')}console.log(globalThis.all);\nsetInterval(() => {}, 1000);\n`,
    ...contents('a'),
  });
  await using app = ANY.start(project);
  await app.lines('a'.repeat(50), UP);
  for (const version of ['b', 'c']) {
    for (const [path, content] of Object.entries(contents(version))) project.write(path, content);
    await app.lines(/^\[autoreload\] parts\/.*, restarting$/, version.repeat(50), UP);
  }
  await assertRestarts(app, project, 2, 'c'.repeat(50));
});

test('polled: a folder is replaced, as by a build tool', async () => {
  using project = new Project({
    'app.js': APP.replace('./name.js', './dist/name.js'),
    'dist/name.js': named('one'),
  });
  await using app = ANY.start(project);
  await app.lines('hello one', UP);
  project.remove('dist');
  project.write('dist/name.js', named('two'));
  await app.lines(/^\[autoreload\] dist\/name\.js .*restarting$/, 'hello two', UP);
  project.write('new/name.js', named('three'));
  fs.renameSync(project.path('dist'), project.path('old'));
  fs.renameSync(project.path('new'), project.path('dist'));
  await app.lines(/^\[autoreload\] dist\/name\.js .*restarting$/, 'hello three', UP);
  await assertRestarts(app, project, 2, 'hello three');
});

test(`polled: a link is retargeted, and replaced by a file`, links, async () => {
  using project = new Project({
    'app.js': APP.replace('./name.js', './current/name.js'),
    'one/name.js': named('one'),
    'two/name.js': named('two'),
    'plain.js': named('three'),
  });
  project.link('current', 'one');
  await using app = ANY.start(project);
  await app.lines('hello one', UP);
  project.link('current', 'two');
  await app.lines('[autoreload] current changed (imported by app.js), restarting', 'hello two', UP);
  // A release that is rolled back is older than the current one.
  project.link('current', 'one');
  await app.lines('[autoreload] current changed (imported by app.js), restarting', 'hello one', UP);
  project.link('current', 'two');
  await app.lines('[autoreload] current changed (imported by app.js), restarting', 'hello two', UP);
  project.link('two/name.js', '../plain.js');
  await app.lines(/^\[autoreload\] two\/name\.js .*restarting$/, 'hello three', UP);
  project.replace('two/name.js', named('four'));
  await app.lines(/^\[autoreload\] two\/name\.js .*restarting$/, 'hello four', UP);
  await assertRestarts(app, project, 5, 'hello four');
});

test('polled: no save during the start is lost', async () => {
  using project = new Project({ 'app.js': APP, 'name.js': named('first') });
  await using app = ANY.start(project);
  // From before the first line of the child until long after the last.
  for (let i = 0; i < 40; i++) {
    project.write('name.js', named(`save ${i}`));
    await pause(i * 4);
    if (i % 8 === 7) await app.line(`hello save ${i}`);
  }
});

for (const [how, save] of [
  ['a touch', (path: string) => fs.utimesSync(path, new Date(), new Date())],
  ['the same bytes again', (path: string) => fs.writeFileSync(path, fs.readFileSync(path))],
] as const) {
  test(`${how} of a polled file does not restart`, async () => {
    using project = new Project({ 'app.js': APP, 'name.js': named('one') });
    const past = new Date(Date.now() - 60_000);
    fs.utimesSync(project.path('name.js'), past, past);
    await using app = run(project, 'app.js', { env: { AUTORELOAD_POLL: '1', AUTORELOAD_LOG: 'debug' } });
    await app.lines('[autoreload] polling every 250 ms, as AUTORELOAD_POLL says', 'hello one', UP);
    for (let i = 0; i < 2; i++) {
      save(project.path('name.js'));
      // Once for the new time, and once more, because a second save may leave the same time.
      await app.line(`[autoreload] ${project.path('name.js')}: same`);
      await app.line(`[autoreload] ${project.path('name.js')}: same`);
    }
    await assertRestarts(app, project, 0, 'hello one');
  });
}

test('a package on NFS is polled, and the program on a local disk is watched', linux, async () => {
  using project = new Project({
    'app.js': "import { name } from 'pkg';\nconsole.log(`hello ${name}`);\nsetInterval(() => {}, 1000);\n",
    'node_modules/pkg/package.json': '{"name":"pkg","type":"module","exports":"./index.js"}',
    'node_modules/pkg/index.js': "export { name } from './name.js';\n",
    'node_modules/pkg/name.js': named('one'),
    'nfs.js': nfs('/node_modules.pkg/'),
  });
  await using app = run(project, 'app.js', {
    execArgv: ['--import', './nfs.js', '--import', 'autoreload/register'],
  });
  await app.lines('hello one', UP);
  project.write('node_modules/pkg/name.js', named('two'));
  await app.lines(/^\[autoreload\] node_modules\/pkg\/name\.js changed .*, restarting$/, 'hello two', UP);
  await assertRestarts(app, project, 1, 'hello two');
  assert.deepEqual(remarks(app), [
    'node_modules/pkg is on NFS, which does not report every change: polling its files every 2 s. For another interval set AUTORELOAD_POLL',
  ]);
  const calls = project.read('calls.log').split('\n');
  assert.ok(calls.includes(`watch ${project.dir}`), calls.join('\n'));
});

test('on NFS nothing is watched, and the file system is asked once', linux, async () => {
  const files = Array.from({ length: 100 }, (_, i) => `parts/${i % 10}/${i}.js`);
  using project = new Project({
    'app.js': `${files.map((path) => `import './${path}';\n`).join('')}setInterval(() => {}, 1000);\n`,
    ...Object.fromEntries(files.map((path) => [path, ''])),
  });
  await using app = onNfs.start(project);
  await app.line(UP);
  project.write(files[50]!, '// edited\n');
  await app.lines(/^\[autoreload\] parts\/0\/50\.js changed .*, restarting$/, UP);
  const calls = project.read('calls.log').split('\n').filter(Boolean);
  assert.equal(calls.filter((call) => call.startsWith('statfs ')).length, 1, calls.join('\n'));
  assert.equal(calls.filter((call) => call.startsWith('watch ')).length, 0, calls.join('\n'));
});
