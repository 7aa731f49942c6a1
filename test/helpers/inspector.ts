// Connects to the inspector of a process, as debuggers do. Implements WebSocket itself, because Node 20 has none.
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';

/** Returns a port without a listener, outside the range that the system assigns for port 0. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + randomInt(10_000);
    const server = net.createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** Returns the debugging targets of the inspector on a port. */
export async function targets(port: number): Promise<{ title: string; url: string }[]> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`);
  return (await response.json()) as { title: string; url: string }[];
}

/** Whether a process listens on a port. Linux only. */
export function listens(pid: number): boolean {
  const listening = ['tcp', 'tcp6'].flatMap((table) =>
    fs
      .readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .map((row) => row.trim().split(/\s+/))
      .filter((columns) => columns[3] === '0A')
      .map((columns) => `socket:[${columns[9]}]`),
  );
  return fs.readdirSync(`/proc/${pid}/fd`).some((fd) => {
    try {
      return listening.includes(fs.readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      return false;
    }
  });
}

/** A message of the protocol. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: { result?: { value?: unknown } };
}

/** A debugger that is attached to a process. `await using` it. */
export class Debugger {
  readonly #socket: Duplex;
  readonly #messages: Message[] = [];
  #arrived = (): void => {};
  #bytes = Buffer.alloc(0);
  #last = 0;
  /** The process has let the debugger go. */
  readonly closed: Promise<void>;

  private constructor(socket: Duplex, first: Buffer) {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    this.#read(first);
  }

  /** Attaches to the inspector whose URL Node has printed: `Debugger listening on ws://…`. */
  static async attach(line: string): Promise<Debugger> {
    const url = line.replace(/^.*ws:/, 'http:');
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-key': randomBytes(16).toString('base64'),
      'sec-websocket-version': '13',
    };
    const request = http.request(url, { headers }).end();
    request.once('response', ({ statusCode }) => request.destroy(new Error(`refused: ${statusCode}`)));
    const [, socket, first] = (await once(request, 'upgrade')) as [unknown, Duplex, Buffer];
    return new Debugger(socket, first);
  }

  /** Resumes a process that waits for a debugger. */
  async start(): Promise<void> {
    await this.send('Runtime.enable');
    await this.send('Debugger.enable');
    await this.send('Runtime.runIfWaitingForDebugger');
  }

  /** Sends a command and returns its result. */
  async send(method: string, params: object = {}): Promise<Message> {
    const id = ++this.#last;
    this.#write(JSON.stringify({ id, method, params }));
    return await this.#message((message) => message.id === id);
  }

  /** Waits for an event. */
  async event(method: string): Promise<void> {
    await this.#message((message) => message.method === method);
  }

  /** Pid of the process. */
  async pid(): Promise<unknown> {
    const { result } = await this.send('Runtime.evaluate', {
      expression: 'process.pid',
      returnByValue: true,
    });
    return result?.result?.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
    await this.closed;
  }

  async #message(matches: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.#messages.findIndex(matches);
      if (found >= 0) return this.#messages.splice(found, 1)[0]!;
      const closed = await Promise.race([
        this.closed.then(() => true),
        new Promise<boolean>((resolve) => (this.#arrived = () => resolve(false))),
      ]);
      if (closed) throw new Error('the process has closed its inspector');
    }
  }

  /** Sends one text frame, masked with zeros. */
  #write(text: string): void {
    const body = Buffer.from(text);
    this.#socket.write(
      Buffer.concat([
        Buffer.from([0x81, 0x80 | 126, body.length >> 8, body.length & 255]),
        Buffer.alloc(4),
        body,
      ]),
    );
  }

  /** Parses complete frames. Frames from a server are never masked. */
  #read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    for (;;) {
      const bytes = this.#bytes;
      if (bytes.length < 10 && bytes.length < 2 + (bytes[1] ?? 127)) return;
      const short = bytes[1]! & 127;
      const head = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (bytes.length < head) return;
      const length =
        short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      if (bytes.length < head + length) return;
      if ((bytes[0]! & 15) === 1) {
        this.#messages.push(JSON.parse(bytes.toString('utf8', head, head + length)) as Message);
        this.#arrived();
      }
      // The process waits for the close frame of the client.
      if ((bytes[0]! & 15) === 8) this.#socket.end(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
      this.#bytes = bytes.subarray(head + length);
    }
  }
}
