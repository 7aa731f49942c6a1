// Files that are reached through links to links, as with a ConfigMap of Kubernetes: `a.txt -> ..data/a.txt`, `..data -> ..1`.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' };

const OURS = ['--import', 'autoreload/register'];
const STAY = 'setInterval(() => {}, 1000);\n';

/** Retargets the link in the middle in one step. */
function swap(project: Project, n: number): void {
  project.link('k/..tmp', `..${n}`);
  fs.renameSync(project.path('k/..tmp'), project.path('k/..data'));
}

for (const { what, app: source, file, text, execArgv = OURS } of [
  {
    what: 'an asset',
    app: `import fs from 'node:fs';\nconsole.log('v', fs.readFileSync(new URL('./k/a', import.meta.url), 'utf8'));\n${STAY}`,
    file: 'a',
    text: (n: number) => String(n),
  },
  {
    what: 'an env file',
    app: `console.log('v', process.env.V);\n${STAY}`,
    file: 'env',
    text: (n: number) => `V=${n}`,
    execArgv: ['--env-file=k/env', ...OURS],
  },
  {
    what: 'a module',
    app: `import './k/a.js';\n${STAY}`,
    file: 'a.js',
    text: (n: number) => `console.log('v', '${n}');\n`,
  },
]) {
  test(`${what} at the end of a chain of links`, posix, async () => {
    using project = new Project({
      'app.js': source,
      [`k/..1/${file}`]: text(1),
      [`k/..2/${file}`]: text(2),
      [`k/..3/${file}`]: text(3),
    });
    project.link('k/..data', '..1');
    project.link(`k/${file}`, `..data/${file}`);
    await using app = run(project, 'app.js', { execArgv });
    await app.lines('v 1', /is up in/);
    for (const n of [2, 3]) {
      swap(project, n);
      await app.lines(/^\[autoreload\] k\/.* changed.*, restarting/, `v ${n}`, /is up in/);
    }
    // The file itself, where the links now end.
    project.write(`k/..3/${file}`, text(4));
    await app.lines(/^\[autoreload\] k\/.* changed.*, restarting/, 'v 4');
    assert.equal(app.restarts, 3);
  });
}

test('an asset whose links are retargeted to the same content does not restart', posix, async () => {
  const source = `new URL('./k/a', import.meta.url);\nconsole.log('started');\n${STAY}`;
  using project = new Project({ 'app.js': source, 'k/..1/a': 'one', 'k/..2/a': 'one', 'k/..3/a': 'three' });
  project.link('k/..data', '..1');
  project.link('k/a', '..data/a');
  await using app = run(project, 'app.js');
  await app.lines('started', /is up in/);
  // From now on, the content of the asset is known.
  project.write('app.js', `${source}// saved\n`);
  await app.lines(/^\[autoreload\] app\.js changed, restarting/, 'started', /is up in/);
  swap(project, 2);
  project.write('app.js', source);
  await app.lines(/^\[autoreload\] app\.js changed, restarting/, 'started', /is up in/);
  swap(project, 3);
  await app.lines(/^\[autoreload\] k\/a changed/, 'started');
});

test('a missing module appears where a chain of links ends', posix, async () => {
  using project = new Project({ 'app.js': "import './k/a.js';\n", 'k/..2/a.js': "console.log('found');\n" });
  project.link('k/..data', '..1');
  project.link('k/a.js', '..data/a.js');
  await using app = run(project, 'app.js');
  await app.line(/waiting for k\/a\.js/);
  swap(project, 2);
  await app.lines(/^\[autoreload\] k\/.*, restarting/, 'found');
});
