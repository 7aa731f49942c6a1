// The line `is up`: only after the entry has been evaluated, with the addresses, and never in a prompt.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import { ask } from '../../helpers/clients.ts';
import { Project } from '../../helpers/project.ts';
import { Terminal } from '../../helpers/terminal.ts';

const linux = { skip: process.platform !== 'linux' && 'needs `script` of util-linux: Linux' };
const posix = { skip: process.platform === 'win32' && 'needs held sockets: Linux or macOS' };

const isNode20 = process.version.startsWith('v20.');

const UP = /^\[autoreload\] app\.m?js is up in/;
const STAY = 'setInterval(() => {}, 1000);\n';
/** More than an idle event loop and records at rest need to be taken for "up" (ms). */
const SLOW_MS = 500;

/** Hooks that need some time for the entry. */
const SLOW_HOOKS = {
  'hooks.js': `
import { register } from 'node:module';
register('./thread.js', import.meta.url);`,
  'thread.js': `
export async function load(url, context, next) {
  if (url.endsWith('app.js')) await new Promise((resolve) => setTimeout(resolve, ${SLOW_MS}));
  return next(url, context);
}`,
};

for (const [name, files, args] of [
  [
    'a top-level await',
    { 'app.js': `await new Promise((r) => setTimeout(r, ${SLOW_MS}));\nconsole.log('evaluated');\n${STAY}` },
    ['app.js'],
  ],
  [
    'a top-level await in a preload, before a CommonJS entry',
    {
      'preload.mjs': `await new Promise((r) => setTimeout(r, ${SLOW_MS}));`,
      'package.json': '{}',
      'app.js': `console.log('evaluated');\n${STAY}`,
    },
    ['--import', './preload.mjs', 'app.js'],
  ],
  [
    'hooks that are slow',
    { ...SLOW_HOOKS, 'app.js': `console.log('evaluated');\n${STAY}` },
    ['--import', './hooks.js', 'app.js'],
  ],
] as const)
  test(`a program is not up before its first line: ${name}`, async () => {
    using project = new Project(files);
    await using app = run(project, args);
    await app.line('evaluated');
    assert.equal(app.transcript.count(UP), 0);
    await app.line(UP);
  });

test(
  'what a CommonJS entry imports is evaluated before it is up',
  { skip: isNode20 && 'Node 20 does not tell' },
  async () => {
    using project = new Project({
      'package.json': '{}',
      'app.js': "import('./main.mjs');",
      'main.mjs': `await new Promise((r) => setTimeout(r, ${SLOW_MS}));\nconsole.log('evaluated');\n${STAY}`,
    });
    await using app = run(project, 'app.js');
    await app.line('evaluated');
    assert.equal(app.transcript.count(UP), 0);
    await app.line(UP);
  },
);

test('an import that an ES entry does not await may go on for ever', async () => {
  using project = new Project({
    'app.js': "import('./worker.js');\n",
    'worker.js': `import { setInterval } from 'node:timers/promises';
for await (const _ of setInterval(10)) globalThis.turns = (globalThis.turns ?? 0) + 1;`,
  });
  await using app = run(project, 'app.js');
  await app.line(UP);
});

for (const [what, where, expected] of [
  ['every address', '0', 'http://localhost:PORT'],
  ['an IPv4 address', "0, '127.0.0.1'", 'http://127.0.0.1:PORT'],
  ['an IPv6 address', "0, '::1'", 'http://[::1]:PORT'],
] as const)
  test(`the line says where the program listens, in every run: ${what}`, posix, async () => {
    const server = (version: number): string => `
import http from 'node:http';
const server = http.createServer();
await new Promise((resolve) => server.listen(${where}, resolve));
console.log('v${version}', server.address().port);`;
    using project = new Project({ 'app.js': server(0) });
    await using app = run(project, 'app.js');
    for (const version of [0, 1, 2]) {
      const [line = ''] = await app.lines(/^v\d \d+$/);
      const address = expected.replace('PORT', line.split(' ')[1] ?? '');
      const text = await app.line(UP);
      assert.ok(text.endsWith(`s on ${address}, watching 1 file`), text);
      project.write('app.js', server(version + 1));
    }
  });

test('sockets that do not speak HTTP, and several', posix, async () => {
  using project = new Project({
    'app.js': `
import http from 'node:http';
import net from 'node:net';
for (const server of [net.createServer(), http.createServer()]) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));`,
  });
  await using app = run(project, 'app.js');
  assert.match(await app.line(UP), / on port \d+, http:\/\/127\.0\.0\.1:\d+, watching 1 file$/);
});

test('a program that does not listen again is not said to listen', posix, async () => {
  using project = new Project({
    'app.js': "import http from 'node:http';\nhttp.createServer().listen(0, '127.0.0.1');\n",
  });
  await using app = run(project, 'app.js');
  await app.line(/ is up in .* on http:/);
  project.write('app.js', STAY);
  assert.doesNotMatch(await app.line(UP), / on /);
});

test('a long evaluation is reported once, and clients wait for its end', posix, async () => {
  const server = (ms: number): string => `
import http from 'node:http';
await new Promise((resolve) => setTimeout(resolve, ${ms}));
const server = http.createServer((request, response) => response.end('waited ${ms}'));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));`;
  using project = new Project({ 'app.js': server(0) });
  await using app = run(project, 'app.js');
  const port = Number(await app.line(/^\d+$/));
  await app.line(UP);
  // More than 10 s, after which the line comes.
  project.write('app.js', server(11_000));
  await app.line(/ restarting$/);
  const answer = ask({ port });
  await app.line(/^\[autoreload\] app\.js is still loading after 1\d(\.\d)? s, watching 1 file$/);
  await app.line(UP);
  assert.equal(await answer, 'waited 11000');
});

test('no line is drawn into the prompt of a program that reads the terminal', linux, async () => {
  using project = new Project({
    'app.js': `
import readline from 'node:readline';
const prompt = readline.createInterface({ input: process.stdin, output: process.stdout, prompt: 'name> ' });
prompt.on('line', (line) => console.log('hello ' + line));
console.log('asks');
prompt.prompt();`,
  });
  await using terminal = new Terminal(project, 'app.js');
  await terminal.line('asks');
  terminal.type('one\r');
  await terminal.line('hello one');
  project.write('app.js', `${project.read('app.js')}// edited\n`);
  await terminal.line(/ restarting$/);
  await terminal.line(/asks$/);
  terminal.type('two\r');
  await terminal.line('hello two');
  assert.equal(terminal.transcript.count(/ is up in /), 0);
});
