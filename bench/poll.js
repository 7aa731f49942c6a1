// Requests the version of a server every 2 ms, each time over a new connection, and counts the outcomes. Uses plain
// sockets, because an HTTP client would take CPU time from the server.
import net from 'node:net';

const INTERVAL_MS = 2;
/** Maximum number of pending requests. */
const AT_ONCE = 200;
/** Timeout for a request (ms). */
const HANGING_MS = 10_000;

const REQUEST = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n';

/**
 * Polls until a response has `version`. Returns its time, undefined after a timeout, and the number of refused and failed
 * requests, in-flight ones included.
 */
export async function poll(port, version, timeout) {
  const counts = { requests: 0, refused: 0, failed: 0 };
  const pending = new Set();
  let answered;
  await new Promise((done) => {
    const ask = () => {
      if (pending.size >= AT_ONCE) return;
      const one = request(port).then((outcome) => {
        pending.delete(one);
        counts.requests++;
        if (outcome.kind !== 'answer') counts[outcome.kind]++;
        else if (outcome.version === version) {
          answered ??= outcome.at;
          end();
        }
      });
      pending.add(one);
    };
    const timers = [setInterval(ask, INTERVAL_MS), setTimeout(() => end(), timeout)];
    const end = () => {
      for (const timer of timers) clearTimeout(timer);
      done();
    };
    ask();
  });
  await Promise.all(pending);
  return { at: answered, ...counts };
}

function request(port) {
  return new Promise((done) => {
    let text = '';
    let at;
    const socket = net.connect(port, '127.0.0.1', () => socket.write(REQUEST));
    socket.setTimeout(HANGING_MS, () => socket.destroy(new Error('no answer')));
    socket.setEncoding('latin1').on('data', (chunk) => {
      at = process.hrtime.bigint();
      text += chunk;
    });
    socket.on('end', () => {
      const version = /^HTTP\/1\.1 200 [^]*version (\d+)/.exec(text)?.[1];
      done(version === undefined ? { kind: 'failed' } : { kind: 'answer', version: Number(version), at });
    });
    socket.on('error', (error) => done({ kind: error.code === 'ECONNREFUSED' ? 'refused' : 'failed' }));
    socket.on('close', () => done({ kind: 'failed' }));
  });
}

/**
 * A free port outside the range for clients. Inside it, a poll could connect to itself while the server is down.
 */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = net.createServer();
    const free = await new Promise((done) => {
      server.once('error', () => done(false)).listen(port, '127.0.0.1', () => done(true));
    });
    if (!free) continue;
    await new Promise((done) => server.close(done));
    return port;
  }
}
