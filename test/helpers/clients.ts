// Clients that send requests without pause during restarts, and record failures.
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import type { RequestOptions } from 'node:http';

/** Results of a client. */
export interface Answers {
  /** Complete response bodies, in order. */
  readonly bodies: string[];
  /** Descriptions of failed requests. */
  readonly errors: string[];
}

export interface Asking extends Answers, AsyncDisposable {
  /** Waits for the response to a request that is sent after this call. */
  next: () => Promise<void>;
}

/** Returns the body of a response. */
export async function ask(
  options: RequestOptions,
  request: typeof http.request = http.request,
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => (response.complete ? resolve(body) : reject(new Error('cut off'))));
    });
    asked.on('error', reject).end();
  });
}

/** Sends a request on a new connection every 2 ms, without waiting for responses. */
export function poll(options: RequestOptions, request?: typeof http.request): Asking {
  const answers: Answers = { bodies: [], errors: [] };
  const pending = new Set<Promise<void>>();
  const once = async (): Promise<void> => {
    try {
      answers.bodies.push(await ask(options, request));
    } catch (error) {
      answers.errors.push(String(error));
    }
  };
  const timer = setInterval(() => {
    const asked = once();
    pending.add(asked);
    void asked.then(() => pending.delete(asked));
  }, 2);
  return {
    ...answers,
    next: async () => await once(),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await Promise.all(pending);
    },
  };
}

/** Sends sequential requests on a keep-alive connection, and on a new one after each close. */
export function converse(options: RequestOptions): Asking {
  const answers: Answers = { bodies: [], errors: [] };
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const ended = new AbortController();
  const loop = (async () => {
    while (!ended.signal.aborted) {
      try {
        answers.bodies.push(await ask({ ...options, agent }));
      } catch (error) {
        answers.errors.push(String(error));
      }
    }
  })();
  return {
    ...answers,
    next: async () => {
      const { length } = answers.bodies;
      while (answers.bodies.length < length + 2 && answers.errors.length === 0)
        await new Promise((resolve) => setImmediate(resolve));
    },
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await loop;
      agent.destroy();
    },
  };
}

/**
 * Requests `/slow` over an HTTP/2 session.
 *
 * @returns how the session ends, `closed` or an error, and the response so far
 */
export function requestSlow(url: string): { readonly closed: Promise<string>; readonly body: () => string } {
  const session = http2.connect(url, { rejectUnauthorized: false });
  const closed = new Promise<string>((resolve) => {
    session.on('error', (error) => resolve(String(error))).on('close', () => resolve('closed'));
  });
  const stream = session.request({ ':path': '/slow' }).setEncoding('utf8');
  let body = '';
  stream.on('data', (data: string) => (body += data));
  return { closed, body: () => body };
}

/** Connects. Returns `connected` or the error code. */
export async function connect(options: net.NetConnectOpts): Promise<string> {
  return await new Promise((resolve) => {
    const socket = net.connect(options, () => {
      socket.destroy();
      resolve('connected');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
  });
}
