// A save of a loaded file restarts the program once, with the new content and a line that says why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const SERVER =
  "import { name } from './src/name.js';\nconsole.log(`hello ${name}`);\nsetInterval(() => {}, 1000);\n";

test('a save of a dependency restarts the program once', async () => {
  using project = new Project({ 'app.js': SERVER, 'src/name.js': "export const name = 'one';\n" });
  await using app = run(project, 'app.js');
  await app.line('hello one');
  await app.line(/^\[autoreload\] app\.js is up in \d+(\.\d)? m?s, watching 2 files$/);
  project.write('src/name.js', "export const name = 'two';\n");
  await app.line('[autoreload] src/name.js changed (imported by app.js), restarting');
  await app.line('hello two');
  await app.line(/is up in/);
  // The next restart shows that the first save caused no other.
  project.write('app.js', `${SERVER}// edited\n`);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line('hello two');
  assert.equal(app.restarts, 2);
});
