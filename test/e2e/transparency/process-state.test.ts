// The process state that a program can observe is the same with and without autoreload: arguments, environment, descriptors,
// listeners, warnings.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { run, until } from '../../helpers/autoreload.ts';
import type { RunOptions } from '../../helpers/autoreload.ts';
import { Project, ROOT } from '../../helpers/project.ts';

/** The differences that cannot be avoided. */
const INHERENT = {
  /**
   * Names of events. Node and autoreload listen for `internalMessage` in every process with an IPC channel. Through
   * `uncaughtExceptionMonitor` the supervisor receives the error of a crash.
   */
  events: ['internalMessage', 'uncaughtExceptionMonitor'],
};

/** Prints the process state that depends on how the program was started. Runs in ES modules and in CommonJS. */
const SNAPSHOT = `
const inherited = [];
for (const key in process) inherited.push(key);
console.log(JSON.stringify({
  argv: process.argv.slice(1),
  argv0: process.argv0,
  execArgv: process.execArgv,
  execPath: process.execPath,
  cwd: process.cwd(),
  env: Object.entries(process.env).sort(),
  title: process.title,
  umask: process.umask(),
  debugPort: process.debugPort,
  stackTraceLimit: Error.stackTraceLimit,
  send: typeof process.send,
  connected: String(process.connected),
  channel: String(process.channel),
  channelKeys: ['send', 'connected', 'disconnect', 'channel'].filter((key) => key in process),
  keys: Object.keys(process),
  inherited,
  globals: Object.getOwnPropertyNames(globalThis),
  events: process.eventNames().map(String),
  listeners: [
    'message', 'disconnect', 'newListener', 'removeListener', 'exit', 'beforeExit', 'warning', 'SIGTERM', 'SIGINT',
    'SIGHUP', 'uncaughtException', 'unhandledRejection', 'multipleResolves',
  ].map((name) => [name, ...process.listeners(name).map((listener) => listener.name)]),
}));
`;

const CJS_SNAPSHOT = `${SNAPSHOT}
console.log(JSON.stringify({
  main: require.main === module,
  parent: String(module.parent),
  id: module.id,
  filename: __filename,
  extensions: Object.keys(require.extensions),
}));
`;

const END = "console.log('end');\n";
const ESM = SNAPSHOT + END;
const CJS = CJS_SNAPSHOT + END;

const OURS = ['--import', 'autoreload/register'];
const FLAGS = ['--no-warnings', '--conditions=x', '--stack-trace-limit=20', '--title=a title'];
const ARGS = [
  'one',
  'two words',
  '"quoted"',
  "it's",
  '',
  '--import',
  'autoreload/register',
  '$HOME',
  'ü %20',
];

test('an ES module sees the same process state as without autoreload', async () => {
  using project = new Project({ 'app.js': ESM });
  await assertSame(project, ['app.js']);
});

test('a CommonJS program sees the same process state as without autoreload', async () => {
  using project = new Project({ 'app.cjs': CJS });
  await assertSame(project, ['app.cjs']);
});

test('Node options and program arguments stay unchanged', async () => {
  using project = new Project({ 'app.js': ESM, 'app.cjs': CJS });
  await assertSame(project, ['app.js', ...ARGS], { execArgv: FLAGS });
  await assertSame(project, ['app.cjs', ...ARGS], { execArgv: FLAGS });
});

test('the --import option of autoreload is hidden in every form and position', async () => {
  using project = new Project({ 'app.js': ESM });
  await assertSame(project, ['app.js'], { execArgv: FLAGS }, ['--import=autoreload/register', ...FLAGS]);
  await assertSame(project, ['app.js'], { execArgv: FLAGS }, [...FLAGS, '--import', 'autoreload/register']);
  const file = pathToFileURL(join(ROOT, 'dist', 'register.js')).href;
  await assertSame(project, ['app.js'], { execArgv: FLAGS }, ['--import', file, ...FLAGS]);
});

test('Node accepts the same forms of an entry path', async () => {
  using project = new Project({ 'package.json': '{}', 'app.js': CJS, 'folder/index.js': CJS });
  project.link('linked', project.path('folder'));
  for (const entry of [
    'app',
    './app.js',
    project.path('app.js'),
    'folder',
    'folder/',
    'linked',
    'linked/index.js',
  ]) {
    await assertSame(project, [entry]);
  }
});

test(
  'a symlinked program, as in node_modules/.bin, is loaded from its real path',
  { skip: process.platform === 'win32' && 'needs links to files: Linux or macOS' },
  async () => {
    using project = new Project({ 'package/tool.cjs': CJS });
    project.link('bin/tool', project.path('package/tool.cjs'));
    await assertSame(project, ['bin/tool']);
  },
);

test('preloads see the same process state as without autoreload', async () => {
  // Node before 22.15 also runs preloads in the hooks thread.
  const preload = "if (process.getBuiltinModule('worker_threads').isMainThread) {\n" + SNAPSHOT + '}\n';
  using project = new Project({ 'app.js': ESM, 'pre.cjs': preload, 'pre.js': preload });
  await assertSame(project, ['app.js'], { execArgv: ['--require', './pre.cjs', '--import=./pre.js'] });
});

test('an ES module with a byte order mark, invalid UTF-8 or no content runs as without autoreload', async () => {
  const errors = `
for (const what of ['./gone.js', './folder.js', './bom.js?x=1']) {
  await import(what, what.endsWith('1') ? { with: { type: 'json' } } : {}).catch((error) => console.log(error.code, error.message));
}
`;
  using project = new Project({
    'app.js': `import './bom.js';\nimport './bytes.js?query#hash';\nimport './empty.js';\n${errors}${END}`,
    'bom.js': "\uFEFF#!/usr/bin/env node\nconsole.log('mark', import.meta.url);\n",
    'empty.js': '',
    'folder.js/index.js': '',
  });
  fs.writeFileSync(
    project.path('bytes.js'),
    Buffer.from("console.log('\xE4\xFF', import.meta.url);", 'latin1'),
  );
  await assertSame(project, ['app.js']);
});

test('module hooks receive the same sources as without autoreload', async () => {
  using project = new Project({
    'app.js': `import './dep.js';\n${END}`,
    'dep.js': "console.log('source');\n",
    'hooks.js': `
export async function load(url, context, next) {
  const result = await next(url, context);
  if (!url.endsWith('/dep.js')) return result;
  return { ...result, source: String(result.source).replace('source', Buffer.isBuffer(result.source) ? 'bytes' : 'text') };
}
`,
    'register.js': "import module from 'node:module';\nmodule.register('./hooks.js', import.meta.url);\n",
  });
  await assertSame(project, ['app.js'], { execArgv: ['--import', './register.js'] });
  await assertSame(project, ['app.js'], { execArgv: ['--experimental-loader', './hooks.js'] });
});

test('environment variables with unusual values stay unchanged', async () => {
  using project = new Project({ 'app.js': ESM });
  await assertSame(project, ['app.js'], {
    env: {
      EMPTY: '',
      LINES: 'a\nb',
      QUOTES: `"'\\`,
      NODE_ENV: 'test',
      AUTORELOAD_GRACE: '100',
      FORCE_COLOR: '0',
    },
  });
});

test('umask, working directory and argv0 stay unchanged', async () => {
  using project = new Project({ 'folder/app.js': ESM });
  const mask = process.umask(0o027);
  try {
    await assertSame(project, ['folder/app.js'], { argv0: 'my-app' });
    await assertSame(project, ['app.js'], { cwd: project.path('folder') });
  } finally {
    process.umask(mask);
  }
});

for (const kind of ['files', 'pipes'] as const) {
  test(`the program inherits stdin, stdout and stderr of autoreload: ${kind}`, async () => {
    // Runs in the supervisor, before autoreload, and in the program.
    const probe = `
import fs from 'node:fs';
const stat = (fd) => { const { dev, ino, mode } = fs.fstatSync(fd, { bigint: true }); return [dev, ino, mode].join(':'); };
fs.writeFileSync('seen.' + process.pid, [0, 1, 2].map(stat).join(' '));
`;
    using project = new Project({ 'app.js': 'process.stdin.resume();\n', 'probe.js': probe, in: '' });
    const fds =
      kind === 'files' ? ['in', 'out', 'err'].map((name) => fs.openSync(project.path(name), 'a+')) : [];
    const seen = (): string[] => fs.readdirSync(project.dir).filter((name) => name.startsWith('seen.'));
    await using _app = run(project, 'app.js', {
      execArgv: ['--import', './probe.js', ...OURS],
      stdio: kind === 'files' ? fds : 'pipe',
    });
    const both = (): boolean => seen().filter((name) => project.read(name) !== '').length === 2;
    await until('both processes have written their descriptors', both);
    for (const fd of fds) fs.closeSync(fd);
    const [first, second] = seen().map((name) => project.read(name));
    assert.equal(second, first);
  });
}

test('a listener for multipleResolves is called', async () => {
  const source = `
process.on('multipleResolves', (type) => console.log(type));
new Promise((resolve) => { resolve(1); resolve(2); });
setTimeout(() => console.log('end'), 10);
`;
  using project = new Project({ 'app.js': source });
  assert.deepEqual(await output(project, ['app.js'], { execArgv: OURS }), await output(project, ['app.js']));
});

test('an edit of the env file takes effect at the next start', async () => {
  const source = 'console.log(process.env.A, process.env.B, process.env.C);\nsetInterval(() => {}, 1000);\n';
  using project = new Project({ 'app.js': source, '.env': 'A=one\nB=file\nC=gone\n' });
  await using app = run(project, 'app.js', { execArgv: ['--env-file=.env', ...OURS], env: { B: 'shell' } });
  await app.lines('one shell gone', /is up in/);
  project.write('.env', 'A="two # words"\nB=file\n');
  project.write('app.js', `${source}// edited\n`);
  await app.line('two # words shell undefined');
});

test('autoreload prints nothing on stdout, and only lines with its prefix on stderr', async () => {
  const source = "console.log('out');\nconsole.error('err');\n";
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { env: { AUTORELOAD_LOG: 'debug' } });
  await app.line(/completed, waiting/);
  project.write('app.js', `${source}process.exitCode = 3;\n`);
  await app.line(/failed with exit code 3, waiting/);
  project.write('app.js', `${source}setInterval(() => {}, 1000);\n`);
  await app.line(/is up in/);
  app.kill('SIGTERM');
  assert.deepEqual(await app.end(), { code: null, signal: 'SIGTERM' });
  assert.deepEqual(app.transcript.lines('stdout'), ['out', 'out', 'out']);
  const own = app.transcript.lines('stderr').filter((line) => !line.startsWith('[autoreload] '));
  assert.deepEqual(own, ['err', 'err', 'err']);
});

test('autoreload causes no Node warning', async () => {
  using project = new Project({
    'app.js': "import './b.cjs';\nawait import('./c.js');\nsetInterval(() => {}, 1000);\n",
    'app.cjs': "require('./b.cjs');\nimport('./c.js');\nsetInterval(() => {}, 1000);\n",
    'b.cjs': "require('./d.cjs');\n",
    'c.js': '',
    'd.cjs': '',
  });
  const strict = ['--pending-deprecation', '--trace-deprecation', '--trace-warnings'];
  for (const [entry, flags] of [
    ['app.js', []],
    ['app.js', strict],
    ['app.cjs', []],
    ['app.cjs', strict],
  ] as const) {
    await using app = run(project, entry, { execArgv: [...flags, ...OURS] });
    await app.line(/is up in/);
    project.write(entry, `${project.read(entry)}\n`);
    await app.line(/is up in/);
    app.kill('SIGTERM');
    await app.end();
    const others = app.transcript.entries.filter(({ text }) => !text.startsWith('[autoreload] '));
    assert.deepEqual(others, []);
  }
});

/** Compares the output of a program with and without autoreload. */
async function assertSame(
  project: Project,
  args: readonly string[],
  options: RunOptions = {},
  execArgv: readonly string[] = [...OURS, ...(options.execArgv ?? [])],
): Promise<void> {
  const plain = await output(project, args, options);
  // Preloads before `autoreload/register` run in the supervisor too, and print there first.
  const supervised = (await output(project, args, { ...options, execArgv })).slice(-plain.length);
  assert.deepEqual(supervised.map(comparable), plain.map(comparable), args.join(' '));
}

/** Returns the stdout lines of a program up to `end`. Runs without autoreload unless `execArgv` loads it. */
async function output(
  project: Project,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string[]> {
  await using app = run(project, args, { execArgv: [], ...options });
  await app.line('end');
  return app.transcript.lines('stdout');
}

function comparable(line: string): unknown {
  if (!line.startsWith('{')) return line;
  const snapshot = JSON.parse(line) as { events?: string[] };
  const events = snapshot.events?.filter((name) => !INHERENT.events.includes(name));
  return { ...snapshot, events };
}
