// Splits the bytes of the lane into records. Does not know what they mean.
import { StringDecoder } from 'node:string_decoder';
import { parseRecord } from '../../protocol/records.cts';
import type { LaneRecord } from '../../protocol/records.cts';

/** Maximum length of a line (UTF-16 code units). A record has a few hundred; anything longer is not one. */
const MAX_LINE = 1 << 20;

export class RecordReader {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onRecord: (record: LaneRecord) => void;
  readonly #onGarbage: (text: string) => void;
  #rest = '';
  #skipping = false;

  constructor(onRecord: (record: LaneRecord) => void, onGarbage: (text: string) => void) {
    this.#onRecord = onRecord;
    this.#onGarbage = onGarbage;
  }

  /** Takes the next bytes and reports each record that is complete. */
  push(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    if (this.#rest.length > MAX_LINE) {
      if (!this.#skipping) this.#onGarbage(this.#rest);
      this.#skipping = true;
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
    else this.#onGarbage(line);
  }
}
