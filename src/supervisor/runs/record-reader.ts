// Reads the lane of a child: turns bytes into records, and awaits the last records after the exit. Knows nothing of what records
// mean.
import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { parseRecord } from '../../protocol/records.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import { delay } from '../util/scheduler.ts';
import type { Scheduler } from '../util/scheduler.ts';

/** Maximum length of a record (characters). Paths and specifiers are a few hundred characters long. */
const MAX_LINE = 1 << 20;

/** Timeout for the last records of a child that has exited (ms). */
const LAST_RECORDS_MS = 200;

/** Time without a record after which no other is expected (ms). */
const SILENCE_MS = 5;

export class RecordReader {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onRecord: (record: LaneRecord) => void;
  readonly #onForeign: (text: string) => void;
  #rest = '';
  #skipping = false;
  #hasForeign = false;

  /** @param onForeign called for the first text that is not a record */
  constructor(onRecord: (record: LaneRecord) => void, onForeign: (text: string) => void) {
    this.#onRecord = onRecord;
    this.#onForeign = onForeign;
  }

  /** Takes the next bytes, and reports each complete record. */
  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    if (this.#rest.length > MAX_LINE) {
      this.#skipping = true;
      this.#reportForeign(this.#rest);
      this.#rest = '';
    }
  }

  #line(line: string): void {
    if (this.#skipping) {
      this.#skipping = false;
      return;
    }
    if (line === '') return;
    const record = parseRecord(line);
    if (record) this.#onRecord(record);
    else this.#reportForeign(line);
  }

  #reportForeign(text: string): void {
    if (!this.#hasForeign) this.#onForeign(text);
    this.#hasForeign = true;
  }
}

/** Resolves after the last record of an exited child: at the end of the lane, or at silence if descendants keep the lane open. */
export async function lastRecords(lane: Socket, scheduler: Scheduler): Promise<void> {
  if (lane.closed) return;
  const closed = new Promise((resolve) => lane.once('close', resolve));
  await Promise.race([closed, silence(lane, scheduler)]);
}

async function silence(lane: Socket, scheduler: Scheduler): Promise<void> {
  const end = scheduler.now() + LAST_RECORDS_MS;
  let received;
  do {
    received = lane.bytesRead;
    await delay(scheduler, SILENCE_MS);
  } while (received !== lane.bytesRead && scheduler.now() < end);
}
