// The child's end of the lane: writes one record at a time, synchronously, from whichever thread runs the hooks,
// so that it has left the process before the module that it names can crash it. Keeps no record itself.
import fs from 'node:fs';
import { encodeRecord, LANE_FD } from '../protocol.cts';
import type { LaneRecord } from '../protocol.cts';

/** Waits this many ms at a time for the supervisor to empty a full pipe. */
const FULL_PIPE_WAIT_MS = 2;

/** The app may replace these on the module later. */
const { fstatSync, writeSync } = fs;

const sleeper = new Int32Array(new SharedArrayBuffer(4));
let broken = false;

/** Whether this process has a lane: descriptor {@link LANE_FD} is a pipe or a socket. */
export function hasLane(): boolean {
  try {
    // With numbers, Node 20 would keep "socket" where its realpath looks next, and leave the entry's links unresolved.
    const stats = fstatSync(LANE_FD, { bigint: true });
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}

/** Sends a record. Never throws: without a supervisor there is nobody to tell, and the app must not notice. */
export function send(record: LaneRecord): void {
  if (broken) return;
  const bytes = Buffer.from(encodeRecord(record));
  let sent = 0;
  while (sent < bytes.length) {
    try {
      sent += writeSync(LANE_FD, bytes, sent);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
        broken = true;
        return;
      }
      Atomics.wait(sleeper, 0, 0, FULL_PIPE_WAIT_MS);
    }
  }
}
