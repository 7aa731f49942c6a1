// Runs a program under autoreload in a pseudo-terminal, created by `script` of util-linux, and types into it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { sendSignal } from '../../src/supervisor/processes/process-table.ts';
import { childrenOf } from './processes.ts';
import type { Project } from './project.ts';
import { PATIENCE_MS, Transcript } from './transcript.ts';

/** Returns the shell command that runs a program under autoreload. */
export function commandFor(entry: string | readonly string[]): string {
  const args = typeof entry === 'string' ? ['--import', 'autoreload/register', entry] : entry;
  return [process.execPath, ...args].map(quoted).join(' ');
}

/** A terminal with a running program. `await using` it. The transcript records all of its output as stdout. */
export class Terminal {
  readonly script: ChildProcess;
  readonly transcript = new Transcript();
  readonly #ended: Promise<number | null>;

  /**
   * @param entry the program; or all arguments of Node, to run without `autoreload/register`
   * @param shell shell to run instead; the test starts the program through {@link type}
   */
  constructor(
    project: Project,
    entry: string | readonly string[],
    env: NodeJS.ProcessEnv = {},
    shell?: string,
  ) {
    const command = shell ?? `exec ${commandFor(entry)}`;
    // Variables that a test runner or a user may have set.
    const unset = {
      NODE_TEST_CONTEXT: undefined,
      NODE_V8_COVERAGE: undefined,
      FORCE_COLOR: undefined,
      NO_COLOR: undefined,
      CI: undefined,
    };
    this.script = spawn('script', ['-qec', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      cwd: project.dir,
      env: { ...process.env, ...unset, SHELL: '/bin/sh', TERM: 'xterm-256color', ...env },
    });
    this.script.stdin!.on('error', () => {});
    this.transcript.attach('stdout', this.script.stdout!);
    this.#ended = once(this.script, 'close').then(([code]) => code as number | null);
  }

  /** Pid of the supervisor. */
  get pid(): number {
    const [pid] = childrenOf(this.script.pid!);
    if (pid === undefined) throw new Error('there is no supervisor');
    return pid;
  }

  /** Waits for a line behind the last awaited line: the whole line, or a pattern. */
  async line(expected: string | RegExp): Promise<string> {
    return await this.transcript.line(expected);
  }

  /** Presses keys: `\r` is Enter, `\x03` Ctrl-C. */
  type(keys: string): void {
    this.script.stdin!.write(keys);
  }

  /** Waits for the exit of the program. Resolves to its exit code, or 128 plus its signal number. */
  async end(): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const failure = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`did not exit within ${PATIENCE_MS} ms`)), PATIENCE_MS);
    });
    return await Promise.race([this.#ended, failure]).finally(() => clearTimeout(timer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The guard kills the program and its descendants.
    if (this.script.exitCode === null && this.script.signalCode === null) {
      for (const pid of childrenOf(this.script.pid!)) sendSignal(pid, 'SIGKILL');
    }
    await this.end();
  }
}

/** Quotes a word for the shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Matches a line that ends with this text in red. */
export function redEnd(text: string): RegExp {
  return new RegExp(`\\u001B\\[31m[^\\u001B]*${text.replaceAll('.', '\\.')}\\u001B\\[39m$`);
}
