// Writes records to the lane, synchronously and from the thread that runs the hooks: the record of a module has left the process
// before the module can crash it.
import fs from 'node:fs';
import { beforeReallyExit } from '../../node-internals/process.cts';
import { encodeRecord } from '../../protocol/records.cts';
import type { LaneRecord } from '../../protocol/records.cts';

/** Wait between two writes to a full pipe (ms). */
const FULL_PIPE_WAIT_MS = 2;

/** Maximum size of a write that is not mixed with writes of other processes (bytes, PIPE_BUF). */
const PAGE = 4096;

/** The app may replace these on the module later. */
const { fstatSync, writeSync } = fs;

const sleeper = new Int32Array(new SharedArrayBuffer(4));
let lane: number | undefined;

/** Encoded records that have not been written yet. */
let queue = '';

/** Identity of the pipe or socket at a descriptor; undefined if there is none. */
export function pipeAt(fd: number): string | undefined {
  try {
    // Numbers instead of bigints would leave "socket" in the place that `realpath` of Node 20 reads next, so that the symbolic links
    // of the entry were not resolved.
    const stats = fstatSync(fd, { bigint: true });
    return stats.isFIFO() || stats.isSocket() ? `${stats.dev}:${stats.ino}` : undefined;
  } catch {
    return undefined;
  }
}

/** Blocks this thread. */
export function sleep(ms: number): void {
  Atomics.wait(sleeper, 0, 0, ms);
}

/** Uses the pipe at a descriptor as the lane. */
export function openLane(fd: number): void {
  lane = fd;
}

/** Sends a record. Never throws: without a supervisor, the app must not notice. */
export function send(record: LaneRecord): void {
  enqueue(record);
  flush();
}

/**
 * Sends a record after the current statement, together with others: each write costs as much as a small module. For records that may
 * be lost if the process is killed within the statement.
 */
export function sendSoon(record: LaneRecord): void {
  if (queue === '') void Promise.resolve().then(flush);
  enqueue(record);
}

/**
 * Writes the queue when `process.exit` ends the process.
 *
 * @param last called before that, after the exit handlers of the app
 */
export function flushAtExit(last: () => void): void {
  beforeReallyExit(() => {
    last();
    flush();
  });
}

function enqueue(record: LaneRecord): void {
  if (lane === undefined) return;
  const text = encodeRecord(record);
  if (Buffer.byteLength(queue + text) > PAGE) flush();
  queue += text;
}

function flush(): void {
  const text = queue;
  queue = '';
  if (text !== '') write(text);
}

function write(text: string): void {
  const length = Buffer.byteLength(text);
  let sent = 0;
  while (lane !== undefined && sent < length) {
    try {
      // A string is cheaper than bytes, which only an interrupted write needs.
      sent += sent === 0 ? writeSync(lane, text) : writeSync(lane, Buffer.from(text), sent);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
        lane = undefined;
        return;
      }
      sleep(FULL_PIPE_WAIT_MS);
    }
  }
}
