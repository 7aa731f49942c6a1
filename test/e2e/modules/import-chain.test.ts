// The restart line names the import chain, and files that are no longer imported do not count.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const STAY = 'setInterval(() => {}, 1000);\n';

test('the chain is the shortest from the entry, and with AUTORELOAD_LOG=debug each import has its line', async () => {
  using project = new Project({
    'app.js': `// The long way first.\nimport './a.js';\nimport c from './c.cjs';\n${STAY}`,
    'a.js': "import './b.js';\n",
    'b.js': "import './c.cjs';\n",
    'c.cjs': "\n\nmodule.exports = require('./d.cjs');\n",
    'd.cjs': 'module.exports = 1;\n',
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'debug' } });
  await app.line(/is up in/);
  project.write('d.cjs', 'module.exports = 2;\n');
  await app.line('[autoreload] d.cjs changed (imported by app.js > c.cjs), restarting');
  await app.line(`[autoreload] why: app.js:3 > c.cjs:3 > d.cjs`);
  await app.line(/is up in/);
});

test('a file that is no longer imported does not restart the program, nor do its own imports', async () => {
  using project = new Project({
    'app.js': `import './a.js';\nimport './b.js';\n${STAY}`,
    'a.js': '',
    'b.js': "import './c.js';\n",
    'c.js': '',
  });
  await using app = run(project, 'app.js');
  await app.line(/is up in/);
  project.write('app.js', `import './a.js';\n${STAY}`);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line(/is up in .* watching 2 files$/);
  project.write('b.js', '// edited\n');
  project.write('c.js', '// edited\n');
  project.write('a.js', '// edited\n');
  await app.line('[autoreload] a.js changed (imported by app.js), restarting');
  await app.line(/is up in/);
  assert.equal(app.restarts, 2);
});

test('a dynamic import counts once the run has reached it', async () => {
  using project = new Project({
    'app.js': `process.once('SIGUSR2', () => import('./later.js'));\n${STAY}`,
    'later.js': "console.log('later', 1);\n",
    'other.js': '',
  });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'debug' } });
  await app.line(/is up in .* watching 1 file$/);
  project.write('later.js', "console.log('later', 2);\n");
  project.write('app.js', `import './other.js';\n${project.read('app.js')}console.log(process.pid);\n`);
  const pid = Number(await app.line(/^\d+$/));
  assert.equal(app.restarts, 1);
  await app.line(/is up in .* watching 2 files$/);
  process.kill(pid, 'SIGUSR2');
  await app.line('later 2');
  project.write('later.js', "console.log('later', 3);\n");
  await app.line('[autoreload] later.js changed (imported by app.js), restarting');
});
