// Reads the lane of a child: turns bytes into records, and awaits the last records after the exit. Knows nothing of what records
// mean.
import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import { joinParts, parseRecord } from '../../protocol/records.cts';
import type { LaneRecord } from '../../protocol/records.cts';

/** Maximum length of a record (characters). Paths and specifiers are a few hundred characters long. */
const MAX_LINE = 1 << 20;

/** Timeout for the last records of a child that has exited (ms). */
const LAST_RECORDS_MS = 200;

/** Time without a record after which no other is expected (ms). */
const SILENCE_MS = 5;

/**
 * Returns a function that takes the bytes of a lane, and reports each complete record.
 *
 * @param onForeign called for the first text that is not a record
 */
export function recordReader(
  onRecord: (record: LaneRecord) => void,
  onForeign: (text: string) => void,
): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  const join = joinParts();
  let rest = '';
  let isSkipping = false;
  let hasForeign = false;
  const reportForeign = (text: string): void => {
    if (!hasForeign) onForeign(text);
    hasForeign = true;
  };
  const readLine = (line: string): void => {
    const record = isSkipping || line === '' ? undefined : parseRecord(line);
    const complete = record?.kind === 'part' ? join(record) : record;
    if (complete) onRecord(complete);
    else if (!record && line !== '' && !isSkipping) reportForeign(line);
    isSkipping = false;
  };
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) readLine(line);
    if (rest.length <= MAX_LINE) return;
    isSkipping = true;
    reportForeign(rest);
    rest = '';
  };
}

/** Resolves after the last record of an exited child: at the end of the lane, or at silence if descendants keep the lane open. */
export async function lastRecords(lane: Socket): Promise<void> {
  if (lane.closed) return;
  const closed = new Promise((resolve) => lane.once('close', resolve));
  await Promise.race([closed, silence(lane)]);
}

async function silence(lane: Socket): Promise<void> {
  const end = Date.now() + LAST_RECORDS_MS;
  let received;
  do {
    received = lane.bytesRead;
    await delay(SILENCE_MS);
  } while (received !== lane.bytesRead && Date.now() < end);
}
