// The working directory is removed and made anew, while the program runs in it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { test } from 'node:test';
import { run, up } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';
import { pause } from '../../helpers/saves.ts';

/** Windows lets nobody remove the working directory of a process. */
const posix = { skip: process.platform === 'win32' && 'the folder is in use' };

const APP = "import { v } from './d.js';\nconsole.log('version', v);\nsetInterval(() => {}, 1000);\n";

function write(project: Project, version: number): void {
  project.write('packages/api/d.js', `export const v = ${version};\n`);
  project.write('packages/api/app.js', APP);
}

async function start(project: Project): Promise<Run> {
  write(project, 1);
  const app = run(project, 'app.js', {
    cwd: project.path('packages/api'),
    env: { AUTORELOAD_LOG: 'debug' },
  });
  await app.line('version 1');
  await up(app);
  await app.line(/a standby waits/);
  return app;
}

/** Whether two saves are seen. */
async function isHeard(app: Run, project: Project, first: number): Promise<void> {
  for (const version of [first, first + 1]) {
    await up(app);
    project.write('packages/api/d.js', `export const v = ${version};\n`);
    await app.line(`version ${version}`);
  }
  await up(app);
}

// What is removed, and for how long (ms). A folder above it vanishes with it when it is empty, as Git does.
for (const what of ['packages/api', 'packages']) {
  for (const gap of [0, 50, 300, 1500]) {
    test(
      `${what} is away for ${gap} ms: the next run starts in the new one, and later saves are seen`,
      posix,
      async () => {
        using project = new Project({ 'package.json': '{ "type": "module" }' });
        await using app = await start(project);
        for (const version of [2, 5]) {
          fs.rmSync(project.path(what), { recursive: true });
          if (gap > 0) await pause(gap);
          write(project, version);
          await app.line(`version ${version}`);
          await isHeard(app, project, version + 1);
          await app.line(/a standby waits/);
        }
        assert.equal(app.transcript.count(/ENOENT|Cannot find/), 0);
      },
    );
  }
}

test('the folder vanishes, and later the one above it', posix, async () => {
  using project = new Project({ 'package.json': '{ "type": "module" }' });
  await using app = await start(project);
  for (const version of [2, 5]) {
    fs.rmSync(project.path('packages/api'), { recursive: true });
    await app.line(/app\.js: deleted$/);
    fs.rmdirSync(project.path('packages'));
    await pause(150);
    write(project, version);
    await app.line(`version ${version}`);
    await isHeard(app, project, version + 1);
  }
});

test('the same files come back: later saves are seen', posix, async () => {
  using project = new Project({ 'package.json': '{ "type": "module" }' });
  await using app = await start(project);
  for (const version of [2, 4]) {
    fs.renameSync(project.path('packages'), project.path('away'));
    await pause(150);
    fs.renameSync(project.path('away'), project.path('packages'));
    await isHeard(app, project, version);
  }
});

test('while the working directory is missing, a line says so, and no run starts', posix, async () => {
  using project = new Project({ 'package.json': '{ "type": "module" }' });
  await using app = await start(project);
  fs.rmSync(project.path('packages'), { recursive: true });
  await app.line(/the working directory \/.*\/packages\/api is missing, waiting for it$/);
  write(project, 2);
  await app.line('version 2');
  assert.equal(app.transcript.count(/failed/), 0);
});

test('a restart by hand without a working directory fails with a line that says why', posix, async () => {
  using project = new Project({ 'package.json': '{ "type": "module" }' });
  await using app = await start(project);
  fs.rmSync(project.path('packages'), { recursive: true });
  app.kill('SIGUSR2');
  await app.line(/cannot start .*: the working directory \/.*\/packages\/api is missing$/);
  write(project, 2);
  await app.line('version 2');
});
