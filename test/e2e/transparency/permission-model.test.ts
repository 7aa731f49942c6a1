// Under Node's permission model the program runs as it would alone, with restarts where child processes are allowed.
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project, ROOT } from '../../helpers/project.ts';

const FLAG = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';
const STAY = 'setInterval(() => {}, 1000);\n';

/** What autoreload itself needs: to read its files, to start the program, and on older Nodes a thread. */
function allowing(project: Project, ...more: readonly string[]): string[] {
  const read = [project.dir, ROOT].map((folder) => `--allow-fs-read=${folder}/*`);
  return [FLAG, '--no-warnings', ...read, ...more, '--import', 'autoreload/register'];
}

test('a program that may start processes is restarted, and so may it start them', async () => {
  using project = new Project({
    'app.js': `import { spawn } from 'node:child_process';\nspawn(process.execPath, ['part.js'], { stdio: 'inherit' });\n${STAY}`,
    'part.js': "console.log('part', 1);\n",
  });
  const execArgv = allowing(project, '--allow-child-process', '--allow-worker');
  await using app = run(project, 'app.js', { execArgv });
  await app.lines('part 1', /is up in/);
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await app.lines('[autoreload] app.js changed, restarting', 'part 1');
});

test('one that may start no process runs without restarts, and one line says so', async () => {
  using project = new Project({ 'app.js': "console.log('runs');\n" });
  await using app = run(project, 'app.js', { execArgv: allowing(project) });
  await app.lines(
    '[autoreload] the permission model allows no child process, so the program runs without restarts. Add --allow-child-process.',
    'runs',
  );
  await app.end();
});

test('one that may not listen sees nothing of what would hold its sockets', async () => {
  using project = new Project({
    'app.js': `console.log('send', typeof process.send, process.connected);\n${STAY}`,
  });
  const execArgv = allowing(project, '--allow-child-process', '--allow-worker');
  await using app = run(project, 'app.js', { execArgv });
  await app.lines('send undefined undefined', /is up in/);
});
