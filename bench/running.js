// Runs a program: waits for its lines, and terminates its process tree, also when this process exits early.
import { spawn } from 'node:child_process';
import { isAlive, tree } from './proc.js';
import { pause } from './program.js';

/** Grace period after SIGTERM (ms). */
const GRACE_MS = 3000;

const running = new Set();

/** Starts Node or another program in a folder. */
export function start(dir, args, { command = process.execPath, env = process.env } = {}) {
  const child = spawn(command, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const lines = [];
  let wake = () => {};
  const exited = new Promise((done) => {
    child.once('error', done).once('exit', done);
  }).then(() => {
    running.delete(child);
    wake();
  });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk) => {
      const all = (rest + chunk).split('\n');
      rest = all.pop();
      const at = process.hrtime.bigint();
      lines.push(...all.map((text) => ({ text, at })));
      wake();
    });
  }
  const woken = (time) =>
    new Promise((done) => {
      const timer = time === Infinity ? undefined : setTimeout(done, time);
      wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  return {
    pid: child.pid,
    /**
     * The next matching line with its time; undefined after the timeout or the exit of the program. Earlier lines are
     * dropped.
     */
    async line(pattern, timeout = Infinity) {
      const deadline = Date.now() + timeout;
      for (;;) {
        for (let line = lines.shift(); line; line = lines.shift()) {
          const match = pattern.exec(line.text);
          if (match) return { match, at: line.at };
        }
        if (hasEnded(child) || Date.now() >= deadline) return undefined;
        await woken(deadline - Date.now());
      }
    },
    /** Terminates the process tree, with SIGKILL after the grace period. */
    async end() {
      const started = tree(child.pid);
      child.kill('SIGTERM');
      for (const deadline = Date.now() + GRACE_MS; !hasEnded(child) && Date.now() < deadline;) {
        await pause(20);
        started.push(...tree(child.pid));
      }
      kill(child, started);
      await exited;
    },
  };
}

function hasEnded(child) {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function kill(child, started) {
  if (!hasEnded(child)) child.kill('SIGKILL');
  for (const one of started) {
    try {
      if (isAlive(one)) process.kill(one.pid, 'SIGKILL');
    } catch {
      // It has just exited.
    }
  }
}

// Asynchronous work is impossible at exit. Before the listener that removes the folders.
process.prependOnceListener('exit', () => {
  for (const child of running) kill(child, tree(child.pid));
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));
