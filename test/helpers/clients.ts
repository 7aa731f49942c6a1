// Clients of a server that is restarted: they ask again and again, and count what went wrong.
import http from 'node:http';
import net from 'node:net';
import type { RequestOptions } from 'node:http';

/** What a client has got. */
export interface Answers {
  /** Bodies that are complete, in order. */
  readonly bodies: string[];
  /** What went wrong. */
  readonly errors: string[];
}

export interface Asking extends Answers, AsyncDisposable {
  /** Waits until an answer has come that was asked for from now on. */
  next: () => Promise<void>;
}

/** The body of one answer. */
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

/** Asks with a new connection every 2 ms, whether or not there are answers. */
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

/** Asks on one connection as long as it lasts, one request after the other. */
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

/** Connects, and tells how that went: `connected`, or the code of the error. */
export async function connect(options: net.NetConnectOpts): Promise<string> {
  return await new Promise((resolve) => {
    const socket = net.connect(options, () => {
      socket.destroy();
      resolve('connected');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
  });
}
