// What cannot be listened on: the app's own error and exit code, as without autoreload.
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

/** Programs that end by their own error, or that say what they have caught. */
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
    'a port that is taken by the program itself, twice',
    "const one = net.createServer().listen(0, () => {\n  const two = net.createServer();\n  two.on('error', ({ code, syscall }) => { console.log(code, syscall, two.listening, two.address()); one.close(); });\n  two.listen(one.address().port);\n});",
  ),
  program('a host that is not of this machine', "http.createServer().listen(0, '192.0.2.1');"),
  program('a host that is no host', "net.createServer().listen(0, 'no-such-host.invalid');"),
  program('a port that is no port', 'net.createServer().listen(70000);'),
  program('options that are none', 'net.createServer().listen({});'),
  program('a server that listens already', 'net.createServer().listen(0).listen(0);'),
  program('a descriptor that is no socket', 'net.createServer().listen({ fd: 0 });'),
  program('a unix socket in no folder', "net.createServer().listen('./none/a.sock');"),
  program('a unix socket where a file is', "net.createServer().listen('./app.cjs');"),
  // Node 20 and 22 cut it off, listen, and leave the file.
  program(
    'a unix socket whose path is too long',
    `process.on('exit', () => { for (const name of fs.readdirSync('.')) if (name.startsWith('xx')) fs.rmSync(name); });
net.createServer().listen('x'.repeat(300), function () { this.close(); });`,
  ),
  program(
    'a signal that is aborted before, and one that is aborted later',
    "const signal = AbortSignal.abort();\nnet.createServer().on('close', () => console.log('closed')).listen({ port: 0, signal });\nconst later = new AbortController();\nnet.createServer().on('close', () => console.log('closed later')).listen({ port: 0, signal: later.signal }, () => later.abort());",
  ),
  program(
    'a server that closes before it listens, and listens again',
    'const server = net.createServer();\nserver.listen(0);\nserver.close((error) => console.log(String(error)));\nserver.close((error) => console.log(error.code));\nserver.listen(0, () => { console.log(server.listening); server.close(); });',
  ),
];

for (const one of PROGRAMS) {
  test(`${one.name}: the same error, output and exit code`, async () => {
    await using taken = await listen();
    process.env['TAKEN'] = String(taken.port);
    using project = new Project(one.files);
    installAutoreload(project);
    const plain = await play(project, one, false);
    const supervised = await play(project, one, true);
    assert.deepEqual(supervised, plain);
  });
}

/** `root` may bind every port, and some systems let everybody. */
test(
  'a privileged port: the same error',
  { skip: process.getuid?.() === 0 && 'needs a user other than root' },
  async () => {
    const one = program('a privileged port', 'net.createServer(() => {}).listen(1, () => process.exit());');
    using project = new Project(one.files);
    installAutoreload(project);
    assert.deepEqual(await play(project, one, true), await play(project, one, false));
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
