// supervise() in a tool: the tool keeps its signals, its exit and its errors, and its programs do not outlive it.
import assert from 'node:assert/strict';
import { supervise } from '../../../src/supervisor/index.ts';
import { once } from 'node:events';
import http from 'node:http';
import { test } from 'node:test';
import { gone, run, until } from '../../helpers/autoreload.ts';
import { STAY } from '../../helpers/modes.ts';
import { childrenOf } from '../../helpers/processes.ts';
import { Project } from '../../helpers/project.ts';

const PLAIN = { execArgv: [] };
const posix = { skip: process.platform === 'win32' && 'needs POSIX signals: Linux or macOS' };

/** Creates a tool, and the program that it supervises. */
function tool(code: string, app = STAY): Project {
  return new Project({
    'tool.js': `import { supervise } from 'autoreload/supervisor';\n${code}`,
    'app.js': app,
  });
}

test('supervision leaves no listener and no handle, and the tool exits by itself after close()', async () => {
  using project = tool(`
const names = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCHLD', 'exit', 'beforeExit', 'uncaughtException', 'unhandledRejection', 'message', 'disconnect'];
const listeners = () => [...names.map((name) => process.listenerCount(name)), process.stderr.listenerCount('error')].join();
const before = listeners();
const programs = [supervise({ script: 'app.js', stdio: 'ignore' }), supervise({ script: 'app.js', stdio: 'ignore' })];
await Promise.all(programs.map((program) => new Promise((resolve) => program.once('ready', resolve))));
console.log('during', listeners() === before);
await Promise.all(programs.map((program) => program.close()));
console.log('after', listeners() === before);
process.exitCode = 5;
`);
  await using host = run(project, 'tool.js', PLAIN);
  await host.line('during true');
  await host.line('after true');
  assert.deepEqual(await host.end(), { code: 5, signal: null });
  assert.deepEqual(host.transcript.lines('stderr'), []);
  await until('all that it has started is gone', () => childrenOf(host.pid).length === 0);
});

test('an error in a listener belongs to the tool, and supervision continues', async () => {
  using project = tool(`
process.on('uncaughtException', ({ message }) => console.log('caught', message));
const program = supervise({ script: 'app.js', stdio: 'ignore' });
for (const name of ['start', 'ready', 'change', 'restart', 'exit'])
  program.on(name, ({ generation }) => {
    throw new Error(name + ' ' + generation);
  });
`);
  await using host = run(project, 'tool.js', PLAIN);
  await host.line('caught start 1');
  await host.line('caught ready 1');
  project.write('app.js', `${STAY}// edited\n`);
  await host.line('caught exit 1');
  await host.line('caught start 2');
  await host.line('caught ready 2');
});

test('terminal lines are printed if the tool sets log', async () => {
  using project = tool(
    "supervise({ script: 'app.js', log: 'info', stdio: 'inherit' });",
    `console.log('said');\n${STAY}`,
  );
  await using host = run(project, 'tool.js', PLAIN);
  await host.lines('said', /^\[autoreload\] app\.js is up in /);
});

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  test(`a tool killed by ${signal} leaves no process`, posix, async () => {
    using project = tool(
      `supervise({ script: 'app.js', stdio: 'ignore', log: 'debug' }).on('start', ({ pid }) => console.log('pid', pid));`,
    );
    await using host = run(project, 'tool.js', PLAIN);
    const lines = await host.lines(/^pid /, / a standby waits /);
    host.kill(signal);
    assert.deepEqual(await host.end(), { code: null, signal });
    for (const line of lines) await gone(Number(/pid (\d+)/.exec(line)?.[1]));
  });
}

test('a tool with its own signal handlers closes its program', posix, async () => {
  using project = tool(`
const program = supervise({ script: 'app.js', stdio: 'ignore' });
process.once('SIGTERM', async () => console.log('closed', JSON.stringify(await program.close())));
program.on('ready', () => console.log('ready'));
`);
  await using host = run(project, 'tool.js', PLAIN);
  await host.line('ready');
  host.kill('SIGTERM');
  await host.line('closed {"code":0,"signal":null}');
  assert.deepEqual(await host.end(), { code: 0, signal: null });
});

test('with takeOver signals reach the program, and the tool exits like it', posix, async () => {
  using project = tool(
    "supervise({ script: 'app.js', takeOver: true });",
    `process.on('SIGTERM', () => {\n  console.log('signal');\n  process.exit(9);\n});\nconsole.log('run');\n${STAY}`,
  );
  await using host = run(project, 'tool.js', PLAIN);
  await host.line('run');
  host.kill('SIGUSR2');
  await host.lines('signal', 'run');
  host.kill('SIGTERM');
  await host.line('signal');
  assert.deepEqual(await host.end(), { code: 9, signal: null });
});

test('a tool can run under autoreload itself', async () => {
  using project = new Project({
    'tool.js': `import { supervise } from 'autoreload/supervisor';
import { generation } from 'autoreload';
console.log('tool', generation);
supervise({ script: 'inner/app.js' }).on('start', ({ generation: inner }) => console.log('inner', generation, inner));
`,
    'inner/app.js': `import { generation } from 'autoreload';\nimport './dep.js';\nconsole.log('app', generation);\n${STAY}`,
    'inner/dep.js': '// 0\n',
  });
  await using host = run(project, 'tool.js');
  await host.lines('tool 1', 'inner 1 1', 'app 1', / is up in /);
  project.write('tool.js', `${project.read('tool.js')}// edited\n`);
  await host.lines('tool 2', 'inner 2 1', 'app 1', '[autoreload] tool.js changed, restarting');
});

test(
  'after close() no port is open',
  { skip: process.platform === 'win32' && 'needs POSIX: Linux or macOS' },
  async () => {
    using project = new Project({
      'app.js': `import http from 'node:http';
http.createServer((request, response) => response.end('app')).listen(0, '127.0.0.1', function () {
  console.log('port', this.address().port);
});
`,
    });
    const program = supervise({ script: 'app.js', cwd: project.dir, stdio: ['ignore', 'pipe', 'ignore'] });
    const ready = once(program, 'ready');
    const [{ stdout }] = (await once(program, 'start')) as [{ stdout: NodeJS.ReadableStream }];
    const [line] = (await once(stdout, 'data')) as [Buffer];
    const port = Number(String(line).replace('port ', ''));
    await ready;
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'app');
    await program.close();
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
    const server = http.createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
  },
);
