import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { parseControl } from '../../../../src/protocol/control.cts';
import { IpcRelay } from '../../../../src/supervisor/handover/ipc-relay.ts';
import type { Channel } from '../../../../src/supervisor/handover/ipc-relay.ts';

/** A run that is sent messages, and their numbers. */
function fakeRun(): { run: Channel; messages: unknown[]; numbers: number[] } {
  const messages: unknown[] = [];
  const numbers: number[] = [];
  const send = (message: unknown): boolean => {
    const control = parseControl(message);
    if (control?.kind === 'relayed') numbers.push(control.n);
    else messages.push(message);
    return true;
  };
  return { run: { connected: true, send, disconnect: () => {} }, messages, numbers };
}

test('messages that a run has not read are sent to the next run first, and no message twice', () => {
  const launcher = Object.assign(new EventEmitter(), { connected: true });
  const relay = new IpcRelay(launcher as unknown as NodeJS.Process);
  const [first, second] = [fakeRun(), fakeRun()];
  launcher.emit('message', 'a', undefined);
  relay.connect(first.run);
  for (const message of ['b', 'c']) launcher.emit('message', message, undefined);
  assert.deepEqual(first.messages, ['a', 'b', 'c']);
  relay.received(first.run, first.numbers[0]!);
  relay.received(second.run, first.numbers[2]!);
  relay.connect(undefined);
  launcher.emit('message', 'd', undefined);
  relay.connect(second.run);
  assert.deepEqual(second.messages, ['b', 'c', 'd']);
  relay.received(second.run, second.numbers[2]!);
  const third = fakeRun();
  relay.connect(third.run);
  assert.deepEqual(third.messages, []);
});
