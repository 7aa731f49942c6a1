// Options that go with --watch: --ext, --debounce, and texts that are refused.
import assert from 'node:assert/strict';
import os from 'node:os';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';
import { inPieces } from '../../helpers/saves.ts';

const APP = "console.log('started');\nsetInterval(() => {}, 1000);\n";

test('--ext selects files in folders and globs, and does not apply to files that are named', async () => {
  using project = new Project({
    'app.js': APP,
    'a/one.py': '1',
    'a/one.txt': '1',
    'b/two.xml': '1',
    'named.txt': '1',
  });
  await using app = run(project, 'app.js', {
    env: { AUTORELOAD_WATCH: 'a:b/*:named.txt', AUTORELOAD_EXT: 'py,xml' },
  });
  await app.lines('started', / is up in .*, watching 4 files$/);
  project.write('a/one.txt', '2');
  project.write('a/new.txt', '2');
  for (const [file, how] of [
    ['a/one.py', 'changed'],
    ['a/new.py', 'created'],
    ['b/two.xml', 'changed'],
    ['named.txt', 'changed'],
  ] as const) {
    project.write(file, '2');
    await app.line(`[autoreload] ${file} ${how}, restarting`);
    await app.lines('started', / is up in /);
  }
  assert.equal(app.restarts, 4);
});

test('a program whose folder is watched restarts once for a save of a module', async () => {
  using project = new Project({
    'app.js': `import './dep.js';\n${APP}`,
    'dep.js': '1;\n',
    'other.js': '1;\n',
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_WATCH: '.' } });
  await app.lines('started', / is up in /);
  project.write('dep.js', '2;\n');
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.lines('started', / is up in /);
  project.write('other.js', '2;\n');
  await app.line('[autoreload] other.js changed, restarting');
  await app.lines('started', / is up in /);
  assert.equal(app.restarts, 2);
});

test('--debounce: saves that follow each other are one change, and the program runs until it is settled', async () => {
  using project = new Project({ 'app.js': APP, 'a.html': '1', 'dep.js': '1;\n' });
  await using app = run(project, 'app.js', {
    env: { AUTORELOAD_WATCH: 'a.html', AUTORELOAD_DEBOUNCE: '600', AUTORELOAD_LOG: 'debug' },
  });
  await app.lines('started', / is up in /);
  const begun = performance.now();
  project.write('app.js', `${APP}// 2\n`);
  await app.line(/app\.js: changed$/);
  project.write('a.html', '2');
  await app.line(/^\[autoreload\] (app\.js|a\.html) changed, and 1 more, restarting$/);
  assert.ok(performance.now() - begun >= 600);
  assert.equal(app.transcript.count(/running > stopping \(writing\)/), 0);
});

test('--debounce 0 acts at once, but waits for the rest of a file that is cut off', async () => {
  using project = new Project({ 'app.js': APP, 'data.json': `{"a":"${'x'.repeat(2000)}"}` });
  await using app = run(project, 'app.js', {
    env: { AUTORELOAD_WATCH: 'data.json', AUTORELOAD_DEBOUNCE: '0' },
  });
  await app.lines('started', / is up in /);
  await inPieces(4, 20)(project, 'data.json', `{"a":"${'y'.repeat(2000)}"}`);
  await app.line('[autoreload] data.json changed, restarting');
  await app.lines('started', / is up in /);
  assert.equal(app.restarts, 1);
});

for (const [text, message] of [
  ['/', '--watch must be a part of a project, got "/", which is the whole file system. Use src.'],
  [
    '/**/*.js',
    '--watch must be a part of a project, got "/**/*.js", which is the whole file system. Use src.',
  ],
  [
    os.homedir(),
    `--watch must be a part of a project, got ${JSON.stringify(os.homedir())}, which is your home folder. Use src.`,
  ],
  ['!src/*.js', '--watch must be what counts, got "!src/*.js". Use --ignore "src/*.js".'],
] as const)
  test(
    `--watch ${text} is refused in one line, and nothing is started`,
    { skip: text === os.homedir() && process.platform === 'win32' && 'needs POSIX: Linux or macOS' },
    async () => {
      using project = new Project({ 'app.js': APP });
      await using app = run(project, 'app.js', { env: { AUTORELOAD_WATCH: text } });
      await app.line(`[autoreload] ${message}`);
      assert.deepEqual(await app.end(), { code: 2, signal: null });
      assert.equal(app.transcript.count(/./), 1);
    },
  );
