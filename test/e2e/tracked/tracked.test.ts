// Tracked files, folders and globs, which are named and are not modules.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { run, until, up } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const APP = "console.log('started');\nsetInterval(() => {}, 1000);\n";

const posix = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };

/** Starts a program of one module with `--watch`, and waits until it is up. */
async function watch(project: Project, what: string, env: NodeJS.ProcessEnv = {}): Promise<Run> {
  const app = run(project, 'app.js', { env: { AUTORELOAD_WATCH: what, ...env } });
  await app.lines('started', / is up in /);
  return app;
}

async function restarted(app: Run, line: string): Promise<void> {
  await app.line(`[autoreload] ${line}, restarting`);
  await app.lines('started', / is up in /);
}

for (const [how, env] of [
  ['events', {}],
  ['polling', { AUTORELOAD_POLL: '50' }],
] as const) {
  test(`a file restarts when it is changed, removed and created, by ${how}`, async () => {
    using project = new Project({ 'app.js': APP, 'page.html': 'one' });
    await using app = await watch(project, 'page.html', env);
    project.write('page.html', 'two');
    await restarted(app, 'page.html changed');
    project.remove('page.html');
    await restarted(app, 'page.html deleted');
    project.write('page.html', 'three');
    await restarted(app, 'page.html created');
    project.remove('page.html');
    await restarted(app, 'page.html deleted');
    project.write('page.html', '');
    await restarted(app, 'page.html created');
  });

  test(`in a folder, new files and new folders count at once, by ${how}`, async () => {
    using project = new Project({ 'app.js': APP, 'views/a.html': 'one' });
    await using app = await watch(project, 'views', env);
    project.write('views/a.html', 'two');
    await restarted(app, 'views/a.html changed');
    project.write('views/b.html', 'one');
    await restarted(app, 'views/b.html created');
    project.write('views/x/y/z/c.html', 'one');
    await restarted(app, 'views/x/y/z/c.html created');
    project.write('views/x/y/z/c.html', 'two');
    await restarted(app, 'views/x/y/z/c.html changed');
    project.remove('views/x');
    await restarted(app, 'views/x/y/z/c.html deleted');
    assert.equal(app.restarts, 5);
  });
}

test('a folder that is moved in or out counts with all its files', async () => {
  using project = new Project({ 'app.js': APP, 'other/d/e/page.html': 'one', 'views/a.html': 'one' });
  await using app = await watch(project, 'views');
  fs.renameSync(project.path('other'), project.path('views/new'));
  await restarted(app, 'views/new/d/e/page.html created');
  fs.renameSync(project.path('views/new'), project.path('other'));
  await restarted(app, 'views/new/d/e/page.html deleted');
  fs.renameSync(project.path('other'), project.path('views/new'));
  await restarted(app, 'views/new/d/e/page.html created');
});

test('a missing folder counts as soon as it is created, and again after it was removed', async () => {
  using project = new Project({ 'app.js': APP });
  await using app = await watch(project, 'a/b/views');
  project.write('a/b/views/c/page.html', 'one');
  await restarted(app, 'a/b/views/c/page.html created');
  project.remove('a');
  await restarted(app, 'a/b/views/c/page.html deleted');
  project.write('a/b/views/c/page.html', 'two');
  await restarted(app, 'a/b/views/c/page.html created');
});

test('a touch, a save of the same bytes, an empty folder and a file that appears and vanishes restart nothing', async () => {
  using project = new Project({ 'app.js': APP, 'views/a.html': 'one', 'b.txt': 'one' });
  await using app = await watch(project, 'views:b.txt');
  for (const path of ['views/a.html', 'b.txt']) {
    fs.utimesSync(project.path(path), new Date(), new Date());
    project.write(path, 'one');
    project.replace(path, 'one');
  }
  fs.mkdirSync(project.path('views/empty/deep'), { recursive: true });
  project.write('views/gone.html', 'one');
  project.remove('views/gone.html');
  project.write('b.txt', 'two');
  await restarted(app, 'b.txt changed');
  assert.equal(app.restarts, 1);
});

test('a named path counts even in node_modules, hidden, or ignored by Git', async () => {
  const files = ['node_modules/pkg/data.txt', '.hidden/data.txt', 'dist/data.txt'];
  using project = new Project({
    'app.js': APP,
    '.gitignore': 'dist\n',
    ...Object.fromEntries(files.map((file) => [file, 'one'])),
  });
  await using app = await watch(project, `${files[0]}:.hidden:dist`);
  for (const file of files) {
    project.write(file, 'two');
    await restarted(app, `${file} changed`);
  }
});

test('a glob counts the files that it matches, new ones included, and no hidden files', async () => {
  using project = new Project({ 'app.js': APP, 'views/a.html': 'one', 'views/a.txt': 'one' });
  await using app = await watch(project, 'views/**/*.html');
  project.write('views/a.txt', 'two');
  project.write('views/.b.html', 'one');
  project.write('views/a.html', 'two');
  await restarted(app, 'views/a.html changed');
  project.write('views/x/b.html', 'one');
  await restarted(app, 'views/x/b.html created');
  assert.equal(app.restarts, 2);
});

test('the name of an existing file is a path, whatever its characters', async () => {
  using project = new Project({ 'app.js': APP, 'app/[id]/page.html': 'one', 'app/i/page.html': 'one' });
  await using app = await watch(project, 'app/[id]/page.html:app/[id]/*.txt');
  project.write('app/i/page.html', 'two');
  project.write('app/[id]/page.html', 'two');
  await restarted(app, 'app/[id]/page.html changed');
  project.write('app/[id]/a.txt', 'one');
  await restarted(app, 'app/[id]/a.txt created');
});

test('a linked folder is followed once, and a linked file restarts when its target changes', async () => {
  using project = new Project({
    'app.js': APP,
    'shared/a.txt': 'one',
    'data/b.txt': 'one',
    'views/c.txt': 'one',
  });
  project.link('views/shared', project.path('shared'));
  project.link('shared/up', project.path('views'));
  project.link('views/b.txt', project.path('data/b.txt'));
  await using app = await watch(project, 'views');
  project.write('shared/a.txt', 'two');
  await restarted(app, 'views/shared/a.txt changed');
  project.write('data/b.txt', 'two');
  await restarted(app, 'views/b.txt changed');
  assert.equal(app.restarts, 2);
});

for (const [what, link] of [
  ['a.html', 'a.html'],
  ['views', 'views/a.html'],
] as const) {
  test(
    `the target of the link ${link} may be missing at the start, appear, vanish and come back`,
    posix,
    async () => {
      using project = new Project({ 'app.js': APP, 'views/b.txt': 'one' });
      project.link(link, project.path('shared/a.html'));
      await using app = await watch(project, what);
      project.write('shared/a.html', 'one');
      await restarted(app, `${link} created`);
      project.remove('shared/a.html');
      await restarted(app, `${link} deleted`);
      project.write('shared/a.html', 'two');
      await restarted(app, `${link} created`);
      project.write('shared/a.html', 'three');
      await restarted(app, `${link} changed`);
    },
  );
}

test(
  'a retargeted link on the way to a file restarts, as with a ConfigMap of Kubernetes',
  posix,
  async () => {
    using project = new Project({
      'app.js': APP,
      'k/..1/a.yml': 'one',
      'k/..2/a.yml': 'two',
      'k/..3/a.yml': 'three',
    });
    project.link('k/..data', '..1');
    project.link('k/a.yml', '..data/a.yml');
    await using app = await watch(project, 'k/a.yml');
    for (const n of [2, 3, 1]) {
      project.link('k/..tmp', `..${n}`);
      fs.renameSync(project.path('k/..tmp'), project.path('k/..data'));
      await restarted(app, 'k/a.yml changed');
    }
  },
);

test('a linked folder may vanish and come back, and its link may be retargeted', posix, async () => {
  using project = new Project({
    'app.js': APP,
    'themes/a/x.html': 'one',
    'themes/b/x.html': 'two',
    'views/y.txt': '',
  });
  project.link('views/theme', '../themes/a');
  await using app = await watch(project, '{views,emails}/**/*.html');
  project.write('themes/a/x.html', 'three');
  await restarted(app, 'views/theme/x.html changed');
  project.remove('themes/a');
  await restarted(app, 'views/theme/x.html deleted');
  project.write('themes/a/x.html', 'four');
  await restarted(app, 'views/theme/x.html created');
  project.link('views/tmp', '../themes/b');
  fs.renameSync(project.path('views/tmp'), project.path('views/theme'));
  await restarted(app, 'views/theme/x.html changed');
});

test('no file that is written during a start or a stop is lost', async () => {
  const count = `import fs from 'node:fs';
console.log('seen', fs.readdirSync('views').length);
process.on('SIGTERM', () => setTimeout(() => process.exit(), 30));
setInterval(() => {}, 1000);\n`;
  using project = new Project({ 'app.js': count, 'views/0/page.html': 'one' });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_WATCH: 'views' } });
  await app.line('seen 1');
  // Each time at another moment of a restart.
  for (let n = 1; n < 30; n++) {
    project.write(`views/${n}/${n}/page.html`, 'one');
    const restarts = app.restarts;
    if (n % 3 === 0) await app.line(`seen ${n + 1}`);
    else if (n % 3 === 1) await until('a restart', () => app.restarts > restarts);
  }
  await app.line('seen 30');
});

test('a file that the program writes into the folder at each start does not restart it forever', async () => {
  using project = new Project({
    'app.js': `import fs from 'node:fs';\nfs.writeFileSync('out/state.json', String(process.pid));
fs.writeFileSync(\`out/\${process.pid}.js\`, '');\n${APP}`,
    'out/a.txt': 'one',
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_WATCH: 'out' } });
  await app.lines(
    /^\[autoreload\] out\/state\.json .* so the program writes it itself: not restarting/,
    / is up in /,
  );
  assert.ok(app.transcript.count(/, restarting$/) <= 4);
});

test('the debug log says why a file counts', async () => {
  using project = new Project({ 'app.js': APP, 'views/a.html': 'one' });
  await using app = await watch(project, 'views', { AUTORELOAD_LOG: 'debug' });
  project.write('views/a.html', 'two');
  await app.line('[autoreload] why: views/a.html (--watch views)');
});

test('the start line counts the files in folders', async () => {
  using project = new Project({ 'app.js': APP, 'views/a.html': 'one', 'views/b/c.html': 'one' });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_WATCH: '.' } });
  // app.js counts once.
  await app.line(/ is up in .*, watching 4 files$/);
});

test('a branch that is checked out restarts once', async () => {
  using project = new Project({ 'app.js': APP, 'views/a.html': 'one' });
  await using app = await watch(project, 'views');
  for (let n = 0; n < 50; n++) {
    fs.mkdirSync(dirname(project.path(`views/${n % 7}/${n}.html`)), { recursive: true });
    fs.writeFileSync(project.path(`views/${n % 7}/${n}.html`), 'one');
  }
  await app.line(/^\[autoreload\] views\/.* created, and 49 more, restarting$/);
  await up(app);
  assert.equal(app.restarts, 1);
});

test('folders that cannot be watched are polled, and new files in them are found', async () => {
  using project = new Project({
    'app.js': APP,
    'views/a.html': 'one',
    // Runs in the supervisor only.
    'limit.js': `import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { getEnvironmentData } from 'node:worker_threads';
let calls = 0;
const { watch } = fs;
if (getEnvironmentData('autoreload.supervised') === undefined)
  fs.watch = (...args) => {
    if (calls++ >= 2) throw Object.assign(new Error('no more'), { code: 'ENOSPC' });
    return watch(...args);
  };
syncBuiltinESMExports();
`,
  });
  await using app = run(project, 'app.js', {
    execArgv: ['--import', './limit.js', '--import', 'autoreload/register'],
    env: { AUTORELOAD_WATCH: 'views' },
  });
  await app.lines('started', / is up in /, /^\[autoreload\] the limit of file watches is reached/);
  for (const [path, how] of [
    ['views/a.html', 'changed'],
    ['views/b.html', 'created'],
    ['views/b.html', 'changed'],
    ['views/x/c.html', 'created'],
    ['views/x/c.html', 'changed'],
  ] as const) {
    project.write(path, `${path} ${how}`);
    await restarted(app, `${path} ${how}`);
  }
  assert.equal(app.transcript.count(/the limit of file watches/), 1);
});

test('a path that the program tracks counts from the start of the next run, until a run has not tracked it', async () => {
  using project = new Project({
    'app.js': `import fs from 'node:fs';
import { track } from 'autoreload';
if (fs.existsSync('track')) track(...fs.readFileSync('track', 'utf8').split(' '));
${APP}`,
    track: 'views/*.html config.yaml',
    'views/a.html': 'one',
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'debug' } });
  await app.lines('started', / is up in .*, watching 2 files$/);
  project.write('config.yaml', 'one');
  await restarted(app, 'config.yaml created');
  project.write('views/b/c.html', 'one');
  project.write('views/b.html', 'one');
  await app.line('[autoreload] why: views/b.html (tracked)');
  await app.lines('started', / is up in /);
  project.write('track', 'views/*.html');
  project.write('config.yaml', 'two');
  await restarted(app, 'config.yaml changed');
  project.write('config.yaml', 'three');
  project.write('views/a.html', 'two');
  await restarted(app, 'views/a.html changed');
  assert.equal(app.restarts, 4);
});

test('a path that the program untracks no longer counts', async () => {
  using project = new Project({
    'app.js': `import { track, untrack } from 'autoreload';
track('views', 'a.txt');
untrack('views');
${APP}`,
    'views/a.html': 'one',
    'a.txt': 'one',
  });
  await using app = run(project, 'app.js');
  await app.lines('started', / is up in /);
  project.write('views/a.html', 'two');
  project.write('a.txt', 'two');
  await restarted(app, 'a.txt changed');
  assert.equal(app.restarts, 1);
});
