// An installation that replaces autoreload itself causes no run without its files.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project, ROOT } from '../../helpers/project.ts';

test('while the files of autoreload are missing, a restart waits for them', async () => {
  using project = new Project({
    'app.js': "import { n } from 'dep';\nconsole.log('dep', n);\nsetInterval(() => {}, 1000);\n",
    'node_modules/dep/package.json': '{"type":"module","exports":"./index.js"}',
    'node_modules/dep/index.js': 'export const n = 1;\n',
  });
  const own = project.path('node_modules/autoreload');
  fs.unlinkSync(own);
  fs.cpSync(join(ROOT, 'dist'), join(own, 'dist'), { recursive: true });
  fs.copyFileSync(join(ROOT, 'package.json'), join(own, 'package.json'));
  const { dependencies } = JSON.parse(fs.readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies))
    project.link(`node_modules/${name}`, join(ROOT, 'node_modules', name));
  project.write('node_modules/.package-lock.json', '{}');
  await using app = run(project, 'app.js');
  await app.lines('dep 1', / is up in /);
  fs.rmSync(project.path('node_modules/.package-lock.json'));
  fs.renameSync(own, `${own}.old`);
  project.write('node_modules/dep/index.js', 'export const n = 2;\n');
  await app.line('[autoreload] the files of autoreload are missing, waiting until they are installed');
  fs.renameSync(`${own}.old`, own);
  project.write('node_modules/dep/index.js', 'export const n = 3;\n');
  project.write('node_modules/.package-lock.json', '{}');
  await app.lines(/^\[autoreload\] .*restarting$/, 'dep 3', / is up in /);
  assert.equal(app.transcript.count(/failed/), 0);
  assert.equal(app.restarts, 1);
});
