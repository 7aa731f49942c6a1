// A Node without WebAssembly, and a process with tight limits of the system: the program is supervised as far as it can run at all.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { Run, up } from '../../helpers/autoreload.ts';
import type { RunOptions } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

/** Address space that is too small for WebAssembly on Node 20, which reserves 10 GB (KB). */
const ADDRESS_SPACE_KB = 9_000_000;

const needsShell = !existsSync('/bin/bash') && 'needs bash, whose ulimit limits a process';
const APP = {
  'app.js':
    "import { version } from './leaf.js';\nconst text = new URL('./text.txt', import.meta.url);\nconsole.log(`version ${version}`, text.pathname.length > 0);\nsetInterval(() => {}, 1000);\n",
  'leaf.js': 'export const version = 0;\n',
  'text.txt': 'text 0',
};

test('with --jitless, modules and assets are watched', async () => {
  using project = new Project(APP);
  await using app = new Run(project, ['app.js'], {
    execArgv: ['--jitless', '--import', 'autoreload/register'],
  });
  await restarts(project, app);
});

test('with a limited address space, modules and assets are watched', { skip: needsShell }, async () => {
  using project = new Project(APP);
  await using app = underLimit(project, `-v ${ADDRESS_SPACE_KB}`, ['app.js']);
  await restarts(project, app);
});

/** Saves a module and an asset. */
async function restarts(project: Project, app: Run): Promise<void> {
  await app.line('version 0 true');
  await up(app);
  project.write('leaf.js', 'export const version = 1;\n');
  await app.line('version 1 true');
  await up(app);
  project.write('text.txt', 'text 1');
  await app.line('[autoreload] text.txt changed (used by app.js), restarting');
  await app.line('version 1 true');
  await up(app);
  assert.equal(app.restarts, 2);
}

/** Runs a program under a limit of bash's `ulimit`. */
function underLimit(project: Project, limit: string, args: readonly string[], options?: RunOptions): Run {
  const command = `ulimit ${limit} && exec "$0" "$@"`;
  const words = [process.execPath, '--import', 'autoreload/register', ...args];
  return new Run(project, ['-c', command, ...words], { execArgv: [], executable: '/bin/bash', ...options });
}
