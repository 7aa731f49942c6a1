// Files that do not count: those that --ignore names; in folders also those of tools, and those that .gitignore names.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { test } from 'node:test';
import { run, until } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const APP = "console.log('started');\nsetInterval(() => {}, 1000);\n";

/** Saves files that do not count, then a file that does: only the last one restarts. */
async function assertIgnored(
  project: Project,
  app: Run,
  ignored: readonly string[],
  counts: string,
): Promise<void> {
  const before = app.restarts;
  for (const path of ignored) project.write(path, '// saved\n');
  project.write(counts, `${fs.existsSync(project.path(counts)) ? project.read(counts) : ''}// saved\n`);
  await app.line(
    new RegExp(`^\\[autoreload\\] ${counts.replaceAll('.', '\\.')} (changed|created).*, restarting$`),
  );
  await app.lines('started', / is up in /);
  assert.equal(app.restarts, before + 1);
}

test('--ignore applies to modules, companions, missing modules and tracked files', async () => {
  using project = new Project({
    'app.js': `import './dep.js';
import './dist/gen.js';
import('./missing.js').catch(() => {});
new URL('./page.html', import.meta.url);
${APP}`,
    'dep.js': '1;\n',
    'dist/gen.js': '1;\n',
    'page.html': 'one',
    'views/a.html': 'one',
    'views/a.txt': 'one',
    '.env': 'A=1\n',
  });
  await using app = run(project, 'app.js', {
    execArgv: ['--env-file=.env', '--import', 'autoreload/register'],
    env: {
      AUTORELOAD_WATCH: 'views',
      AUTORELOAD_IGNORE: 'dist/:missing.js:*.html:./.env:package.json',
    },
  });
  await app.lines('started', / is up in /);
  const ignored = ['dist/gen.js', 'missing.js', 'page.html', 'views/a.html', 'views/deep/b.html', '.env'];
  await assertIgnored(project, app, ignored, 'dep.js');
  await assertIgnored(project, app, ['dist/gen.js'], 'views/a.txt');
});

test('in folders, files that nobody edits are left out', async () => {
  const left = ['node_modules/a/x.txt', '.git/HEAD', '__pycache__/a.pyc', '.idea/a.xml', 'coverage/a.html'];
  using project = new Project({
    'app.js': APP,
    'src/a.txt': 'one',
    ...Object.fromEntries(left.map((path) => [`src/${path}`, 'one'])),
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_WATCH: 'src' } });
  await app.lines('started', / is up in .*, watching 2 files$/);
  const editors = ['a.txt~', '.#a.txt', '.a.txt.swp', '4913', '.DS_Store', 'server.log', 'db.sqlite'];
  await assertIgnored(
    project,
    app,
    [...left, ...editors].map((path) => `src/${path}`),
    'src/a.txt',
  );
});

test('.gitignore files apply from the root of the repository down, and a negation brings files back', async () => {
  using project = new Project({
    'app.js': APP,
    '.gitignore': '/dist\n*.tmp.txt\nlogs/*\n!logs/keep/\n',
    'sub/.gitignore': 'local.txt\n!kept.tmp.txt\n',
    'sub/a.txt': 'one',
  });
  execFileSync('git', ['init', '-q'], { cwd: project.dir });
  fs.appendFileSync(project.path('.git/info/exclude'), 'mine.txt\n');
  await using app = run(project, 'sub/../app.js', { cwd: project.dir, env: { AUTORELOAD_WATCH: '.' } });
  await app.lines('started', / is up in /);
  const ignored = [
    'dist/a.txt',
    'a.tmp.txt',
    'sub/b.tmp.txt',
    'sub/local.txt',
    'logs/a.txt',
    'mine.txt',
    'sub/mine.txt',
  ];
  await assertIgnored(project, app, ignored, 'sub/a.txt');
  await assertIgnored(project, app, ignored, 'sub/kept.tmp.txt');
  await assertIgnored(project, app, ignored, 'logs/keep/a.txt');
  await assertIgnored(project, app, ignored, 'local.txt');
});

test('a changed .gitignore is read anew', async () => {
  using project = new Project({
    'app.js': APP,
    '.gitignore': 'b.txt\nout/\n',
    'src/a.txt': '1',
    'src/b.txt': '1',
    'src/out/c.txt': '1',
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_WATCH: 'src' } });
  await app.lines('started', / is up in /);
  await assertIgnored(project, app, ['src/b.txt', 'src/out/c.txt'], 'src/a.txt');
  project.write('.gitignore', 'a.txt\n');
  // Its event may come before or after those of the folder, so only a file saved after a restart proves anything.
  project.write('src/d.txt', '1');
  await app.line('[autoreload] src/d.txt created, restarting');
  await app.lines('started', / is up in /);
  await assertIgnored(project, app, ['src/a.txt'], 'src/b.txt');
  await assertIgnored(project, app, ['src/a.txt'], 'src/out/c.txt');
  project.write('src/.gitignore', 'b.txt\n');
  await app.line('[autoreload] src/.gitignore created, restarting');
  await app.lines('started', / is up in /);
  await assertIgnored(project, app, ['src/a.txt', 'src/b.txt'], 'src/out/c.txt');
});

test('a folder that is named counts although Git ignores it, and the other rules apply in it', async () => {
  using project = new Project({
    'app.js': APP,
    '.gitignore': 'dist\n',
    'dist/.gitignore': '*.map\n',
    'dist/a/b.txt': 'one',
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_WATCH: 'dist/a:dist/*.txt' } });
  await app.lines('started', / is up in /);
  await assertIgnored(project, app, ['dist/a/b.map'], 'dist/a/b.txt');
  await assertIgnored(project, app, ['dist/a/b.map'], 'dist/c.txt');
});

test('a file in the folder that receives the output of autoreload and of the program never counts', async () => {
  using project = new Project({
    'app.js': "console.log('started');\nsetInterval(() => console.log('tick'), 20);\n",
    'a.txt': 'one',
  });
  const output = fs.openSync(project.path('out.txt'), 'a');
  const text = (): string =>
    ['out.txt', 'out.1.txt']
      .map((name) => (fs.existsSync(project.path(name)) ? project.read(name) : ''))
      .join('');
  const count = (part: string): number => text().split(part).length - 1;
  try {
    await using app = run(project, 'app.js', {
      stdio: ['ignore', output, output],
      env: { AUTORELOAD_WATCH: '.' },
    });
    await until('the program is up', () => count(' is up in ') === 1 && count('tick') > 20);
    fs.renameSync(project.path('out.txt'), project.path('out.1.txt'));
    const ticks = count('tick');
    await until('more output', () => count('tick') > ticks + 20);
    project.write('a.txt', 'two');
    await until('the program is up again', () => count(' is up in ') === 2);
    assert.equal(count('restarting'), 1, text());
    assert.match(text(), /a\.txt changed, restarting/);
    assert.ok(app.pid > 0);
  } finally {
    fs.closeSync(output);
  }
});
