// A client of HTTP/2 on the level of frames: unlike the one of Node, it never refuses a stream itself.
import type { Socket } from 'node:net';

const HEADERS = 1;
const RST_STREAM = 3;
const SETTINGS = 4;
const PING = 6;
const GOAWAY = 7;
const ACK = 1;
const END_STREAM = 1;
const END_HEADERS = 4;

/** `GET /` on the host `a` over HTTP, in HPACK. */
const GET = Buffer.from([0x82, 0x86, 0x84, 0x41, 1, 0x61]);

/** What became of the streams of a connection. */
export interface Streams {
  readonly opened: number;
  readonly completed: number;
  readonly reset: number;
  /** Those that the server says it has accepted; undefined without GOAWAY. */
  readonly accepted: number | undefined;
}

/** Opens streams without pause until the server sends GOAWAY. Returns when the connection has closed. */
export async function openStreams(socket: Socket): Promise<Streams> {
  const streams = { opened: 0, completed: 0, reset: 0, accepted: undefined as number | undefined };
  let rest: Buffer = Buffer.alloc(0);
  const send = (type: number, flags: number, id: number, payload: Uint8Array = Buffer.alloc(0)): void => {
    const head = Buffer.alloc(9);
    head.writeUIntBE(payload.length, 0, 3);
    head.writeUInt8(type, 3);
    head.writeUInt8(flags, 4);
    head.writeUInt32BE(id, 5);
    socket.write(Buffer.concat([head, payload]));
  };
  const take = (type: number, flags: number, payload: Buffer): void => {
    if (type === SETTINGS && !(flags & ACK)) send(SETTINGS, ACK, 0);
    if (type === PING && !(flags & ACK)) send(PING, ACK, 0, payload);
    if (type === GOAWAY) streams.accepted = Math.min(streams.opened, Math.ceil(payload.readUInt32BE(0) / 2));
    if (type === RST_STREAM) streams.reset++;
    // Of HEADERS and DATA.
    if (type < 2 && flags & END_STREAM) streams.completed++;
  };
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  send(SETTINGS, 0, 0);
  const timer = setInterval(() => {
    for (let i = 0; i < 3 && streams.accepted === undefined; i++)
      send(HEADERS, END_STREAM | END_HEADERS, 2 * streams.opened++ + 1, GET);
  }, 5);
  socket.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      take(rest.readUInt8(3), rest.readUInt8(4), rest.subarray(9, end));
      rest = rest.subarray(end);
    }
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(timer);
  return streams;
}
