// A program that calls its own server while it stops is refused, as without autoreload: the held socket does not keep it waiting.
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
