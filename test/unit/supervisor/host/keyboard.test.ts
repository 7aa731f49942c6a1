import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keyboard } from '../../../../src/supervisor/host/keyboard.ts';
import { FakeScheduler } from '../../../helpers/fake-scheduler.ts';

/** A keyboard with a fake terminal, and the events that it has emitted. */
class Fixture {
  readonly events: string[] = [];
  readonly scheduler = new FakeScheduler();
  isThere = true;
  isForeground = true;
  #onLine: ((line: string) => void) | undefined;
  #onEnd: (() => void) | undefined;
  readonly keyboard = new Keyboard(
    {
      isThere: () => this.isThere,
      isForeground: () => this.isForeground,
      open: (onLine, onEnd) => {
        [this.#onLine, this.#onEnd] = [onLine, onEnd];
        return () => (this.#onLine = undefined);
      },
    },
    {
      onRestart: (message) => this.events.push(message),
      onUnknownInput: () => this.events.push('unknown'),
    },
    this.scheduler,
  );

  get isRead(): boolean {
    return this.#onLine !== undefined;
  }

  type(line: string): void {
    this.#onLine?.(line);
  }

  end(): void {
    this.#onLine = undefined;
    this.#onEnd?.();
  }
}

test('the terminal is read while a run is up and does not read itself', () => {
  const fixture = new Fixture();
  fixture.keyboard.runStarts(true);
  assert.equal(fixture.isRead, false);
  fixture.keyboard.runIsUp();
  assert.equal(fixture.isRead, true);
  fixture.keyboard.leave();
  assert.equal(fixture.isRead, false);
});

test('a run that reads before it is up receives the input until its exit', () => {
  const fixture = new Fixture();
  fixture.keyboard.runStarts(true);
  fixture.keyboard.leave();
  fixture.keyboard.runIsUp();
  assert.equal(fixture.isRead, false);
  fixture.keyboard.noRun();
  assert.equal(fixture.isRead, true);
  fixture.keyboard.runStarts(true);
  assert.equal(fixture.isRead, false);
  fixture.keyboard.runIsUp();
  assert.equal(fixture.isRead, true);
});

test('the input of a run that does not report its reads is left to the run', () => {
  const fixture = new Fixture();
  fixture.keyboard.runStarts(false);
  fixture.keyboard.runIsUp();
  assert.equal(fixture.isRead, false);
  fixture.keyboard.noRun();
  assert.equal(fixture.isRead, true);
});

test('an empty line and rs restart, other lines are reported once', () => {
  const fixture = new Fixture();
  fixture.keyboard.noRun();
  for (const line of ['', 'rs', ' rs ', 'restart', 'q', '']) fixture.type(line);
  assert.deepEqual(fixture.events, ['Enter', 'rs', 'rs', 'unknown', 'Enter']);
});

test('the terminal is not read in the background, and read again in the foreground', () => {
  const fixture = new Fixture();
  fixture.isForeground = false;
  fixture.keyboard.noRun();
  assert.equal(fixture.isRead, false);
  fixture.scheduler.advance(1000);
  assert.equal(fixture.isRead, false);
  fixture.isForeground = true;
  fixture.scheduler.advance(1000);
  assert.equal(fixture.isRead, true);
  fixture.isForeground = false;
  fixture.keyboard.update();
  assert.equal(fixture.isRead, false);
  fixture.keyboard.runStarts(true);
  assert.equal(fixture.scheduler.pending, 0);
});

test('without a terminal no timer runs', () => {
  const fixture = new Fixture();
  fixture.isThere = false;
  fixture.keyboard.noRun();
  assert.equal(fixture.isRead, false);
  assert.equal(fixture.scheduler.pending, 0);
});

test('after the end of input the terminal is read again when a run is up', () => {
  const fixture = new Fixture();
  fixture.keyboard.noRun();
  fixture.end();
  assert.equal(fixture.isRead, false);
  fixture.keyboard.runStarts(true);
  fixture.keyboard.runIsUp();
  assert.equal(fixture.isRead, true);
});

test('the restart key is mentioned once for each kind of line, while the terminal is read', () => {
  const fixture = new Fixture();
  const { keyboard } = fixture;
  keyboard.runStarts(true);
  assert.equal(keyboard.mention('up'), false);
  keyboard.runIsUp();
  assert.deepEqual([keyboard.mention('up'), keyboard.mention('up')], [true, false]);
  keyboard.noRun();
  assert.deepEqual([keyboard.mention('waiting'), keyboard.mention('waiting')], [true, false]);
});

test('a closed keyboard neither reads nor keeps a timer', () => {
  const fixture = new Fixture();
  fixture.keyboard.noRun();
  fixture.keyboard.leave();
  fixture.keyboard.update();
  assert.equal(fixture.isRead, false);
  assert.equal(fixture.scheduler.pending, 0);
});
