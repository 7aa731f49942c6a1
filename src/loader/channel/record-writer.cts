// Writes records to the lane, synchronously and from the thread that runs the hooks: the record of a module has left the process
// before the module can crash it.
import fs from 'node:fs';
import { threadId } from 'node:worker_threads';
import { encodeParts, encodeRecord, PAGE } from '../../protocol/records.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import { attempt } from '../../shared/attempt.cts';

/** A record that can be completed while it is in the queue. */
export type ImportRecord = (LaneRecord & { readonly kind: 'resolved' | 'again' }) & {
  onlyResolved?: boolean | undefined;
  format?: string | undefined;
};

/** Wait between two writes to a full pipe (ms). */
const FULL_PIPE_WAIT_MS = 2;

/** The app may replace these on the module later. */
const { fstatSync, writeSync } = fs;

const sleeper = new Int32Array(new SharedArrayBuffer(4));
let lane: number | undefined;

/** Encoded records that have not been written yet, and the record after them, which can still be completed. */
let queue = '';
let last: LaneRecord | undefined;

/** Number of records in parts. */
let inParts = 0;

/** Whether the queue will be written after the current statement. */
let isFlushDue = false;

/** Identity of the pipe or socket at a descriptor; undefined if there is none. */
export function pipeAt(fd: number): string | undefined {
  // Numbers instead of bigints would leave "socket" in the place that `realpath` of Node 20 reads next, so that the symbolic links
  // of the entry were not resolved.
  const stats = attempt(() => fstatSync(fd, { bigint: true }));
  return stats?.isFIFO() || stats?.isSocket() ? `${stats.dev}:${stats.ino}` : undefined;
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
  enqueue(record);
  if (isFlushDue) return;
  isFlushDue = true;
  void Promise.resolve().then(() => {
    isFlushDue = false;
    flush();
  });
}

/** Has {@link sendSoon} wait for {@link flush}, without a promise that others could notice, or no longer. */
export function holdBack(isHeldBack: boolean): void {
  isFlushDue = isHeldBack;
  if (!isHeldBack) flush();
}

/** Adds to a record that its module is loaded. Returns whether it could: only the last record of the queue can be changed. */
export function complete(record: ImportRecord, format: string | undefined): boolean {
  if (record !== last) return false;
  record.onlyResolved = undefined;
  record.format = format;
  return true;
}

function enqueue(record: LaneRecord): void {
  if (lane === undefined) return;
  encodeLast();
  last = record;
}

function encodeLast(): void {
  if (!last) return;
  const record = last;
  last = undefined;
  const text = encodeRecord(record);
  if (!exceedsPage(queue + text)) {
    queue += text;
    return;
  }
  write(queue);
  queue = '';
  if (!exceedsPage(text)) queue = text;
  else for (const part of encodeParts(record, `${process.pid}.${threadId}.${++inParts}`)) write(part);
}

function exceedsPage(text: string): boolean {
  return mayExceedPage(text.length) && Buffer.byteLength(text) > PAGE;
}

/** Writes the queue. */
export function flush(): void {
  encodeLast();
  const text = queue;
  queue = '';
  if (text !== '') write(text);
}

/** Whether a text of that length may be larger than a page: UTF-8 has at most three bytes for a UTF-16 code unit. */
function mayExceedPage(length: number): boolean {
  return length * 3 > PAGE;
}

/** @param text at most a page */
function write(text: string): void {
  // A pipe takes up to a page as a whole or not at all.
  const length = mayExceedPage(text.length) ? Buffer.byteLength(text) : 1;
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
