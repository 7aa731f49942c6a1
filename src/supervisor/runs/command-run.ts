// One run of any command: starts and stops the command, and reports its exit. The command runs no code of autoreload: no preload, no
// descriptor, no messages. Knows nothing of why a run starts or stops.
import type { AutoreloadError } from '../../shared/errors.ts';
import type { Ended } from '../lifecycle/state.ts';
import { ProcessTree } from '../processes/process-tree.ts';
import { spawnChild } from '../processes/spawn-child.ts';
import { failure, withChanged } from '../program/command-program.ts';
import type { CommandProgram } from '../program/program.ts';
import { Run } from './run.ts';
import type { RunOptions } from './run.ts';

/** Number of further attempts to start an executable that a compiler is still writing (ETXTBSY), and the interval (ms). */
const ATTEMPTS = 50;
const ATTEMPT_MS = 20;

export interface CommandRunOptions extends RunOptions {
  readonly program: CommandProgram;
  /** Absolute paths of the files whose change caused the run. */
  readonly changed: readonly string[];
  readonly onStarted: () => void;
}

export class CommandRun extends Run {
  readonly sharesGroup: boolean;
  readonly #options: CommandRunOptions;
  /** Signal that arrived before the command could be started. */
  #earlySignal: NodeJS.Signals | undefined;

  constructor(options: CommandRunOptions) {
    super();
    this.#options = options;
    this.sharesGroup = options.program.grouping !== 'own';
    this.#start(ATTEMPTS);
  }

  stop(): void {
    this.signal(this.#options.signal);
  }

  signal(name: NodeJS.Signals): void {
    if (this.tree) this.tree.signalAll(name);
    else this.#earlySignal = name;
  }

  #start(attempts: number): void {
    if (this.#earlySignal !== undefined) {
      void this.#finish({ code: null, signal: this.#earlySignal });
      return;
    }
    const { program, changed, onStarted } = this.#options;
    const { executable, args, cwd, grouping } = program;
    const env = withChanged(program.env, changed);
    const options = { cwd, env, stdio: [...program.stdio], detached: grouping === 'own' };
    this.child = spawnChild(executable, args, options, (error) => this.#onFailed(error, attempts));
    this.child?.once('exit', (code, signal) => void this.#finish({ code, signal }));
    this.child?.once('spawn', onStarted);
    if (this.pid !== undefined) this.tree = new ProcessTree({ ...this.#options, pid: this.pid, grouping });
  }

  #onFailed(error: NodeJS.ErrnoException, attempts: number): void {
    if (error.code === 'ETXTBSY' && attempts > 0) {
      setTimeout(() => this.#start(attempts - 1), ATTEMPT_MS);
      return;
    }
    const { code, problem } = failure(this.#options.program, error);
    void this.#finish({ code, signal: null }, problem);
  }

  async #finish(ended: Ended, problem?: AutoreloadError): Promise<void> {
    this.exited(ended);
    await this.tree?.terminate();
    this.#options.onExit(ended, problem);
  }
}
