// One run of any command: starts and stops the command, and reports its exit. The command runs no code of autoreload: no preload, no
// descriptor, no messages. Knows nothing of why a run starts or stops.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Ended } from '../lifecycle/state.ts';
import { ProcessTree } from '../processes/process-tree.ts';
import { failure, withChanged } from '../program/command-program.ts';
import type { CommandProgram } from '../program/program.ts';
import type { Run, RunOptions, Streams } from './run.ts';

/** Number of further attempts to start an executable that a compiler is still writing (ETXTBSY), and the interval (ms). */
const ATTEMPTS = 50;
const ATTEMPT_MS = 20;

export interface CommandRunOptions extends RunOptions {
  readonly program: CommandProgram;
  /** Absolute paths of the files whose change caused the run. */
  readonly changed: readonly string[];
  /** @param at wall-clock time of the start (ms) */
  readonly onStarted: (at: number) => void;
}

export class CommandRun implements Run {
  readonly #options: CommandRunOptions;
  #process: ChildProcess | undefined;
  #tree: ProcessTree | undefined;
  /** Signal that arrived before the command could be started. */
  #earlySignal: NodeJS.Signals | undefined;

  constructor(options: CommandRunOptions) {
    this.#options = options;
    this.#start(ATTEMPTS);
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get sharesGroup(): boolean {
    return this.#options.program.grouping !== 'own';
  }

  get streams(): Streams {
    const { stdin = null, stdout = null, stderr = null } = this.#process ?? {};
    return { stdin, stdout, stderr };
  }

  stop(): void {
    this.signal(this.#options.signal);
  }

  signal(name: NodeJS.Signals): void {
    if (this.#tree) this.#tree.signalAll(name);
    else this.#earlySignal = name;
  }

  #start(attempts: number): void {
    const { program, changed, onStarted, scheduler } = this.#options;
    let child: ChildProcess;
    try {
      child = spawn(program.executable, program.args, {
        cwd: program.cwd,
        stdio: [...program.stdio],
        env: withChanged(program.env, changed),
        detached: program.grouping === 'own',
      });
    } catch (error) {
      // Node throws some errors, and emits others.
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ETXTBSY' && attempts > 0)
        scheduler.after(ATTEMPT_MS, () => this.#startAgain(attempts - 1));
      else queueMicrotask(() => this.#fail(error as Error));
      return;
    }
    this.#process = child;
    child.once('error', (error) => {
      if (child.pid === undefined) this.#fail(error);
    });
    child.once('spawn', () => onStarted(scheduler.now()));
    child.once('exit', (code, signal) => void this.#finish({ code, signal }));
    if (child.pid === undefined) return;
    this.#tree = new ProcessTree({ ...this.#options, pid: child.pid, grouping: program.grouping });
  }

  #startAgain(attempts: number): void {
    if (this.#earlySignal === undefined) this.#start(attempts);
    else void this.#finish({ code: null, signal: this.#earlySignal });
  }

  #fail(error: Error): void {
    const { code, problem } = failure(this.#options.program, error);
    this.#options.onProblem(problem);
    void this.#finish({ code, signal: null });
  }

  async #finish(ended: Ended): Promise<void> {
    await this.#tree?.terminate();
    this.#options.onExit(ended);
  }
}
