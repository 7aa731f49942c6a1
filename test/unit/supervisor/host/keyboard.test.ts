import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keyboard } from '../../../../src/supervisor/host/keyboard.ts';
import { FakeScheduler } from '../../../helpers/fake-scheduler.ts';

/** A keyboard with a terminal that the test owns, and what came of it. */
class Fixture {
  readonly said: string[] = [];
  readonly scheduler = new FakeScheduler();
  isThere = true;
  isForeground = true;
  #onLine: ((line: string) => void) | undefined;
  #onEnd: (() => void) | undefined;
  readonly keyboard = new Keyboard(
    {
      isThere: () => this.isThere,
      mayRead: () => this.isForeground,
      open: (onLine, onEnd) => {
        [this.#onLine, this.#onEnd] = [onLine, onEnd];
        return () => (this.#onLine = undefined);
      },
    },
    this.scheduler,
  );

  constructor() {
    this.keyboard.begin({
      onRestart: (message) => this.said.push(message),
      onOther: () => this.said.push('other'),
    });
  }

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

test('the terminal is read when a run is up, until it reads itself', () => {
  const fixture = new Fixture();
  fixture.keyboard.runBegins(true);
  assert.equal(fixture.isRead, false);
  fixture.keyboard.runIsUp();
  assert.equal(fixture.isRead, true);
  fixture.keyboard.runReads();
  assert.equal(fixture.isRead, false);
});

test('a run that has read before it is up keeps what is typed until its end', () => {
  const fixture = new Fixture();
  fixture.keyboard.runBegins(true);
  fixture.keyboard.runReads();
  fixture.keyboard.runIsUp();
  assert.equal(fixture.isRead, false);
  fixture.keyboard.noRun();
  assert.equal(fixture.isRead, true);
  fixture.keyboard.runBegins(true);
  assert.equal(fixture.isRead, false);
  fixture.keyboard.runIsUp();
  assert.equal(fixture.isRead, true);
});

test('of a run that would not say that it reads nothing is taken', () => {
  const fixture = new Fixture();
  fixture.keyboard.runBegins(false);
  fixture.keyboard.runIsUp();
  assert.equal(fixture.isRead, false);
  fixture.keyboard.noRun();
  assert.equal(fixture.isRead, true);
});

test('an empty line and rs restart, anything else is answered once', () => {
  const fixture = new Fixture();
  fixture.keyboard.noRun();
  for (const line of ['', 'rs', ' rs ', 'restart', 'q', '']) fixture.type(line);
  assert.deepEqual(fixture.said, ['Enter', 'rs', 'rs', 'other', 'Enter']);
});

test('nothing is read in the background, and the foreground is noticed', () => {
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
  fixture.keyboard.look();
  assert.equal(fixture.isRead, false);
  fixture.keyboard.runBegins(true);
  assert.equal(fixture.scheduler.pending, 0);
});

test('where there is no terminal nothing is waited for', () => {
  const fixture = new Fixture();
  fixture.isThere = false;
  fixture.keyboard.noRun();
  assert.equal(fixture.isRead, false);
  assert.equal(fixture.scheduler.pending, 0);
});

test('after the end of input it is read again when there is reason to', () => {
  const fixture = new Fixture();
  fixture.keyboard.noRun();
  fixture.end();
  assert.equal(fixture.isRead, false);
  fixture.keyboard.runBegins(true);
  fixture.keyboard.runIsUp();
  assert.equal(fixture.isRead, true);
});

test('what may be pressed is mentioned once for each kind of line, while it is true', () => {
  const fixture = new Fixture();
  const { keyboard } = fixture;
  keyboard.runBegins(true);
  assert.equal(keyboard.mention('up'), false);
  keyboard.runIsUp();
  assert.deepEqual([keyboard.mention('up'), keyboard.mention('up')], [true, false]);
  keyboard.noRun();
  assert.deepEqual([keyboard.mention('waiting'), keyboard.mention('waiting')], [true, false]);
});

test('a keyboard that is closed leaves nothing behind', () => {
  const fixture = new Fixture();
  fixture.keyboard.noRun();
  fixture.keyboard.close();
  fixture.keyboard.look();
  assert.equal(fixture.isRead, false);
  assert.equal(fixture.scheduler.pending, 0);
});
