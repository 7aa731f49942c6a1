// One run of any command: starts it, stops it, tells when it and all that it started are gone. Nothing of ours is in it: no
// preload, no descriptor, no message. Knows nothing of why it is started or stopped.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { AutoreloadError } from '../../shared/errors.ts';
import { ProcessGroup } from '../processes/process-group.ts';
import { failure, withChanged } from '../program/command-program.ts';
import { processesLeft } from '../processes/process-table.ts';
import type { Proc } from '../processes/process-table.ts';
import type { CommandProgram } from '../program/program.ts';
import type { Run, Streams } from './run.ts';
import type { Scheduler } from '../util/scheduler.ts';
import type { Ended } from '../lifecycle/state.ts';

/** A program that a compiler is still writing cannot be started (ETXTBSY): how often to try again, and after how many ms. */
const TRIES = 50;
const TRY_MS = 20;

export interface CommandRunOptions {
  readonly program: CommandProgram;
  /** Absolute paths of the files whose change caused this run. */
  readonly changed: readonly string[];
  readonly scheduler: Scheduler;
  /** The stop signal. */
  readonly signal: NodeJS.Signals;
  /** ms between the stop signal and SIGKILL. */
  readonly grace: number;
  /** It has been started, at a wall-clock time in ms. */
  readonly onStarted: (at: number) => void;
  /** Which processes must not outlive the supervisor. */
  readonly onProcs: (procs: readonly Proc[]) => void;
  readonly onProblem: (error: AutoreloadError) => void;
  /** The command and all that it started are gone. Never told before the constructor has returned. */
  readonly onExit: (ended: Ended) => void;
}

export class CommandRun implements Run {
  readonly #options: CommandRunOptions;
  #process: ChildProcess | undefined;
  #group: ProcessGroup | undefined;
  /** It was told to end while it could not be started yet. */
  #given: NodeJS.Signals | undefined;

  constructor(options: CommandRunOptions) {
    this.#options = options;
    this.#start(TRIES);
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

  kill(): void {
    this.signal('SIGKILL');
  }

  signal(name: NodeJS.Signals): void {
    if (!this.#group) this.#given = name;
    this.#group?.tell(name);
    this.tellProcs();
  }

  tellProcs(): void {
    this.#options.onProcs(this.#group?.procs() ?? []);
  }

  #start(tries: number): void {
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
      // Some errors are thrown, others told.
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ETXTBSY' && tries > 0) scheduler.after(TRY_MS, () => this.#again(tries - 1));
      else queueMicrotask(() => this.#failed(error as Error));
      return;
    }
    this.#process = child;
    child.once('error', (error) => {
      if (child.pid === undefined) this.#failed(error);
    });
    child.once('spawn', () => onStarted(scheduler.now()));
    child.once('exit', (code, signal) => void this.#finish({ code, signal }));
    if (child.pid === undefined) return;
    this.#group = new ProcessGroup({ ...this.#options, pid: child.pid, grouping: program.grouping });
  }

  #again(tries: number): void {
    if (this.#given === undefined) {
      this.#start(tries);
      this.tellProcs();
    } else void this.#finish({ code: null, signal: this.#given });
  }

  #failed(error: Error): void {
    const { code, problem } = failure(this.#options.program, error);
    this.#options.onProblem(problem);
    void this.#finish({ code, signal: null });
  }

  async #finish(ended: Ended): Promise<void> {
    const { onProblem, onProcs, onExit } = this.#options;
    const left = (await this.#group?.end()) ?? [];
    if (left.length > 0) onProblem(processesLeft(left));
    onProcs([]);
    onExit(ended);
  }
}
