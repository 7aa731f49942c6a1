// Bind errors surface as without autoreload: the same error, output and exit code.
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { play } from '../../helpers/play.ts';
import type { Program } from '../../helpers/play.ts';
import { installAutoreload } from '../../helpers/packages.ts';
import { Project } from '../../helpers/project.ts';

const program = (name: string, code: string): Program => ({
  name,
  entry: 'app.cjs',
  files: {
    'app.cjs': `const fs = require('node:fs');\nconst net = require('node:net');\nconst http = require('node:http');\n${code}\n`,
  },
});

/** Programs that fail, or print the error that they catch. */
const PROGRAMS: readonly Program[] = [
  ...[
    ['IPv4', "'127.0.0.1'"],
    ['any host', 'undefined'],
  ].map(([what, host]) =>
    program(
      `a port that is taken, ${what}`,
      `http.createServer().listen(Number(process.env.TAKEN), ${host});`,
    ),
  ),
  program(
    'a port that the program itself has taken',
    "const one = net.createServer().listen(0, () => {\n  const two = net.createServer();\n  two.on('error', ({ code, syscall }) => { console.log(code, syscall, two.listening, two.address()); one.close(); });\n  two.listen(one.address().port);\n});",
  ),
  program('a host of another machine', "http.createServer().listen(0, '192.0.2.1');"),
  program('an unknown host', "net.createServer().listen(0, 'no-such-host.invalid');"),
  program('an invalid port', 'net.createServer().listen(70000);'),
  program('invalid options', 'net.createServer().listen({});'),
  program('a server that already listens', 'net.createServer().listen(0).listen(0);'),
  program('a descriptor without a socket', 'net.createServer().listen({ fd: 0 });'),
  program('a unix socket in a missing folder', "net.createServer().listen('./none/a.sock');"),
  program('a unix socket at the path of a file', "net.createServer().listen('./app.cjs');"),
  // Node 20 and 22 truncate the path, listen, and leave the file.
  program(
    'a unix socket with a path that is too long',
    `process.on('exit', () => { for (const name of fs.readdirSync('.')) if (name.startsWith('xx')) fs.rmSync(name); });
net.createServer().listen('x'.repeat(300), function () { this.close(); });`,
  ),
  program(
    'an aborted signal, and a signal that is aborted later',
    "const signal = AbortSignal.abort();\nnet.createServer().on('close', () => console.log('closed')).listen({ port: 0, signal });\nconst later = new AbortController();\nnet.createServer().on('close', () => console.log('closed later')).listen({ port: 0, signal: later.signal }, () => later.abort());",
  ),
  program(
    'a server that closes before it listens, and listens again',
    'const server = net.createServer();\nserver.listen(0);\nserver.close((error) => console.log(String(error)));\nserver.close((error) => console.log(error.code));\nserver.listen(0, () => { console.log(server.listening); server.close(); });',
  ),
];

for (const tried of PROGRAMS) {
  test(`${tried.name}: the same error, output and exit code`, async () => {
    await using taken = await listen();
    process.env['TAKEN'] = String(taken.port);
    using project = new Project(tried.files);
    installAutoreload(project);
    const plain = await play(project, tried, false);
    const supervised = await play(project, tried, true);
    assert.deepEqual(supervised, plain);
  });
}

/** `root` may bind every port; on some systems every user may. */
test(
  'a privileged port: the same error',
  { skip: process.getuid?.() === 0 && 'needs a user other than root' },
  async () => {
    const tried = program('a privileged port', 'net.createServer(() => {}).listen(1, () => process.exit());');
    using project = new Project(tried.files);
    installAutoreload(project);
    assert.deepEqual(await play(project, tried, true), await play(project, tried, false));
  },
);

async function listen(): Promise<AsyncDisposable & { port: number }> {
  const server = net.createServer().listen(0);
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: async () => await new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
