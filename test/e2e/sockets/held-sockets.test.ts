// Listening sockets stay open across a restart, and behave as without autoreload.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import { run, until, up } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { ask, connect, converse, poll } from '../../helpers/clients.ts';
import { Project } from '../../helpers/project.ts';
import { pause } from '../../helpers/saves.ts';

/** On Windows, a process cannot inherit descriptors. */
const posix = { skip: process.platform === 'win32' && 'needs held sockets: Linux or macOS' };
const linux = { skip: process.platform !== 'linux' && 'needs Linux' };

const DEBUG = { AUTORELOAD_LOG: 'debug' };

/** An HTTP server that prints its version and its address. */
const server = (version: number, where = "0, '127.0.0.1'"): string => `
import http from 'node:http';
const server = http.createServer((request, response) => response.end('v${version}'));
server.listen(${where}, () => console.log('v${version} listens', JSON.stringify(server.address())));
`;

/** A server that closes at SIGUSR2. */
const closing = (version: number, where: string): string => `${server(version, where)}
process.on('SIGUSR2', () => server.close(() => console.log('closed')));
setInterval(() => {}, 1000);
console.log('pid', process.pid);
`;

/** The address of the next run. */
async function listening(app: Run): Promise<{ address: string; port: number }> {
  const line = await app.line(/ listens \S+$/);
  return JSON.parse(line.slice(line.indexOf(' listens ') + 9)) as { address: string; port: number };
}

for (const standby of ['1', '0']) {
  test(`no request is refused, reset or empty over ten restarts: standby ${standby}`, posix, async () => {
    using project = new Project({ 'app.js': server(0) });
    await using app = run(project, 'app.js', { env: { ...DEBUG, AUTORELOAD_STANDBY: standby } });
    const { port } = await listening(app);
    const errors: string[][] = [];
    {
      await using asking = poll({ port });
      await using conversation = converse({ port });
      errors.push(asking.errors, conversation.errors);
      for (let version = 1; version <= 10; version++) {
        await (standby === '1' ? app.line(/a standby waits/) : up(app));
        project.write('app.js', server(version));
        assert.equal((await listening(app)).port, port);
        await asking.next();
        await conversation.next();
        assert.equal(asking.bodies.at(-1), `v${version}`);
      }
    }
    assert.deepEqual(errors, [[], []]);
  });
}

for (const [what, where, host] of [
  ['a port', '0', '127.0.0.1'],
  ['a port, IPv6', "0, '::1'", '::1'],
  ['a port, with options', '{ port: 0, exclusive: true, backlog: 5, ipv6Only: false }', '127.0.0.1'],
  ['a name', "0, 'localhost'", 'localhost'],
  ['a shared port', '{ port: 0, reusePort: true }', '127.0.0.1'],
] as const) {
  test(`the next run has the same port: ${what}`, posix, async () => {
    using project = new Project({ 'app.js': server(0, where) });
    await using app = run(project, 'app.js');
    const before = await listening(app);
    await up(app);
    for (let version = 1; version <= 3; version++) {
      project.write('app.js', server(version, where));
      assert.deepEqual(await listening(app), before);
      assert.equal(await ask({ port: before.port, host }), `v${version}`);
    }
  });
}

test('a connection during the start is served by the new run', posix, async () => {
  using project = new Project({ 'app.js': server(0) });
  await using app = run(project, 'app.js');
  const { port } = await listening(app);
  await up(app);
  const slow = "console.log('begins');\n";
  project.write(
    'app.js',
    `${slow}import fs from 'node:fs';\nwhile (!fs.existsSync('go')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);\n${server(1)}`,
  );
  await app.line('begins');
  const answer = ask({ port });
  assert.equal(await connect({ port, host: '127.0.0.1' }), 'connected');
  project.write('go', '');
  assert.equal(await answer, 'v1');
});

test('a program that listens long after its start has its port too', posix, async () => {
  const late = (version: number): string =>
    `import { setTimeout } from 'node:timers/promises';\nawait null;\nsetTimeout(400).then(async () => {\n${server(
      version,
    ).replace("import http from 'node:http';", "const { default: http } = await import('node:http');")}});\n`;
  using project = new Project({ 'app.js': late(0) });
  await using app = run(project, 'app.js');
  const { port } = await listening(app);
  project.write('app.js', late(1));
  await app.line(/ restarting$/);
  await app.line(/is up in/);
  assert.equal(await ask({ port }), 'v1');
});

test('`server.address()` is right as soon as `listen()` has returned', posix, async () => {
  const app = (version: number): string => `
import net from 'node:net';
const server = net.createServer((socket) => socket.end('v${version}'));
server.listen({ port: 0, host: '127.0.0.1' });
console.log('v${version} listens', JSON.stringify(server.address()), server.listening, server._connectionKey);
`;
  using project = new Project({ 'app.js': app(0) });
  await using running = run(project, 'app.js');
  const pattern = /^v\d listens (.*)$/;
  const first = pattern.exec(await running.line(pattern))?.[1];
  await up(running);
  project.write('app.js', app(1));
  assert.equal(pattern.exec(await running.line(pattern))?.[1], first);
});

test('each of several servers has its port again', posix, async () => {
  const many = (version: number): string => `
import net from 'node:net';
for (let i = 0; i < 6; i++) {
  const server = net.createServer((socket) => socket.end('v${version} ' + i));
  server.listen(0, () => console.log('v${version} server', i, server.address().port));
}
`;
  using project = new Project({ 'app.js': many(0) });
  await using app = run(project, 'app.js');
  const ports = async (version: number): Promise<string[]> => {
    const lines: string[] = [];
    for (let i = 0; i < 6; i++) lines.push(await app.line(new RegExp(`^v${version} server \\d \\d+$`)));
    return lines.map((line) => line.slice(3));
  };
  const before = await ports(0);
  await up(app);
  for (const version of [1, 2]) {
    project.write('app.js', many(version));
    assert.deepEqual(await ports(version), before);
  }
});

test('a server that closes and listens again within a tick has its port', posix, async () => {
  const again = (version: number): string => `
import http from 'node:http';
const server = http.createServer((request, response) => response.end('v${version}'));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  server.close();
  server.listen(port, '127.0.0.1', () => console.log('v${version} listens', JSON.stringify(server.address())));
});
server.on('error', (error) => console.log(String(error)));
`;
  using project = new Project({ 'app.js': again(0) });
  await using app = run(project, 'app.js');
  const { port } = await listening(app);
  assert.equal(await ask({ port }), 'v0');
  await up(app);
  project.write('app.js', again(1));
  assert.equal(await ask({ port: (await listening(app)).port }), 'v1');
});

test('a port that the program closes is closed, also while a standby waits', posix, async () => {
  using project = new Project({ 'app.js': closing(0, '0') });
  await using app = run(project, 'app.js', { env: DEBUG });
  const [pid] = await app.lines(/^pid \d+$/, /a standby waits/);
  const { port } = JSON.parse(app.transcript.lines('stdout').at(-1)!.slice('v0 listens '.length)) as {
    port: number;
  };
  process.kill(Number(pid?.slice(4)), 'SIGUSR2');
  await app.line('closed');
  await refused(port);
});

test('a port that is no longer in the code is released, and the new one is open', posix, async () => {
  using project = new Project({ 'app.js': server(0) });
  await using app = run(project, 'app.js');
  const { port } = await listening(app);
  await up(app);
  project.write('app.js', server(1, "0, '127.0.0.2'"));
  const after = await listening(app);
  assert.equal(await ask({ port: after.port, host: after.address }), 'v1');
  await refused(port);
});

test('a port can be bound to another address in the next run', posix, async () => {
  using project = new Project({ 'app.js': server(0) });
  await using app = run(project, 'app.js');
  const { port } = await listening(app);
  await up(app);
  project.write('app.js', server(1, `${port}, '127.0.0.1'`));
  assert.deepEqual(await listening(app), { address: '127.0.0.1', family: 'IPv4', port });
  await up(app);
  project.write('app.js', server(2, `${port}`));
  assert.equal((await listening(app)).port, port);
  assert.equal(await ask({ port }), 'v2');
});

test('a program that has completed holds no port', posix, async () => {
  using project = new Project({ 'app.js': `${server(0)}setTimeout(() => process.exit(0), 200);\n` });
  await using app = run(project, 'app.js');
  const { port } = await listening(app);
  await app.line(/completed, waiting/);
  await refused(port);
});

test('after a crash, only the port of the HTTP server stays open', posix, async () => {
  const code = (version: number): string =>
    `${server(version)}import net from 'node:net';\nconst other = net.createServer();\nother.listen(0, () => console.log('other', other.address().port));\n`;
  using project = new Project({ 'app.js': code(0) });
  await using app = run(project, 'app.js');
  const [web, other] = await app.lines(/ listens /, /^other \d+$/, /is up in/);
  const { port } = JSON.parse(web!.slice('v0 listens '.length)) as { port: number };
  project.write('app.js', "throw new Error('broken');\n");
  await app.line(/failed with exit code 1/);
  await refused(Number(other!.slice('other '.length)));
  assert.equal(await connect({ port, host: '127.0.0.1' }), 'connected');
  project.write('app.js', code(1));
  assert.equal((await listening(app)).port, port);
  assert.equal(await ask({ port }), 'v1');
});

test(
  'two programs with the same port: the second fails with its own error, and gets the port when the first has exited',
  posix,
  async () => {
    using one = new Project({ 'app.js': server(0) });
    await using first = run(one, 'app.js');
    const { port } = await listening(first);
    using two = new Project({ 'app.js': server(5, `${port}, '127.0.0.1'`) });
    await using second = run(two, 'app.js');
    await second.line(`Error: listen EADDRINUSE: address already in use 127.0.0.1:${port}`);
    await second.line(/failed with exit code 1, waiting/);
    await up(first);
    one.write('app.js', server(1));
    await listening(first);
    first.kill('SIGTERM');
    await first.end();
    two.write('app.js', server(6, `${port}, '127.0.0.1'`));
    await listening(second);
    assert.equal(await ask({ port }), 'v6');
  },
);

test('a unix socket is held together with its file', posix, async () => {
  const where = "'./a.sock'";
  const code = (version: number): string => server(version, where);
  using project = new Project({ 'app.js': code(0) });
  await using app = run(project, 'app.js', { env: DEBUG });
  await app.line('v0 listens "./a.sock"');
  const socketPath = project.path('a.sock');
  const errors: string[][] = [];
  {
    await using asking = poll({ socketPath });
    errors.push(asking.errors);
    for (let version = 1; version <= 5; version++) {
      await app.line(/a standby waits/);
      project.write('app.js', code(version));
      await app.line(`v${version} listens "./a.sock"`);
      await asking.next();
      assert.equal(asking.bodies.at(-1), `v${version}`);
    }
  }
  // The file is missing for a moment when the run that has bound the socket closes it.
  const [all = []] = errors;
  assert.ok(all.length <= 1 && all.every((error) => error.includes('ENOENT')), String(all));
  assert.deepEqual(fs.readdirSync(project.dir).toSorted(), [
    'a.sock',
    'app.js',
    'node_modules',
    'package.json',
  ]);
});

test('a unix socket without its file is bound again', posix, async () => {
  const code = (version: number): string =>
    `import fs from 'node:fs';\nfs.rmSync('a.sock', { force: true });\n${server(version, "'a.sock'")}`;
  using project = new Project({ 'app.js': code(0) });
  await using app = run(project, 'app.js');
  for (let version = 1; version <= 3; version++) {
    await up(app);
    project.write('app.js', code(version));
    await app.line(`v${version} listens "a.sock"`);
    assert.equal(await ask({ socketPath: project.path('a.sock') }), `v${version}`);
  }
});

test(
  'clients that are connected when the program removes the file of its socket are served',
  posix,
  async () => {
    const code = (version: number): string => `
import fs from 'node:fs';
console.log('begins');
while (!fs.existsSync('go${version}')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
fs.rmSync('a.sock', { force: true });
${server(version, "'a.sock'")}`;
    using project = new Project({ 'app.js': code(0), go0: '' });
    await using app = run(project, 'app.js');
    await app.line('v0 listens "a.sock"');
    const socketPath = project.path('a.sock');
    for (let version = 1; version <= 3; version++) {
      await up(app);
      project.write('app.js', code(version));
      await app.line(/ restarting$/);
      await app.line('begins');
      const answers = Array.from({ length: 10 }, async () => {
        const socket = net.connect(socketPath);
        await new Promise((resolve) => socket.once('connect', resolve));
        return await new Promise<string>((resolve) => {
          let text = '';
          socket.on('data', (data) => (text += String(data)));
          socket.on('error', (error) => resolve(String(error))).on('close', () => resolve(text));
          socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
        });
      });
      await pause(100);
      project.write(`go${version}`, '');
      await app.line(`v${version} listens "a.sock"`);
      for (const answer of await Promise.all(answers)) assert.match(answer, new RegExp(`v${version}$`));
      assert.equal(await ask({ socketPath }), `v${version}`);
    }
  },
);

test('a released unix socket leaves no file behind', posix, async () => {
  const echo = (version: number): string => `import net from 'node:net';
const server = net.createServer().listen('app.sock', () => console.log('v${version} listens'));
process.on('SIGTERM', () => server.close());
`;
  using project = new Project({ 'app.js': echo(0) });
  await using app = run(project, 'app.js');
  await app.line('v0 listens');
  await app.line(/is up in/);
  project.write('app.js', `${echo(1)}throw new Error('broken');\n`.replace(/^const.*$/m, ''));
  await app.line(/failed with exit code 1/);
  project.write('app.js', echo(2));
  await app.line('v2 listens');
});

test(
  'the file of a unix socket is removed when the program closes the socket, in every run',
  posix,
  async () => {
    const code = (version: number): string => closing(version, "'a.sock'");
    using project = new Project({ 'app.js': code(0) });
    await using app = run(project, 'app.js');
    for (const version of [0, 1]) {
      const [line] = await app.lines(/^pid \d+$/, /is up in/, `v${version} listens "a.sock"`);
      if (version === 0) project.write('app.js', code(1));
      else process.kill(Number(line?.slice(4)), 'SIGUSR2');
    }
    await app.line('closed');
    assert.equal(fs.existsSync(project.path('a.sock')), false);
  },
);

test('a clustered program keeps its port across a restart', posix, async () => {
  const code = (version: number): string => `
import cluster from 'node:cluster';
import http from 'node:http';
if (cluster.isPrimary) {
  for (let i = 0; i < 2; i++) cluster.fork();
} else {
  const server = http.createServer((request, response) => response.end('v${version}'));
  server.listen(0, '127.0.0.1', () => console.log('v${version} listens', JSON.stringify(server.address())));
}
`;
  using project = new Project({ 'app.js': code(0) });
  await using app = run(project, 'app.js');
  // Both workers: a late one would load the file that is saved for the next run.
  const line = await app.line(/^v0 listens/);
  await app.line(/^v0 listens/);
  const { port } = JSON.parse(line.slice('v0 listens '.length)) as { port: number };
  for (const version of [1, 2]) {
    project.write('app.js', code(version));
    const listens = new RegExp(`^v${version} listens .*:${port}}$`);
    await app.line(listens);
    await app.line(listens);
    assert.equal(await ask({ port }), `v${version}`);
  }
});

test('child processes of the program inherit no socket', linux, async () => {
  const code = (version: number): string => `
import { spawnSync } from 'node:child_process';
import net from 'node:net';
for (let i = 0; i < 12; i++) net.createServer().listen(0);
const { stdout } = spawnSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
console.log('v${version} gives', stdout.match(/socket:|fd\\/\\d/g)?.length ?? 0);
setInterval(() => {}, 1000);
`;
  using project = new Project({ 'app.js': code(0) });
  await using app = run(project, 'app.js');
  const first = (await app.line(/^v0 gives \d+$/)).slice(3);
  for (const version of [1, 2]) {
    await up(app);
    project.write('app.js', code(version));
    assert.equal((await app.line(/^v\d gives \d+$/)).slice(3), first);
  }
});

test('held sockets are invisible to the program', linux, async () => {
  const code = (version: number): string => `
import fs from 'node:fs';
import http from 'node:http';
const server = http.createServer();
// Until the program is at rest: while the socket is on its way, there is an additional request.
let last;
let equal = 0;
const look = () => {
  const now = JSON.stringify({
    version: ${version},
    server: Reflect.ownKeys(server).map(String), events: server.eventNames().map((name) => [String(name), server.listenerCount(name)]),
    process: Reflect.ownKeys(process).map(String), handles: process._getActiveHandles().length,
    resources: process.getActiveResourcesInfo(), key: server._connectionKey.replace(/\\d+$/, ''),
    env: Object.keys(process.env), fds: fs.readdirSync('/proc/self/fd').length,
  });
  equal = now === last ? equal + 1 : 0;
  last = now;
  if (equal === 5) console.log(now);
  else setTimeout(look, 10);
};
server.listen(0, '127.0.0.1', look);
`;
  using project = new Project({ 'app.js': code(0) });
  const seen = async (app: Run): Promise<{ fds: number }> => {
    const { version: _, ...rest } = JSON.parse(await app.line(/^\{/)) as { version: number; fds: number };
    return rest;
  };
  await using app = run(project, 'app.js', { env: { ...DEBUG, AUTORELOAD_HOLD: '1' } });
  const first = await seen(app);
  for (const version of [1, 2]) {
    await app.line(/a standby waits/);
    project.write('app.js', code(version));
    assert.deepEqual(await seen(app), first);
  }
  await using off = run(project, 'app.js', { env: { ...DEBUG, AUTORELOAD_HOLD: '0' } });
  // A first run may have an additional descriptor for a moment. The assertions above show that holding adds none.
  assert.deepEqual({ ...(await seen(off)), fds: first.fds }, first);
});

test('holding sockets adds no active resource when the program starts', async () => {
  using project = new Project({
    'app.cjs': 'console.log(JSON.stringify(process.getActiveResourcesInfo()));\n',
  });
  await using off = run(project, 'app.cjs', { env: { AUTORELOAD_HOLD: '0' } });
  const expected = await off.line(/^\[/);
  await using on = run(project, 'app.cjs');
  assert.equal(await on.line(/^\[/), expected);
});

test('AUTORELOAD_HOLD=0 holds nothing', posix, async () => {
  using project = new Project({ 'app.js': server(0) });
  await using app = run(project, 'app.js', { env: { ...DEBUG, AUTORELOAD_HOLD: '0' } });
  const { port } = await listening(app);
  await up(app);
  project.write('app.js', "console.log('no server');\nsetInterval(() => {}, 1000);\n");
  await app.line('no server');
  assert.equal(await connect({ port, host: '127.0.0.1' }), 'ECONNREFUSED');
  assert.equal(app.transcript.count(/ holds /), 0);
});

/** Waits until connections to a port are refused. */
async function refused(port: number): Promise<void> {
  let how = '';
  const look = (): void => {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('connect', () => socket.destroy()).on('close', () => how !== 'ECONNREFUSED' && look());
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (how = code ?? ''));
  };
  look();
  await until(`nobody listens on ${port}`, () => how === 'ECONNREFUSED');
}
