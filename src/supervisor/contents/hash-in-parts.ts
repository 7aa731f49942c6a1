// Hashes a file in parts, because reading it at once would hold the event loop. Does not know what for.
import fs from 'node:fs';
import { ContentHash } from '../../shared/file-stamp.cts';

/** Maximum number of bytes that are read at once. A multiple of 4; see {@link ContentHash}. */
export const PART: number = 256 * 1024;

/**
 * Hashes a file, one part in each step. Between the steps it is closed, so that the caller may drop the rest. Throws where `fs` does.
 *
 * @param size of the file (bytes). If it is no longer true, neither is the hash
 * @returns the same hash as of all bytes at once
 */
export function* hashInParts(path: string, size: number): Generator<undefined, number> {
  const hash = new ContentHash(size);
  const buffer = Buffer.allocUnsafe(PART);
  for (let position = 0; position < size; position += PART) {
    if (position > 0) yield;
    hash.add(buffer.subarray(0, readPart(path, buffer, position)));
  }
  return hash.value;
}

/** Fills the buffer with the bytes behind a position. Returns their number, which is smaller at the end of the file. */
function readPart(path: string, buffer: Buffer, position: number): number {
  const fd = fs.openSync(path, 'r');
  try {
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = fs.readSync(fd, buffer, length, buffer.length - length, position + length);
    return length;
  } finally {
    fs.closeSync(fd);
  }
}
