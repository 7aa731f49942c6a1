// The guard: a process next to the supervisor that does two things which the supervisor cannot do itself. When the
// supervisor is gone, even by SIGKILL, it ends what was entrusted to it. And as a member of the same process group it
// is a witness: a signal that it got as well was sent to the whole group, by a terminal or a tool, so the child has
// got it too. Owns that process; knows nothing of the child's life.
import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { formatProc } from './process-table.ts';
import type { Proc } from './process-table.ts';

/**
 * A shell, because one that waits takes 0.2 MB where Node takes 40. It gets no text of the user's, only processes. Reads
 * lines: `?` asks which signals it got since the last time, anything else is the processes to end. At the end of input, it
 * becomes the reaper. `read` fails at a signal as at the end of input; the traps tell which it was.
 */
const SCRIPT = `
got=; again=; procs=
trap 'got="$got INT"; again=1' INT
trap 'got="$got TERM"; again=1' TERM
trap 'got="$got HUP"; again=1' HUP
trap 'got="$got USR1"; again=1' USR1
trap 'again=1' QUIT
trap 'again=1' USR2
while :; do
  if read -r line; then
    case $line in
      '?') echo "$got"; got= ;;
      *) procs=$line ;;
    esac
  elif [ "$again" ]; then again=
  else break
  fi
done
[ -z "$procs" ] || exec "$1" "$2" $procs
`;

/** The witness answers within some ms; one that does not is as good as none. */
const ANSWER_MS = 500;

/** The guard is told of so many processes at once; an app may start thousands, and then it is told this often, in ms. */
const FEW = 8;
const TELL_MS = 50;

const REAPER = fileURLToPath(new URL('reaper.js', import.meta.url));

export class Guard {
  readonly #process: ChildProcessByStdio<Writable, Readable, null> | undefined;
  /** Who waits for an answer, first come first. */
  readonly #asked: ((line: string) => void)[] = [];
  #procs: readonly Proc[] = [];
  #telling: NodeJS.Timeout | undefined;

  constructor() {
    // Windows ends the child by itself: libuv puts it into a job that is closed with the supervisor.
    if (process.platform === 'win32') return;
    // By way of the environment, so that a list of processes shows one short line.
    const guard = spawn('/bin/sh', ['-c', 'eval "$SCRIPT"', 'autoreload-guard', process.execPath, REAPER], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'], SCRIPT },
      cwd: '/',
    });
    // Without a shell there is no guard; all else works.
    guard.on('error', () => {});
    // Nor without descriptors.
    if (guard.pid === undefined) return;
    guard.stdin.on('error', () => {});
    let text = '';
    guard.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) this.#asked.shift()?.(line);
    });
    this.#process = guard;
  }

  /** Entrusts processes to the guard, in place of those before. Many in a row are told together. */
  entrust(procs: readonly Proc[]): void {
    this.#procs = procs;
    if (procs.length <= FEW) this.#tell();
    else this.#telling ??= setTimeout(() => this.#tell(), TELL_MS);
  }

  /** Whether the whole process group has got a signal that this process has got. */
  async witnessed(name: NodeJS.Signals): Promise<boolean> {
    // The console of Windows sends Ctrl-C to all that are attached to it.
    if (process.platform === 'win32') return name === 'SIGINT';
    const guard = this.#process;
    if (!guard || guard.pid === undefined || guard.exitCode !== null) return false;
    const answer = await new Promise<string>((resolve) => {
      const timer = setTimeout(resolve, ANSWER_MS, '');
      this.#asked.push((line) => {
        clearTimeout(timer);
        resolve(line);
      });
      guard.stdin.write('?\n');
    });
    // A guard that had no time to set its traps has died of the signal.
    return guard.signalCode === name || answer.split(' ').some((got) => `SIG${got}` === name);
  }

  /** Lets the guard go; it ends what is still entrusted to it. */
  close(): void {
    this.#tell();
    this.#process?.stdin.end();
    this.#process?.unref();
  }

  #tell(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#process?.stdin.write(`${this.#procs.map(formatProc).join(' ')}\n`);
  }
}
