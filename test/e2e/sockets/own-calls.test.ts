// A program that calls its own server while it stops is answered until it closes the server, and then refused, as without autoreload:
// the held socket does not keep it waiting.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { run, up } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';

const posix = { skip: process.platform === 'win32' && 'sockets are not held on Windows' };

/** Connects to its address after it has closed its server. */
const app = (listen: string, connect: string): string => `
import net from 'node:net';
const server = net.createServer(() => {}).listen(${listen}, () => console.log('listens'));
process.once('SIGTERM', () => {
  const port = server.address()?.port;
  server.close();
  net.connect(${connect}).on('connect', () => { console.log('connected'); }).on('error', (error) => {
    console.log(error.code);
    process.exit();
  });
});
`;

for (const [listen, connect, code] of [
  ['0', "{ port, host: 'localhost' }", 'ECONNREFUSED'],
  ['0', "{ port, host: '127.0.0.1' }", 'ECONNREFUSED'],
  ["0, '127.0.0.1'", "{ port, host: 'localhost', autoSelectFamily: true }", 'ECONNREFUSED'],
  ["0, '127.0.0.1'", "{ port, host: '::ffff:127.0.0.1' }", 'ECONNREFUSED'],
  ["'own.sock'", "'./own.sock'", 'ENOENT'],
] as const) {
  test(`a stopping program that listens on ${listen} and calls ${connect} gets ${code}`, posix, async () => {
    const source = app(listen, connect);
    using project = new Project({ 'app.js': source });
    await using program = run(project, 'app.js');
    await program.line('listens');
    await up(program);
    project.write('app.js', `${source}// edited\n`);
    await program.lines(code, 'listens');
  });
}

/** Calls its server when it is stopped, before it closes it and after that. */
const caller = (listen: string, options: string): string => `
import http from 'node:http';
const server = http.createServer((request, response) => response.end(request.headers.host));
server.listen(${listen}, () => console.log('listens'));
const call = () => new Promise((resolve) => {
  const address = server.address() ?? call.address;
  call.address = address;
  http.get({ headers: { host: 'own' }, ...(${options})(address) }, (response) => {
    response.setEncoding('utf8').on('data', (text) => resolve(response.statusCode + ' ' + text));
  }).on('error', (error) => resolve(error.code));
});
process.once('SIGTERM', async () => {
  console.log(await call(), await call());
  server.close();
  console.log(await call());
  process.exit();
});
`;

for (const [listen, options, code] of [
  ['0', "({ port }) => ({ port, host: 'localhost' })", 'ECONNREFUSED'],
  ['0', "({ port }) => ({ port, host: '::1' })", 'ECONNREFUSED'],
  ["0, '127.0.0.1'", "({ port }) => ({ port, host: '127.0.0.1' })", 'ECONNREFUSED'],
  ["'own.sock'", "() => ({ socketPath: './own.sock' })", 'ENOENT'],
] as const) {
  test(
    `a stopping program that listens on ${listen} is answered until it closes its server`,
    posix,
    async () => {
      const source = caller(listen, options);
      using project = new Project({ 'app.js': source });
      await using program = run(project, 'app.js');
      await program.line('listens');
      await up(program);
      project.write('app.js', `${source}// edited\n`);
      await program.lines('200 own 200 own', code, 'listens');
    },
  );
}

test('a request in flight calls the server itself', posix, async () => {
  const source = `
import fs from 'node:fs';
import http from 'node:http';
const server = http.createServer(async (request, response) => {
  if (request.url === '/part') return response.end('part');
  console.log('request');
  while (!fs.existsSync('go')) await new Promise((resolve) => setTimeout(resolve, 10));
  const part = await fetch('http://localhost:' + server.address().port + '/part');
  response.end('page of ' + (await part.text()));
}).listen(0, () => console.log('port', server.address().port));
`;
  using project = new Project({ 'app.js': source });
  await using program = run(project, 'app.js');
  const port = /\d+/.exec(await program.line(/^port /))?.[0];
  await up(program);
  const page = fetch(`http://localhost:${port}/`).then(async (response) => await response.text());
  await program.line('request');
  project.write('app.js', `${source}// edited\n`);
  await program.line(/restarting$/);
  project.write('go', '');
  assert.equal(await page, 'page of part');
  await program.line(`port ${port}`);
});

test('a stopping program reaches the server of another process', posix, async () => {
  const other = net.createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  await once(other, 'listening');
  try {
    const { port } = other.address() as net.AddressInfo;
    const source = app('0', `${port}, '127.0.0.1'`).replace(
      "console.log('connected');",
      '$& process.exit();',
    );
    using project = new Project({ 'app.js': source });
    await using program = run(project, 'app.js');
    await program.line('listens');
    await up(program);
    project.write('app.js', `${source}// edited\n`);
    await program.lines('connected', 'listens');
  } finally {
    other.close();
  }
});
