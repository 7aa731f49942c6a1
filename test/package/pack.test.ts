// Tests the package as users get it: packed, installed into an empty project, and run from there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gone, run } from '../helpers/autoreload.ts';
import { npmCli } from '../helpers/npm.ts';
import { Project, ROOT } from '../helpers/project.ts';

const STAY = 'setInterval(() => {}, 1000);\n';

/** Maximum size of the installed package (bytes). */
const MAX_SIZE = 700_000;

/** Maximum number of files in the package. */
const MAX_FILES = 200;

const MANIFEST = JSON.parse(fs.readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  name: string;
  scripts: Record<string, string>;
};
const INSTALLED = `node_modules/${MANIFEST.name}`;

let project: Project;

before(() => {
  project = new Project({});
  project.remove('node_modules');
  // Without scripts: a build would remove files that other tests may be running.
  npm(ROOT, 'pack', '--ignore-scripts', '--pack-destination', project.dir);
  const tarball = fs.readdirSync(project.dir).find((name) => name.endsWith('.tgz'));
  assert.ok(tarball, 'npm pack wrote no tarball');
  npm(project.dir, 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${tarball}`);
});

after(() => project[Symbol.dispose]());

test('the tarball contains only the build, the schema, the license, README.md and package.json', () => {
  const installed = filesIn(project.path(INSTALLED));
  const expected = [
    ...filesIn(join(ROOT, 'dist')).map((name) => `dist/${name}`),
    'LICENSE',
    'README.md',
    'package.json',
    'schema.json',
  ];
  assert.deepEqual(installed.toSorted(), expected.toSorted());
});

test('the tarball is small, and has no sources, source maps or tests', () => {
  const installed = filesIn(project.path(INSTALLED));
  const unwanted = /\.map$|\btest|(?<!\.d)\.c?ts$/i;
  assert.deepEqual(
    installed.filter((name) => unwanted.test(name)),
    [],
  );
  const texts = installed.map((name) => fs.readFileSync(project.path(`${INSTALLED}/${name}`), 'utf8'));
  const maps = installed.filter((_, index) => texts[index]?.includes('//# sourceMappingURL='));
  assert.deepEqual(maps, []);
  const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  assert.ok(size < MAX_SIZE, `${size} bytes`);
  assert.ok(installed.length < MAX_FILES, `${installed.length} files`);
});

test('an installation from Git builds the package', () => {
  assert.match(MANIFEST.scripts['prepare'] ?? '', /build/);
  // Scripts that npm runs in the project of the user.
  for (const name of ['preinstall', 'install', 'postinstall'])
    assert.equal(MANIFEST.scripts[name], undefined);
});

test('an installation adds only the package and its dependencies', () => {
  const packages = fs.readdirSync(project.path('node_modules')).filter((name) => !name.startsWith('.'));
  assert.deepEqual(packages.toSorted(), [
    MANIFEST.name,
    'chokidar',
    'es-module-lexer',
    'ignore',
    'jsonc-parser',
    'picomatch',
    'readdirp',
  ]);
});

test('node --import autoreload/register app.js restarts, and exits at SIGTERM', async () => {
  project.write('name.js', "export const name = 'one';\n");
  project.write(
    'app.js',
    `import { name } from './name.js';\nconsole.log('hello', name, process.pid);\n${STAY}`,
  );
  await using app = run(project, 'app.js');
  await app.lines(/^hello one/, /^\[autoreload\] app\.js is up in .*, watching 2 files$/);
  project.write('name.js', "export const name = 'two';\n");
  await app.line('[autoreload] name.js changed (imported by app.js), restarting');
  const [hello] = await app.lines(/^hello two/, /is up in/);
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: null, signal: 'SIGTERM' });
  await gone(Number(hello?.split(' ')[2]));
});

test('the installed command runs a program', async () => {
  project.write('command.js', `console.log(process.argv[2]);\n${STAY}`);
  await using app = run(project, [`${INSTALLED}/dist/cli.js`, '--clear', 'command.js', '-x'], {
    execArgv: [],
  });
  await app.lines('-x', /is up in/);
  assert.ok(fs.existsSync(project.path('node_modules/.bin/autoreload')) || process.platform === 'win32');
});

test('a CommonJS program restarts', async () => {
  project.write('main.cjs', `require('./dependency.cjs');\n${STAY}`);
  project.write('dependency.cjs', '');
  await using app = run(project, 'main.cjs');
  await app.line(/is up in/);
  project.write('dependency.cjs', "console.log('edited');\n");
  await app.lines('[autoreload] dependency.cjs changed (imported by main.cjs), restarting', 'edited');
});

test('a CommonJS program requires the API', async () => {
  project.write(
    'api.cjs',
    `const { isSupervised } = require('autoreload');
    const { supervise } = require('autoreload/supervisor');
    console.log(isSupervised, typeof supervise);\n${STAY}`,
  );
  await using app = run(project, 'api.cjs');
  await app.lines('true function', /is up in/);
});

test('the import name is the folder name, as with an npm alias', async () => {
  using other = new Project({ 'app.js': `console.log('hello');\n${STAY}` });
  other.remove(INSTALLED);
  fs.cpSync(project.path('node_modules'), other.path('node_modules'), { recursive: true });
  const manifest = other.read(`${INSTALLED}/package.json`);
  other.write(
    `${INSTALLED}/package.json`,
    manifest.replace(`"name": "${MANIFEST.name}"`, '"name": "@scope/other"'),
  );
  await using app = run(other, 'app.js');
  await app.lines('hello', /is up in/);
  other.write('app.js', `import { isSupervised } from 'autoreload';\nconsole.log(isSupervised);\n${STAY}`);
  await app.lines('[autoreload] app.js changed, restarting', 'true');
});

/** Valid and invalid uses of every export of `autoreload`. */
const APP = `import type { Change, ChangeHandler, RestartHandler, RestartReason } from 'autoreload';
import {
  EX_TEMPFAIL, generation, isSupervised, onChange, onRestart, preserve, restart, restartReason,
  restartSignal, shouldRestart, stop, track, untrack,
} from 'autoreload';

const exitCode: 75 = EX_TEMPFAIL;
const number: number = generation;
const supervised: boolean = isSupervised;
const reason: RestartReason | undefined = restartReason;
const paths: readonly string[] = (reason?.files ?? []).map(({ path }) => path);
const signal: AbortSignal = restartSignal;
const handler: RestartHandler = async ({ cause, message }) => [cause, message];
const onChanged: ChangeHandler = ({ files }: Change) => (files.length > 1 ? 'restart' : 'ignore');
const unregister: () => void = onRestart(handler);
onRestart(async ({ files }) => void files);
onChange(onChanged)();
onChange(async () => 'ignore');
const map: Map<string, Date> = preserve('map', new Map<string, Date>());
const { count }: { count: number } = preserve('count', () => ({ count: 0 }));
const asked: boolean = shouldRestart();
track('a', new URL('file:///b'), ...paths);
untrack('a');
restart();
restart('why');
stop();

// @ts-expect-error: a read-only property
reason!.files[0]!.path = '';
// @ts-expect-error: a number
track(5);
// @ts-expect-error: not a function
onRestart('handler');
// @ts-expect-error: no handler
onChange();
// @ts-expect-error: not an object
preserve('count', 1);
// @ts-expect-error: not a string
restart(new Error());
// @ts-expect-error: an unknown cause
const cause: RestartReason['cause'] = 'timeout';
export { asked, cause, count, exitCode, map, number, signal, supervised, unregister };
`;

/** Valid and invalid uses of every export of `autoreload/supervisor`. */
const TOOL = `import type { ChangedFile, Dependency, Ended, RestartReason, Stdio, SuperviseOptions, Supervision, SupervisorEvents } from 'autoreload/supervisor';
import { AutoreloadError, supervise } from 'autoreload/supervisor';

const stdio: Stdio = 'pipe';
const options: SuperviseOptions = {
  script: 'app.js', args: ['a'], execArgv: [], execPath: 'node', cwd: '.', env: { A: '1' }, stdio: [stdio, 'inherit', 1],
  takeOver: false, watch: ['src'], ignore: [], ext: ['js'], poll: 0, debounce: 5, grace: 5000, signal: 'SIGINT',
  onExit: 'restart', onCrash: 'retry', timeout: 1000, clear: true, log: 'debug', standby: false, hold: false, crashPage: false, crashPageHosts: ['dev.local'],
};
const program: Supervision = supervise(options);
program.on('start', ({ generation, pid, reason, stdin, stdout }) => {
  const all: [number, number | undefined, RestartReason | undefined] = [generation, pid, reason];
  stdin?.end();
  stdout?.on('data', () => all);
});
program.once('ready', ({ ms, watching }) => ms + watching);
program.on('log', ({ text }) => text.trim());
supervise({ command: ['python3', 'app.py'], grace: '2s' });
supervise({ script: new URL('file:///app.js') });
program.on('graph', ({ files }) => files.join());
program.on('change', ({ files }) => files.map(({ path, how }: ChangedFile) => path + how));
program.on('restart', ({ reason }) => reason.message);
program.on('exit', ({ code, signal }) => [code, signal]);
program.on('crash', ({ error }) => error?.split(','));
program.off('close', (ended: Ended) => ended.code);
program.restart('why');
const graph: Dependency[] = program.graph();
const ended: Promise<Ended> = program.close();
const isOurs = (error: unknown): boolean => error instanceof AutoreloadError && error.code === 'ERR_AUTORELOAD_OPTION';
const ready: SupervisorEvents['ready'][0]['ms'] = 1;

// @ts-expect-error: an unknown event
program.on('started', () => {});
// @ts-expect-error: an unknown property
program.on('ready', ({ seconds }) => seconds);
// @ts-expect-error: a misspelled option
supervise({ script: 'app.js', grcae: 5 });
// @ts-expect-error: an invalid value
supervise({ script: 'app.js', onCrash: 'again' });
// @ts-expect-error: exec is an option of the command line
supervise({ script: 'app.js', exec: 'python' });
// @ts-expect-error: a number
program.restart(5);
export { ended, graph, isOurs, ready };
`;

/** The form `import x = require()`, which TypeScript allows only in CommonJS. */
const REQUIRE = `import autoreload = require('autoreload');
import supervisor = require('autoreload/supervisor');
const generation: number = autoreload.generation;
const reason: autoreload.RestartReason | undefined = autoreload.restartReason;
const program: supervisor.Supervision = supervisor.supervise({ script: 'app.js' });
// @ts-expect-error: a number
autoreload.track(5);
export { generation, program, reason };
`;

const REGISTER = "import 'autoreload/register';\n";

for (const [consumerKind, type, options, files] of [
  ['an ES module, nodenext', 'module', ['--module', 'nodenext'], { 'register.ts': REGISTER }],
  [
    'a bundler',
    'module',
    ['--module', 'preserve', '--moduleResolution', 'bundler'],
    { 'register.ts': REGISTER },
  ],
  ['CommonJS, nodenext', 'commonjs', ['--module', 'nodenext'], { 'require.ts': REQUIRE }],
  // `autoreload/register` cannot be required: it has a top-level await.
  ['CommonJS, node16', 'commonjs', ['--module', 'node16'], { 'require.ts': REQUIRE }],
  ['a .cts file, node16', 'module', ['--module', 'node16'], { 'require.cts': REQUIRE }],
] as const) {
  test(`every export has its type, and invalid uses are type errors: ${consumerKind}`, () => {
    using consumer = new Project({
      'package.json': JSON.stringify({ type }),
      'app.ts': APP,
      'tool.ts': TOOL,
      ...files,
    });
    consumer.link(INSTALLED, project.path(INSTALLED));
    consumer.link('node_modules/@types/node', join(ROOT, 'node_modules/@types/node'));
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const strict = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--target',
      'es2023',
      '--types',
      'node',
    ];
    const { status, stdout } = spawnSync(
      process.execPath,
      [tsc, ...strict, ...options, 'app.ts', 'tool.ts', ...Object.keys(files)],
      {
        cwd: consumer.dir,
        encoding: 'utf8',
      },
    );
    assert.equal(status, 0, stdout);
  });
}

function npm(cwd: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [npmCli(), ...args], {
    cwd,
    encoding: 'utf8',
  });
  assert.equal(status, 0, `npm ${args.join(' ')}\n${stdout}\n${stderr}`);
}

/** Returns the paths of all files in a folder, relative to it, with slashes. */
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
