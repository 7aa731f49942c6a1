// Under the permission model of Node the program runs as without autoreload, and is restarted if child processes are allowed.
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { Project, ROOT } from '../../helpers/project.ts';

const FLAG = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';
const STAY = 'setInterval(() => {}, 1000);\n';

/** Returns the permissions that autoreload needs: reading its files, starting the program, and a thread on older Nodes. */
function allowing(project: Project, ...more: readonly string[]): string[] {
  const read = [project.dir, ROOT].map((folder) => `--allow-fs-read=${folder}/*`);
  return [FLAG, '--no-warnings', ...read, ...more, '--import', 'autoreload/register'];
}

test('a program that may start child processes starts them, and is restarted', async () => {
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

test('a program that may not start child processes runs without restarts, and one line says so', async () => {
  using project = new Project({ 'app.js': "console.log('runs');\n" });
  await using app = run(project, 'app.js', { execArgv: allowing(project) });
  await app.lines(
    '[autoreload] the permission model allows no child process, so the program runs without restarts. Add --allow-child-process.',
    'runs',
  );
  await app.end();
});

test('a program that may not listen sees no IPC channel', async () => {
  using project = new Project({
    'app.js': `console.log('send', typeof process.send, process.connected);\n${STAY}`,
  });
  const execArgv = allowing(project, '--allow-child-process', '--allow-worker');
  await using app = run(project, 'app.js', { execArgv });
  await app.lines('send undefined undefined', /is up in/);
});
