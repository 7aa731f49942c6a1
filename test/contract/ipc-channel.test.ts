// Checks on this Node the undocumented parts of the IPC channel that src/node-internals/process.cts uses.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { onInternalMessage } from '../../src/node-internals/process.cts';
import { contract, outputOf, startChild } from '../helpers/contract.ts';

const HIDING = 'the app sees an IPC channel that it was not given';
const posix = { skip: process.platform === 'win32' && 'needs held sockets: Linux or macOS' };

contract('the properties of the IPC channel, kChannelHandle among them', HIDING, async () => {
  const keys = 'console.log(JSON.stringify(Reflect.ownKeys(process).map(String).sort()))';
  const plain = spawnSync(process.execPath, ['-e', keys], { encoding: 'utf8' });
  const child = startChild(`for (const key of internals.channelKeys()) delete process[key]; ${keys}`);
  assert.equal(await outputOf(child), plain.stdout.trim());
});

contract('the listeners of the IPC channel', 'the channel keeps the app alive', async () => {
  const names = `console.log(JSON.stringify(['newListener', 'removeListener'].map((event) =>
    process.listeners(event).map(({ name, length }) => [name, length]))))`;
  const plain = spawnSync(process.execPath, ['-e', names], { encoding: 'utf8' });
  assert.equal(
    await outputOf(startChild(`internals.removeChannelListeners(); ${names}`)),
    plain.stdout.trim(),
  );
});

contract('onread of the IPC channel', 'a child does not notice the exit of its supervisor', async () => {
  const child = startChild(`
    const handle = internals.channelHandle();
    const { onread } = handle;
    handle.onread = function (...args) {
      console.log(args[0] === undefined ? 'end' : 'data');
      return onread.apply(this, args);
    };
    process.on('message', () => console.log('read'));`);
  child.send('hello', () => child.disconnect());
  assert.equal(await outputOf(child), 'data\nread\nend');
});

contract(
  'kMessageBuffer of the IPC channel',
  'messages from a launcher with "advanced" serialization are lost',
  async () => {
    for (const serialization of ['json', 'advanced'] as const) {
      const child = startChild('console.log(internals.channelSerialization()); process.disconnect()', {
        serialization,
      });
      assert.equal(await outputOf(child), serialization);
    }
  },
);

contract(
  'internalMessage, a raw handle in a message, _handleQueue',
  'listening sockets are not handed to the supervisor',
  async () => {
    const child = startChild(`
      const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
        const send = process.send.bind(process);
        process.on('message', () => console.log('app: message'));
        internals.wrapNodeListener((listener) => {
          listener();
          console.log(internals.isHandlePending());
          process.disconnect();
          server.close();
        });
        internals.sendRawHandle(send, { cmd: 'NODE_AUTORELOAD' }, server._handle);
        console.log(internals.isHandlePending());
      });`);
    child.on('message', () => assert.fail('a `message` event shows the internal message'));
    const received: [unknown, unknown][] = [];
    onInternalMessage(child, (message, handle) => received.push([message, handle]));
    assert.equal(await outputOf(child), 'true\nfalse');
    const [, handle] = received.find(([, sent]) => sent !== undefined && sent !== null)!;
    assert.ok((handle as { fd: number }).fd > 0);
    (handle as { close: () => void }).close();
    assert.ok(received.some(([message]) => (message as { cmd?: string }).cmd === 'NODE_AUTORELOAD'));
  },
  posix,
);
