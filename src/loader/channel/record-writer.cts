// A process's end of the lane: writes one record at a time, synchronously, from whichever thread runs the hooks, so that
// it has left the process before the module that it names can crash it. Keeps no record itself.
import fs from 'node:fs';
import { beforeReallyExit } from '../../node-internals/process.cts';
import { encodeRecord } from '../../protocol/records.cts';
import type { LaneRecord } from '../../protocol/records.cts';

/** Waits this many ms at a time for the supervisor to empty a full pipe. */
const FULL_PIPE_WAIT_MS = 2;

/** What is written at once is not mixed with what other processes write, up to so many bytes (PIPE_BUF). */
const PAGE = 4096;

/** The app may replace these on the module later. */
const { fstatSync, writeSync } = fs;

const sleeper = new Int32Array(new SharedArrayBuffer(4));
let lane: number | undefined;

/** Records that wait for the next that is sent. */
let waiting = '';

/** Which pipe is behind a descriptor, so that another process can tell whether it has the same; undefined when none is. */
export function pipeAt(fd: number): string | undefined {
  try {
    // With numbers, Node 20 would keep "socket" where its realpath looks next, and leave the entry's links unresolved.
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

/** Takes the pipe at a descriptor for the lane. */
export function openLane(fd: number): void {
  lane = fd;
}

/** Sends a record. Never throws: without a supervisor there is nobody to tell, and the app must not notice. */
export function send(record: LaneRecord): void {
  if (lane === undefined) return;
  const text = encodeRecord(record);
  if (Buffer.byteLength(waiting + text) > PAGE) flush();
  const all = waiting + text;
  waiting = '';
  write(all);
}

/**
 * Sends a record with others, when the statement that is running now has come to its end, or this process to its own: each
 * write costs as much as a small module. For what may get lost should the process be killed in that statement.
 */
export function sendSoon(record: LaneRecord): void {
  if (lane === undefined) return;
  const text = encodeRecord(record);
  if (Buffer.byteLength(waiting + text) > PAGE) flush();
  if (waiting === '') void Promise.resolve().then(flush);
  waiting += text;
}

/**
 * From now on, what waits is sent before this process ends by `process.exit`.
 *
 * @param last called before that, behind all that the app does at its end
 */
export function flushAtExit(last: () => void): void {
  beforeReallyExit(() => {
    last();
    flush();
  });
}

function flush(): void {
  const text = waiting;
  waiting = '';
  if (text !== '') write(text);
}

function write(text: string): void {
  const length = Buffer.byteLength(text);
  let sent = 0;
  while (lane !== undefined && sent < length) {
    try {
      // A string is cheaper; only what a signal has cut off needs bytes.
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
