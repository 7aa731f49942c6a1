// Features of node --watch, nodemon, tsx watch, node-dev and watchexec, under their names here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLI, command } from '../../helpers/command.ts';
import { usePackages } from '../../helpers/packages.ts';
import { Project } from '../../helpers/project.ts';
import { Terminal } from '../../helpers/terminal.ts';

const STAY = 'setInterval(() => {}, 1000);\n';
const posix = { skip: process.platform === 'win32' && 'needs POSIX signals: Linux or macOS' };
const linux = { skip: process.platform !== 'linux' && 'needs `script` of util-linux: Linux' };

for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR2'] as const) {
  test(`--signal ${signal} sends it, and waits for the handler of the program`, posix, async () => {
    const app = (version: string): string => `
process.once('${signal}', () => {
  console.log('got ${signal}');
  setTimeout(() => process.kill(process.pid, '${signal}'), 50);
});
process.once('SIGTERM', () => console.log('got SIGTERM'));
console.log('${version}');
${STAY}`;
    using project = new Project({ 'app.js': app('one') });
    await using running = command(project, ['--signal', signal, 'app.js']);
    await running.lines('one', / is up in /);
    project.write('app.js', app('two'));
    await running.line(`got ${signal}`);
    await running.lines('two', / is up in /);
    assert.equal(running.transcript.count(/^got SIGTERM$/), 0);
  });
}

test('--on-exit restart runs a completed program again, with the cause exit', async () => {
  using project = new Project({
    'app.js': "import { restartReason } from 'autoreload';\nconsole.log('runs', restartReason?.cause);\n",
  });
  await using app = command(project, ['--on-exit', 'restart', 'app.js']);
  await app.line('runs undefined');
  await app.line('[autoreload] app.js completed, restarting');
  await app.line('runs exit');
  await app.line('[autoreload] app.js completed, restarting in 100 ms');
  await app.line('runs exit');
});

test('--on-exit restart does not apply to a crash', async () => {
  using project = new Project({ 'app.js': 'process.exit(1);\n' });
  await using app = command(project, ['--on-exit', 'restart', '--on-crash', 'exit', 'app.js']);
  assert.deepEqual(await app.end(), { code: 1, signal: null });
});

test('--clear clears the terminal before a restart, not before the first run', linux, async () => {
  await cleared(['--clear'], 1);
});

test('without --clear the terminal keeps its content', linux, async () => {
  await cleared([], 0);
});

/** Restarts a program once in a terminal, and counts how often the terminal is cleared. */
async function cleared(args: readonly string[], times: number): Promise<void> {
  using project = new Project({ 'app.js': `console.log('one');\n${STAY}` });
  await using terminal = new Terminal(project, [CLI, ...args, 'app.js']);
  await terminal.line('one');
  await terminal.line(/ is up in /);
  const count = (): number =>
    terminal.transcript.lines('stdout').filter((line) => line.includes('\u001B[2J')).length;
  assert.equal(count(), 0);
  project.write('app.js', `console.log('two');\n${STAY}`);
  await terminal.line(/app\.js changed, restarting/);
  await terminal.line('two');
  assert.equal(count(), times);
  terminal.type('\x03');
  await terminal.end();
}

test('--clear writes nothing into a pipe', async () => {
  using project = new Project({ 'app.js': `console.log('one');\n${STAY}` });
  await using app = command(project, ['--clear', 'app.js']);
  await app.lines('one', / is up in /);
  project.write('app.js', `console.log('two');\n${STAY}`);
  await app.lines('[autoreload] app.js changed, restarting', 'two');
  assert.ok(app.transcript.entries.every(({ text }) => !text.includes('\u001B')));
});

test('--log silent prints nothing, and the program restarts', async () => {
  using project = new Project({ 'app.js': `console.log('one');\n${STAY}` });
  await using app = command(project, ['--log', 'silent', 'app.js']);
  await app.line('one');
  project.write('app.js', `console.log('two');\n${STAY}`);
  await app.line('two');
  assert.deepEqual(app.transcript.lines('stderr'), []);
});

test('--log debug prints the import chain with lines', async () => {
  using project = new Project({ 'app.js': `import './dep.js';\n${STAY}`, 'dep.js': "console.log('one');\n" });
  await using app = command(project, ['--log', 'debug', 'app.js']);
  await app.lines('one', / is up in /);
  project.write('dep.js', "console.log('two');\n");
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.line('[autoreload] why: app.js:1 > dep.js');
});

test('--poll finds a save without file system events', async () => {
  using project = new Project({ 'app.js': `console.log('one');\n${STAY}` });
  await using app = command(project, ['--poll', '50', 'app.js']);
  await app.lines('one', / is up in /);
  project.write('app.js', `console.log('two');\n${STAY}`);
  await app.lines('[autoreload] app.js changed, restarting', 'two');
});

test('--grace limits how long a program may ignore the stop signal', posix, async () => {
  using project = new Project({ 'app.js': `process.on('SIGTERM', () => {});\nconsole.log('one');\n${STAY}` });
  await using app = command(project, ['--grace', '200ms', 'app.js']);
  await app.lines('one', / is up in /);
  project.write('app.js', `console.log('two');\n${STAY}`);
  await app.line('[autoreload] app.js did not exit within 200 ms, killing it');
  await app.line('two');
});

test('--ignore excludes a file that the program has loaded', async () => {
  using project = new Project({
    'app.js': `import './gen/data.js';\nimport './dep.js';\n${STAY}`,
    'gen/data.js': '// one\n',
    'dep.js': "console.log('one');\n",
  });
  await using app = command(project, ['--ignore', 'gen/**', 'app.js']);
  await app.lines('one', / is up in /);
  project.write('gen/data.js', '// two\n');
  project.write('dep.js', "console.log('two');\n");
  await app.line('[autoreload] dep.js changed (imported by app.js), restarting');
  await app.lines('two', / is up in /);
  assert.equal(app.restarts, 1);
});

test('options in package.json apply to the command', async () => {
  const settings = {
    watch: ['views'],
    ext: ['html'],
    ignore: ['views/tmp/**'],
    signal: 'SIGINT',
    onExit: 'exit',
  };
  using project = new Project({
    'package.json': JSON.stringify({ type: 'module', autoreload: settings }),
    'views/a.html': 'one',
    'views/tmp/b.html': 'one',
    'app.js': `
import fs from 'node:fs';
process.on('SIGINT', () => {
  console.log('got SIGINT');
  process.exit();
});
console.log(fs.readFileSync('views/a.html', 'utf8'));
${STAY}`,
  });
  await using app = command(project, ['app.js']);
  await app.lines('one', / is up in /);
  project.write('views/a.txt', 'two');
  project.write('views/tmp/b.html', 'two');
  project.write('views/a.html', 'two');
  await app.lines('got SIGINT', '[autoreload] views/a.html changed, restarting');
  await app.lines('two', / is up in /);
  assert.equal(app.restarts, 1);
});

test('messages of the program reach its launcher, and no others do', async () => {
  using project = new Project({ 'app.js': `process.send('ready');\nconsole.log('sent');\n${STAY}` });
  await using app = command(project, ['app.js'], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const messages: unknown[] = [];
  app.process.on('message', (message) => messages.push(message));
  await app.lines('sent', / is up in /);
  project.write('app.js', `process.send('ready again', () => console.log('sent again'));\n${STAY}`);
  await app.line('sent again');
  app.kill('SIGTERM');
  await app.end();
  assert.deepEqual(messages, ['ready', 'ready again']);
});

test('--exec runs a command with its own arguments and further ones', async () => {
  using project = new Project({ 'a b.js': "console.log(process.execArgv, process.argv.slice(2), 'one');\n" });
  const exec = `"${process.execPath}" --no-warnings 'a b.js' x`;
  await using app = command(project, ['--watch', '*.js', '--exec', exec, 'y', 'two words']);
  await app.line("[ '--no-warnings' ] [ 'x', 'y', 'two words' ] one");
  await app.line(/completed, waiting for a change/);
  project.write('a b.js', "console.log('two');\n");
  await app.lines('two', '[autoreload] a b.js changed, restarting');
});

test('--import tsx runs TypeScript, and tsconfig.json is watched with what it extends', async () => {
  using project = new Project({
    'tsconfig.json': '{ "extends": "./base.json" }',
    'base.json': '{ "compilerOptions": { "paths": { "#value": ["./one.ts"] } } }',
    'app.ts':
      "import { value } from '#value';\nenum Names { here }\nconsole.log(Names[0], value);\nsetInterval(() => {}, 1000);\n",
    'one.ts': 'export const value: number = 1;\n',
    'two.ts': 'export const value: number = 2;\n',
  });
  usePackages(project, 'tsx');
  await using app = command(project, ['--import', 'tsx', 'app.ts']);
  await app.lines('here 1', / is up in /);
  project.write('one.ts', 'export const value: number = 11;\n');
  await app.lines('[autoreload] one.ts changed (imported by app.ts), restarting', 'here 11', / is up in /);
  project.write('base.json', '{ "compilerOptions": { "paths": { "#value": ["./two.ts"] } } }');
  await app.lines(/^\[autoreload\] base\.json changed/, 'here 2');
});
