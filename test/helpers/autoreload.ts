// Runs a program under autoreload, and kills it at the end of the test.
import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import fs from 'node:fs';
import type { Project } from './project.ts';
import { PATIENCE_MS, Transcript } from './transcript.ts';

export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunOptions {
  /** Additions to the environment; undefined removes a variable. */
  readonly env?: NodeJS.ProcessEnv;
  /** Node options. Default: `--import autoreload/register`. */
  readonly execArgv?: readonly string[];
  readonly cwd?: string;
  /** Default: the path of Node. */
  readonly executable?: string;
  /** argv[0] of the process. Default: the path of Node. */
  readonly argv0?: string;
  /** Default: stdin is ignored, stdout and stderr are piped. */
  readonly stdio?: SpawnOptions['stdio'];
  readonly detached?: boolean;
  readonly serialization?: 'json' | 'advanced';
}

/** A running program. `await using` it. */
export class Run {
  readonly process: ChildProcess;
  readonly transcript = new Transcript();
  readonly #ended: Promise<End>;

  constructor(project: Project, args: readonly string[], options: RunOptions = {}) {
    const { execArgv = ['--import', 'autoreload/register'], env, cwd = project.dir, ...others } = options;
    const { executable = process.execPath, ...rest } = others;
    this.process = spawn(executable, [...execArgv, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...rest,
      cwd,
      env: { ...plainEnv(), ...env },
    });
    if (this.process.stdout) this.transcript.attach('stdout', this.process.stdout);
    if (this.process.stderr) this.transcript.attach('stderr', this.process.stderr);
    const { stdout, stderr } = this.process;
    const outputs = [stdout, stderr].filter((stream) => stream !== null);
    // Not `close` of the process: Node never emits it after this side has closed an IPC channel.
    const closed = outputs.map((stream) => new Promise((resolve) => stream.once('close', resolve)));
    this.#ended = new Promise((resolve) => {
      this.process.once(
        'exit',
        (code, signal) => void Promise.all(closed).then(() => resolve({ code, signal })),
      );
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Waits for a line behind the last awaited line of its stream: the whole line, or a pattern. */
  async line(expected: string | RegExp, ms?: number): Promise<string> {
    return await this.transcript.line(expected, ms);
  }

  /** Waits for several lines in any order. */
  async lines(...expected: readonly (string | RegExp)[]): Promise<string[]> {
    return await this.transcript.inAnyOrder(...expected);
  }

  /** Number of announced restarts so far. */
  get restarts(): number {
    return this.transcript.count(/^\[autoreload\] .*restarting/);
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Waits for the exit, and for the end of the output. */
  async end(ms = PATIENCE_MS): Promise<End> {
    return await orFail(this.#ended, ms, `did not exit within ${ms} ms`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill('SIGKILL');
    await this.end();
  }
}

/** Runs a program under autoreload. */
export function run(project: Project, args: readonly string[] | string, options?: RunOptions): Run {
  return new Run(project, typeof args === 'string' ? [args] : args, options);
}

/** Waits until no process has this pid, or only a zombie. */
export async function gone(pid: number, ms = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + ms;
  while (isRunning(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} is still there after ${ms} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return (
      process.platform !== 'linux' || !/^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))
    );
  } catch {
    return false;
  }
}

/** Waits until the newest run is up. Output of the program may come before or after the line `is up`. */
export async function up(app: Run): Promise<void> {
  const isUp = (): boolean => app.transcript.count(/ is up in /) > app.restarts;
  await until('the newest run is up', isUp);
}

/** Polls until a condition holds, for conditions without an event or a line. */
export async function until(what: string, holds: () => boolean, ms = PATIENCE_MS): Promise<void> {
  const deadline = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function orFail<T>(promise: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const failure = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), ms);
  });
  try {
    return await Promise.race([promise, failure]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Returns the environment without the variables of test runners and of autoreload.
 *
 * The timeout stops a supervisor after its test file was killed.
 */
export function plainEnv(): NodeJS.ProcessEnv {
  const rest = Object.entries(process.env).filter(
    ([name]) =>
      !/^(AUTORELOAD_|NODE_TEST_|NODE_OPTIONS$|NODE_V8_COVERAGE$|FORCE_COLOR$|NO_COLOR$)/.test(name),
  );
  return { ...Object.fromEntries(rest), AUTORELOAD_TIMEOUT: '5m' };
}
