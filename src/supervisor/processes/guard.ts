// Runs the guard: a process next to the supervisor with two duties that the supervisor cannot fulfil itself. After the supervisor
// has exited, even by SIGKILL, the guard kills the processes that are entrusted to it. And as a member of the same process group, it
// is a witness: a signal that the guard received too was sent to the whole group, by a terminal or a tool, and therefore reached the
// run as well. Knows nothing of runs.
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { OWN_FILES } from '../../shared/paths.cts';
import { formatIdentity } from './process-table.ts';
import type { ProcessIdentity } from './process-table.ts';

/**
 * A shell, because a waiting shell takes 0.2 MB of memory, and Node takes 40 MB. It receives no text of the user, only processes.
 * It reads lines: `?` asks for the signals since the last question, any other line holds the processes to kill. At the end of
 * input, the shell becomes the reaper. `read` fails at a signal as at the end of input; the traps tell the two apart.
 */
const SCRIPT = `
got=; again=; processes=
trap 'got="$got INT"; again=1' INT
trap 'got="$got TERM"; again=1' TERM
trap 'got="$got HUP"; again=1' HUP
trap 'got="$got USR1"; again=1' USR1
trap 'again=1' QUIT USR2
while :; do
  if read -r line; then
    case $line in
      '?') echo "$got"; got= ;;
      *) processes=$line ;;
    esac
  elif [ "$again" ]; then again=
  else break
  fi
done
[ -z "$processes" ] || exec "$1" "$2" $processes
`;

/** Timeout for an answer of the witness (ms), which usually takes a few ms. */
const ANSWER_MS = 500;

/** Age below which a guard that has exited is not replaced at once: another one would exit too (ms). */
const STEADY_MS = 1000;

/** Maximum number of processes that are written to the guard at once. An app may start thousands. */
const MAX_AT_ONCE = 8;

/** Interval between two writes of more processes (ms). */
const WRITE_MS = 50;

export class Guard {
  #process: ChildProcessByStdio<Writable, Readable, null> | undefined;
  /** Callbacks for the answers to pending questions, in order. */
  readonly #questions: ((line: string) => void)[] = [];
  readonly #entrusted = new Map<object, readonly ProcessIdentity[]>();
  #timer: NodeJS.Timeout | undefined;
  /** The signal that killed an earlier guard process, and when (wall clock, ms). */
  #death: { readonly signal: NodeJS.Signals | null; readonly at: number } | undefined;
  #isClosed = false;

  /** Starts the guard process, unless it is running. */
  start(): void {
    // Windows kills the run itself: libuv puts it into a job that is closed with the supervisor.
    if (this.#process || this.#isClosed || process.platform === 'win32') return;
    // The script is passed in the environment, so that a process list shows one short line.
    const args = ['-c', 'eval "$SCRIPT"', 'autoreload-guard', process.execPath, OWN_FILES.reaper];
    const env = { PATH: process.env['PATH'], SCRIPT };
    const guard = spawn('/bin/sh', args, { stdio: ['pipe', 'pipe', 'ignore'], env, cwd: '/' });
    // Without a shell there is no guard; everything else works.
    guard.on('error', () => {});
    // Without free descriptors, Node creates no streams.
    if (guard.pid === undefined) return;
    guard.stdin.on('error', () => {});
    let text = '';
    guard.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.#questions.shift()?.(line);
    });
    const startedAt = Date.now();
    guard.on('exit', (_code, signal) => this.#replace(signal, startedAt));
    this.#process = guard;
    this.#write();
  }

  /** Starts another guard process in place of one that has been killed. */
  #replace(signal: NodeJS.Signals | null, startedAt: number): void {
    const at = Date.now();
    this.#process = undefined;
    this.#death = { signal, at };
    for (const answer of this.#questions.splice(0)) answer('');
    if (this.#isClosed) return;
    if (at - startedAt >= STEADY_MS) this.start();
    else setTimeout(() => this.start(), STEADY_MS).unref();
  }

  /**
   * Entrusts processes to the guard.
   *
   * @param owner key under which the processes replace earlier ones
   */
  entrust(owner: object, processes: readonly ProcessIdentity[]): void {
    if (processes.length > 0) this.#entrusted.set(owner, processes);
    else this.#entrusted.delete(owner);
    if (this.#all().length <= MAX_AT_ONCE) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), WRITE_MS);
  }

  /** Whether a signal that this process received was sent to the whole process group. */
  async witnessed(name: NodeJS.Signals): Promise<boolean> {
    // The console of Windows sends Ctrl-C to all processes that are attached to it.
    if (process.platform === 'win32') return name === 'SIGINT';
    const answer = await this.#ask();
    if (answer.split(' ').some((got) => `SIG${got}` === name)) return true;
    // A guard that had not set its traps yet has died of the signal.
    return this.#death?.signal === name && Date.now() - this.#death.at <= ANSWER_MS;
  }

  async #ask(): Promise<string> {
    const guard = this.#process;
    if (!guard) return '';
    return await new Promise((resolve) => {
      const timer = setTimeout(resolve, ANSWER_MS, '');
      this.#questions.push((line) => {
        clearTimeout(timer);
        resolve(line);
      });
      guard.stdin.write('?\n');
    });
  }

  /** Lets the guard exit, after it has killed the processes that are still entrusted to it. */
  close(): void {
    this.#isClosed = true;
    this.#write();
    this.#process?.stdin.end();
    this.#process?.unref();
  }

  #all(): ProcessIdentity[] {
    return [...this.#entrusted.values()].flat();
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#process?.stdin.write(`${this.#all().map(formatIdentity).join(' ')}\n`);
  }
}
