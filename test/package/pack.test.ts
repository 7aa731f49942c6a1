// The package as a user gets it: packed, installed into an empty project, and run from there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gone, run } from '../helpers/autoreload.ts';
import { npmCli } from '../helpers/npm.ts';
import { Project, ROOT } from '../helpers/project.ts';

const STAY = 'setInterval(() => {}, 1000);\n';

let project: Project;

before(() => {
  project = new Project({});
  project.remove('node_modules');
  // Without scripts: what is packed is what the other tests have run, and they may be running it now.
  npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', project.dir);
  const tarball = fs.readdirSync(project.dir).find((name) => name.endsWith('.tgz'));
  assert.ok(tarball, 'npm pack has written a tarball');
  npm(project.dir, 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`);
});

after(() => project[Symbol.dispose]());

test('the tarball holds what was built, and no tests', () => {
  const installed = filesIn(project.path('node_modules/autoreload'));
  const built = filesIn(join(ROOT, 'dist')).map((name) => `dist/${name}`);
  assert.deepEqual(
    built.filter((name) => !installed.includes(name)),
    [],
  );
  for (const name of ['package.json', 'README.md', 'LICENSE', 'schema.json'])
    assert.ok(installed.includes(name), name);
  const others = installed.filter(
    (name) => !/^(dist|src)\/|^(package\.json|schema\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(name),
  );
  assert.deepEqual(others, []);
  assert.deepEqual(
    installed.filter((name) => /test/i.test(name)),
    [],
  );
});

test('nothing but its dependencies and theirs comes with it', () => {
  const packages = fs.readdirSync(project.path('node_modules')).filter((name) => !name.startsWith('.'));
  assert.deepEqual(packages.toSorted(), [
    'autoreload',
    'chokidar',
    'commander',
    'es-module-lexer',
    'ignore',
    'jsonc-parser',
    'picomatch',
    'readdirp',
    'string-argv',
  ]);
});

test('node --import autoreload/register app.js restarts from there, and ends at SIGTERM', async () => {
  project.write('name.js', "export const name = 'one';\n");
  project.write(
    'app.js',
    `import { name } from './name.js';\nconsole.log('hello', name, process.pid);\n${STAY}`,
  );
  await using app = run(project, 'app.js');
  await app.lines(/^hello one/, /^\[autoreload\] app\.js is up in .*, watching 2 files$/);
  project.write('name.js', "export const name = 'two';\n");
  await app.line('[autoreload] name.js changed (app.js > name.js), restarting');
  const [hello] = await app.lines(/^hello two/, /is up in/);
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: null, signal: 'SIGTERM' });
  await gone(Number(hello?.split(' ')[2]));
});

test('the command autoreload runs from there', async () => {
  project.write('command.js', `console.log(process.argv[2]);\n${STAY}`);
  await using app = run(project, ['node_modules/autoreload/dist/cli.js', '--clear', 'command.js', '-x'], {
    execArgv: [],
  });
  await app.lines('-x', /is up in/);
  assert.ok(fs.existsSync(project.path('node_modules/.bin/autoreload')) || process.platform === 'win32');
});

test('a CommonJS program restarts from there', async () => {
  project.write('main.cjs', `require('./dependency.cjs');\n${STAY}`);
  project.write('dependency.cjs', '');
  await using app = run(project, 'main.cjs');
  await app.line(/is up in/);
  project.write('dependency.cjs', "console.log('edited');\n");
  await app.lines('[autoreload] dependency.cjs changed (main.cjs > dependency.cjs), restarting', 'edited');
});

test('its types resolve for a TypeScript program', () => {
  project.write(
    'consumer.ts',
    `import 'autoreload/register';
import { AutoreloadError } from 'autoreload';
import type { ErrorCode } from 'autoreload';
const code: ErrorCode = new AutoreloadError('ERR_AUTORELOAD_OPTION', 'message').code;
// @ts-expect-error: no such code
const wrong: ErrorCode = 'ERR_OTHER';
export { code, wrong };
`,
  );
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  for (const module of ['nodenext', 'preserve']) {
    const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', module, '--types', ''];
    const { status, stdout } = spawnSync(process.execPath, [tsc, ...options, 'consumer.ts'], {
      cwd: project.dir,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout);
  }
});

function npm(cwd: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [npmCli(), ...args], {
    cwd,
    encoding: 'utf8',
  });
  assert.equal(status, 0, `npm ${args.join(' ')}\n${stdout}\n${stderr}`);
}

/** Every file in a folder, with slashes. */
function filesIn(folder: string): string[] {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
}
