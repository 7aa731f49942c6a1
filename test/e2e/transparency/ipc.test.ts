// The IPC channel: a program has one only if its launcher gave it one, and then it works as without autoreload.
import assert from 'node:assert/strict';
import type { SendHandle } from 'node:child_process';
import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { run } from '../../helpers/autoreload.ts';
import type { Run } from '../../helpers/autoreload.ts';
import { Project } from '../../helpers/project.ts';
import { PATIENCE_MS } from '../../helpers/transcript.ts';

interface Mail {
  readonly message: unknown;
  readonly handle: SendHandle | undefined;
}

class Inbox {
  /** All messages so far. */
  readonly all: Mail[] = [];
  #taken = 0;
  #arrived = (): void => {};

  /** @param app a run with `'ipc'` in its `stdio` */
  constructor(app: Run) {
    app.process.on('message', (message, handle) => {
      this.all.push({ message, handle });
      this.#arrived();
    });
  }

  /** Waits for the next message. */
  async next(ms = PATIENCE_MS): Promise<Mail> {
    if (this.all.length === this.#taken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#arrived = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const mail = this.all[this.#taken];
    if (!mail) throw new Error(`no message within ${ms} ms`);
    this.#taken++;
    return mail;
  }

  /** Waits for the next message and returns its content. */
  async message(ms?: number): Promise<unknown> {
    return (await this.next(ms)).message;
  }
}

const IPC = ['ignore', 'pipe', 'pipe', 'ipc'] as const;

const ECHO = "process.on('message', (message) => process.send(['echo', message]));\nprocess.send('ready');\n";

test('without a channel of the launcher, the program has none', async () => {
  const source = `
let n = 0;
const look = () => console.log(++n, typeof process.send, typeof process.disconnect, process.connected, process.channel);
look();
setTimeout(look, 50);
setTimeout(look, 100);
`;
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js');
  const none = 'undefined undefined undefined undefined';
  await app.lines(`1 ${none}`, `2 ${none}`, `3 ${none}`, /^\[autoreload\] app\.js completed, waiting/);
});

test('without a channel, listening for messages does not keep the program alive', async () => {
  for (const source of [
    "process.on('message', () => {});\n",
    "process.once('message', () => {});\nprocess.on('disconnect', () => console.log('disconnected'));\n",
    "setTimeout(() => { process.on('message', () => {}); process.off('message', () => {}); }, 20);\n",
  ]) {
    using project = new Project({ 'app.js': source });
    await using app = run(project, 'app.js');
    await app.line('[autoreload] app.js completed, waiting for a change in 1 file');
    assert.deepEqual(app.transcript.lines('stdout'), []);
  }
});

for (const serialization of ['json', 'advanced'] as const) {
  test(`messages pass both ways, also after a restart (${serialization})`, async () => {
    const source = `${ECHO}setInterval(() => {}, 1000);\n`;
    using project = new Project({ 'app.js': source });
    await using app = run(project, 'app.js', { stdio: [...IPC], serialization });
    const inbox = new Inbox(app);
    for (let round = 0; round < 3; round++) {
      assert.equal(await inbox.message(), 'ready');
      for (const message of [{ round, deep: { list: [1, 'two', null, true] } }, 'text', 0, false, '']) {
        app.process.send(message);
        assert.deepEqual(await inbox.message(), ['echo', message]);
      }
      await app.line(/is up in/);
      project.write('app.js', `${source}// ${round}\n`);
      await app.line('[autoreload] app.js changed, restarting');
    }
    assert.equal(await inbox.message(), 'ready');
    assert.equal(inbox.all.length, 19, JSON.stringify(inbox.all));
  });
}

test('advanced serialization carries what JSON cannot', async () => {
  using project = new Project({ 'app.js': ECHO });
  await using app = run(project, 'app.js', { stdio: [...IPC], serialization: 'advanced' });
  const inbox = new Inbox(app);
  await inbox.message();
  const message = {
    map: new Map([['a', new Set([1n])]]),
    date: new Date(0),
    none: undefined,
    bytes: new Uint8Array([1, 2]),
  };
  app.process.send(message);
  assert.deepEqual(await inbox.message(), ['echo', message]);
});

test('many messages arrive complete and in order, a large one too', async () => {
  using project = new Project({ 'app.js': ECHO });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  const inbox = new Inbox(app);
  await inbox.message();
  const large = 'ä'.repeat(500_000);
  for (let i = 0; i < 500; i++) app.process.send(i);
  app.process.send(large);
  for (let i = 0; i < 500; i++) assert.deepEqual(await inbox.message(), ['echo', i]);
  assert.deepEqual(await inbox.message(), ['echo', large]);
});

test('a message sent at once waits for a program that listens late', async () => {
  const source =
    "setTimeout(() => process.on('message', (message) => process.send(['late', message])), 100);\n";
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  const inbox = new Inbox(app);
  app.process.send('first');
  app.process.send('second');
  assert.deepEqual(await inbox.message(), ['late', 'first']);
  assert.deepEqual(await inbox.message(), ['late', 'second']);
});

test('no message is lost or doubled while saves restart the program', async () => {
  const source = "process.on('message', (message) => process.send(message));\nprocess.send('ready');\n";
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  const inbox = new Inbox(app);
  assert.equal(await inbox.message(), 'ready');
  await app.line(/is up in/);
  const sent = Array.from({ length: 300 }, (_, n) => n);
  for (const n of sent) {
    if (n % 100 === 0) project.write('app.js', `${source}// ${n}\n`);
    app.process.send(n);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const received: unknown[] = [];
  while (received.length < sent.length) {
    const message = await inbox.message();
    if (message !== 'ready') received.push(message);
  }
  assert.deepEqual(
    received.toSorted((a, b) => Number(a) - Number(b)),
    sent,
  );
  assert.ok(app.restarts > 0);
});

test('messages to a run that does not listen reach the next one, once', async () => {
  const source =
    "process.once('message', (message) => process.send(['got', message]));\nsetInterval(() => {}, 1000);\n";
  using project = new Project({ 'app.js': "setInterval(() => {}, 1000);\nprocess.send('deaf');\n" });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  const inbox = new Inbox(app);
  assert.equal(await inbox.message(), 'deaf');
  app.process.send('early');
  await app.line(/is up in/);
  project.write('app.js', source);
  assert.deepEqual(await inbox.message(), ['got', 'early']);
  await app.line(/is up in/);
  project.write('app.js', `${source}// edited\n`);
  await app.line('[autoreload] app.js changed, restarting');
  await app.line(/is up in/);
  app.process.send('late');
  assert.deepEqual(await inbox.message(), ['got', 'late']);
});

test('a message that makes the program exit does not reach the next run', async () => {
  const source = "process.on('message', () => process.exit(0));\nprocess.send('ready');\n";
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  const inbox = new Inbox(app);
  assert.equal(await inbox.message(), 'ready');
  app.process.send('exit');
  await app.line('[autoreload] app.js completed, waiting for a change in 1 file');
  project.write('app.js', `${source}// saved\n`);
  assert.equal(await inbox.message(), 'ready');
  await app.line(/is up in/);
});

test('messages sent at exit reach the launcher', async () => {
  const source =
    "process.on('SIGTERM', () => { process.send('bye'); process.exit(3); });\nprocess.send('ready');\nsetInterval(() => {}, 1000);\n";
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  const inbox = new Inbox(app);
  assert.equal(await inbox.message(), 'ready');
  project.write('app.js', `${source}// edited\n`);
  assert.equal(await inbox.message(), 'bye');
  assert.equal(await inbox.message(), 'ready');
  app.kill('SIGTERM');
  assert.equal(await inbox.message(), 'bye');
  assert.deepEqual(await app.end(), { code: 3, signal: null });
});

test('a server sent by the launcher is served by the program alone, also after a restart', async () => {
  const source = `
process.on('message', (message, server) => {
  server.on('connection', (socket) => socket.end('app ' + message));
  process.send('listening');
});
process.send('ready');
`;
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  const inbox = new Inbox(app);
  const server = net.createServer().listen(0, '127.0.0.1').unref();
  await event(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const asked: string[] = [];
  for (const round of ['one', 'two']) {
    assert.equal(await inbox.message(), 'ready');
    app.process.send(round, server);
    assert.equal(await inbox.message(), 'listening');
    // The launcher accepts no more connections: only the program can serve them.
    if (round === 'two') server.close();
    await app.line(/is up in/);
    if (round === 'two') for (let i = 0; i < 20; i++) asked.push(await answer(port));
    else project.write('app.js', `${source}// edited\n`);
  }
  assert.deepEqual(
    asked,
    Array.from({ length: 20 }, () => 'app two'),
  );
});

test('a connection passes from the launcher to the program, and back', async () => {
  const source = `
process.on('message', (message, socket) => {
  socket.write('from the app, ');
  process.send('back', socket);
});
process.send('ready');
`;
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  const inbox = new Inbox(app);
  await inbox.message();
  const server = net.createServer({ pauseOnConnect: true }, (socket) => app.process.send('take', socket));
  server.listen(0, '127.0.0.1').unref();
  await event(server, 'listening');
  const reply = answer((server.address() as net.AddressInfo).port);
  const { message, handle } = await inbox.next();
  assert.equal(message, 'back');
  assert.ok(handle instanceof net.Socket);
  handle.end('from the launcher');
  assert.equal(await reply, 'from the app, from the launcher');
});

for (const [what, rest] of [
  ['continues', 'setInterval(() => {}, 1000);\n'],
  ['exits', ''],
] as const) {
  test(`the launcher sees that a program disconnects, which then ${what}`, async () => {
    const source = `
process.on('message', () => process.disconnect());
process.on('disconnect', () => console.log('gone', process.connected));
process.send('ready');
${rest}`;
    using project = new Project({ 'app.js': source });
    await using app = run(project, 'app.js', { stdio: [...IPC] });
    const inbox = new Inbox(app);
    await inbox.message();
    const disconnected = event(app.process, 'disconnect');
    app.process.send('go');
    await app.line('gone false');
    await disconnected;
    assert.equal(inbox.all.length, 1);
  });
}

test('messages sent just before the program disconnects arrive', async () => {
  using project = new Project({
    'app.js':
      'for (let n = 1; n <= 5; n++) process.send(n);\nprocess.disconnect();\nsetInterval(() => {}, 1000);\n',
  });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  const received: unknown[] = [];
  app.process.on('message', (message) => received.push(message));
  await event(app.process, 'disconnect');
  assert.deepEqual(received, [1, 2, 3, 4, 5]);
});

test('a program that exits does not disconnect: the next run has the channel', async () => {
  const source = "process.send('ready');\n";
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  const inbox = new Inbox(app);
  for (const end of ['', 'process.exit(1);\n', "process.kill(process.pid, 'SIGKILL');\n", '']) {
    assert.equal(await inbox.message(), 'ready');
    await app.line(/waiting for a change/);
    project.write('app.js', `${source}${end}// ${inbox.all.length}\n`);
  }
  assert.equal(await inbox.message(), 'ready');
});

test('the program sees that the launcher disconnects', async () => {
  const source =
    "process.on('disconnect', () => console.log('gone', process.connected));\nprocess.on('message', () => {});\nprocess.send('ready');\n";
  using project = new Project({ 'app.js': source });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  await new Inbox(app).message();
  app.process.disconnect();
  await app.lines('gone false', /completed, waiting/);
});

test('a channel without listeners does not keep the program alive', async () => {
  using project = new Project({ 'app.js': "process.send('only this');\n" });
  await using app = run(project, 'app.js', { stdio: [...IPC] });
  assert.equal(await new Inbox(app).message(), 'only this');
  await app.line(/completed, waiting/);
});

test('with a channel, the program sees the same as without autoreload', async () => {
  const source = `
console.log(JSON.stringify({
  keys: Object.keys(process), env: Object.entries(process.env).sort(), connected: process.connected,
  send: typeof process.send, channel: typeof process.channel, fd: typeof process.channel.fd,
  events: process.eventNames().map(String), newListener: process.listenerCount('newListener'),
}));
`;
  // The listener that reports the error that ends the program.
  const inherent = 'uncaughtExceptionMonitor';
  using project = new Project({ 'app.js': source });
  const seen: string[] = [];
  for (const execArgv of [[], ['--import', 'autoreload/register']]) {
    await using app = run(project, 'app.js', { execArgv, stdio: [...IPC] });
    seen.push(await app.line(/^\{/));
  }
  const supervised = JSON.parse(seen[1]!) as { events: string[] };
  const events = supervised.events.filter((name) => name !== inherent);
  assert.deepEqual({ ...supervised, events }, JSON.parse(seen[0]!));
});

/** The greeting of a server. */
async function answer(port: number): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  socket.setTimeout(5000, () => socket.destroy(new Error('no answer')));
  return await text(socket);
}

async function event(emitter: EventEmitter, name: string): Promise<void> {
  await once(emitter, name, { signal: AbortSignal.timeout(PATIENCE_MS) });
}
