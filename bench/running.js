// A running program: its lines are waited for, and it ends with all that it has started, also when this process has
// to end early. Knows nothing of what runs.
import { spawn } from 'node:child_process';
import { isAlive, tree } from './proc.js';
import { pause } from './program.js';

/** How long what was told to end has for it. */
const GRACE_MS = 3000;

const running = new Set();

/** Starts Node, or another program, in a folder. */
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
     * The next line that matches, and when it came; nothing when it does not in that time, or the program has ended.
     * Lines before it are gone.
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
    /** Ends it, by force what does not. */
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
      // It has just ended.
    }
  }
}

// Nothing can be waited for any more. In front of whoever removes the folders.
process.prependOnceListener('exit', () => {
  for (const child of running) kill(child, tree(child.pid));
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));
