// Supervises one program: composes the parts, and feeds events to the pure transition(). What watches files is loaded while the first
// run starts.
import type { LaneRecord } from '../protocol/records.cts';
import type { ProgramWatcher } from './changes/program-watcher.ts';
import { CrashResponder } from './crash/crash-responder.ts';
import type { Dependency } from './graph/graph-export.ts';
import { DebugSignal } from './host/debug-signal.ts';
import { EventQueue } from './lifecycle/event-queue.ts';
import { EXIT_RESTART, IDLE } from './lifecycle/state.ts';
import type { Ended, Event, Policy, State, Transition } from './lifecycle/state.ts';
import { close, spawn } from './lifecycle/steps.ts';
import { transition } from './lifecycle/transition.ts';
import { timeoutText, UNKNOWN_INPUT, unreportedText } from './output/messages.ts';
import { Reporter } from './output/reporter.ts';
import { dispatchRecord, performEffect } from './parts.ts';
import type { Parts, SupervisorOptions } from './parts.ts';
import { IpcRelay } from './runs/ipc-relay.ts';
import { LastError } from './runs/last-error.ts';
import { RunManager } from './runs/run-manager.ts';
import { systemScheduler as scheduler } from './util/scheduler.ts';

/** Delay before the line about a slow exit, and timeout for a decision of the app (ms). */
const PATIENCE_MS = 1000;

export class Supervisor {
  readonly #parts: Parts;
  readonly #policy: Policy;
  readonly #queue = new EventQueue();
  #state: State = IDLE;
  #cancelTimer: (() => void) | undefined;
  #cancelTimeout: (() => void) | undefined;

  constructor(options: SupervisorOptions) {
    const lastError = new LastError(scheduler);
    const reporter = new Reporter({ ...options, lastError });
    this.#policy = { ...options.options, patience: PATIENCE_MS };
    this.#parts = {
      ...options,
      lastError,
      reporter,
      debugSignal: new DebugSignal(),
      runs: this.#createRuns(options, reporter),
      watcher: undefined,
      crashResponder: undefined,
    };
  }

  /** Starts the first run. Events wait in the queue until files are watched. */
  async start(): Promise<void> {
    const { options, log, host, runs } = this.#parts;
    host?.takeOver({
      onExitSignal: (signal) => this.#onExitSignal(signal),
      onDebugSignal: () => this.#onDebugSignal(),
      onRestart: (message) => this.restart(message),
      onUnknownInput: () => log.info(UNKNOWN_INPUT),
      onInternalError: (error) =>
        log.failure(`internal error of autoreload, a change may be missed: ${error.stack}`),
    });
    const at = scheduler.now();
    this.#enter(spawn(IDLE, undefined, at, at), 'start');
    runs.guard.start();
    const { timeout } = options;
    if (timeout !== undefined)
      this.#cancelTimeout = scheduler.after(timeout, () => {
        log.info(timeoutText(timeout));
        this.stop();
      });
    try {
      this.#parts.watcher = await this.#startWatcher();
      // The first run was spawned before the watcher existed.
      this.#parts.watcher.begin(at);
      if (options.crashPage) this.#parts.crashResponder = this.#createCrashResponder(this.#parts.watcher);
    } catch (error) {
      log.failure(`cannot watch files, so the program runs without restarts: ${String(error)}`);
    }
    this.#queue.start();
  }

  /** Restarts the program, or starts it if no run is left. */
  restart(message: string | undefined): void {
    this.#enqueue({ kind: 'restart', at: scheduler.now(), message });
  }

  /** Stops the program, and ends supervision. */
  stop(): void {
    this.#enqueue({ kind: 'stop', at: scheduler.now() });
  }

  /** Returns the dependency graph of the current run. */
  graph(): Dependency[] {
    return this.#parts.watcher?.graph.dependencies() ?? [];
  }

  #createRuns({ program, options, log, host }: SupervisorOptions, reporter: Reporter): RunManager {
    return new RunManager({
      ...options,
      program,
      scheduler,
      ipcRelay: host?.ipcRelay ?? new IpcRelay(undefined),
      settings: () => this.#parts.watcher?.records.settings.paths ?? program.settings,
      log,
      onProblem: (error) => reporter.problem(error),
      onRecord: (generation, record) => this.#queue.add(() => this.#onRecord(generation, record)),
      onExit: (generation, ended) => {
        this.#parts.debugSignal.pause();
        this.#enqueue({ kind: 'exit', generation, at: scheduler.now(), ended });
      },
    });
  }

  async #startWatcher(): Promise<ProgramWatcher> {
    const { program, options, log, runs, emit } = this.#parts;
    const { cwd, entry, settings } = program;
    const { startWatching } = await import('./changes/program-watcher.ts');
    return await startWatching({
      ...options,
      cwd,
      entry,
      settings,
      scheduler,
      onWriting: (isCertain) => this.#enqueue({ kind: 'writing', at: scheduler.now(), isCertain }),
      onSettled: (change) => {
        runs.changed(change?.files.map(({ path }) => path) ?? []);
        if (change) emit('change', { files: change.files });
        this.#enqueue({ kind: 'settled', at: scheduler.now(), change });
      },
      onProblem: (error) => log.failure(error.message),
      onUnreported: (unreported) => log.info(unreportedText(unreported, cwd)),
      onDebug: (text) => log.debug(text),
    });
  }

  #createCrashResponder(watcher: ProgramWatcher): CrashResponder {
    const { program, log, runs, lastError } = this.#parts;
    return new CrashResponder({
      cwd: program.cwd,
      entry: program.entry,
      watcher,
      lastError,
      sockets: () => runs.httpSockets,
      onProcs: (procs) => runs.guard.entrust(this, procs),
      // Without a crash page, clients would wait for a response in vain.
      onFailed: () => this.#queue.add(() => this.#state.kind === 'waiting' && runs.closeUnanswered(false)),
      onDebug: (text) => log.debug(text),
    });
  }

  #enqueue(event: Event): void {
    this.#queue.add(() => this.#apply(event));
  }

  #apply(event: Event): void {
    if (event.kind === 'exit') this.#onExit(event.ended);
    this.#enter(this.#decide(event), event.kind);
    if (event.kind === 'exit') this.#afterExit(event.ended);
  }

  #decide(event: Event): Transition {
    // Without a watcher no change would start another run.
    if (event.kind === 'exit' && !this.#parts.watcher) return close(event, event.ended);
    return transition(this.#state, event, this.#policy);
  }

  #enter([next, ...effects]: Transition, event: Event['kind'] | 'start'): void {
    const { log, host, runs } = this.#parts;
    const { kind } = this.#state;
    if (next.kind !== kind) {
      log.debug(`state: ${kind} > ${next.kind} (${event})`);
      this.#cancelTimer?.();
    }
    this.#state = next;
    if (isDown(next)) host?.keyboard.noRun();
    // Input from now on is for the parent process.
    if (next.kind === 'shuttingDown') host?.keyboard.close();
    if (next.kind === 'ended') this.#cancelTimeout?.();
    for (const effect of effects) {
      if (effect.kind === 'startTimer') this.#startTimer(effect.ms);
      else performEffect(effect, next, this.#parts, (caused) => this.#enqueue(caused));
    }
    if (next.kind === 'shuttingDown') runs.nodeRun?.cancelStopSignal();
  }

  #startTimer(ms: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = scheduler.after(ms, () => this.#enqueue({ kind: 'elapsed', at: scheduler.now() }));
  }

  /** Informs the parts about the exit of the run, before the life cycle decides what follows. */
  #onExit(ended: Ended): void {
    const { host, runs, reporter, watcher, crashResponder } = this.#parts;
    const { kind, generation } = this.#state;
    const isFailure = ended.code !== 0;
    const isRequest = ended.code === EXIT_RESTART;
    // The exit code of a run that was told to exit does not matter.
    const exitedByItself = kind === 'running' || kind === 'consulting';
    host?.runExited(ended, runs.mayChangeTerminal);
    reporter.exited(generation, ended, exitedByItself && isFailure && !isRequest);
    if (!exitedByItself) return;
    if (!isRequest) runs.closeUnanswered(isFailure && crashResponder !== undefined);
    watcher?.onExit(isFailure);
    // A run that exited before it loaded a module of the user would do so again.
    if (watcher?.records.hasLoaded) runs.prepare();
  }

  /** Decides who accepts connections when no run follows at once. */
  #afterExit(ended: Ended): void {
    if (!isDown(this.#state)) return;
    if (ended.code !== EXIT_RESTART) this.#parts.crashResponder?.show(ended);
    // During a delay no process would accept them.
    else this.#parts.runs.closeUnanswered(false);
  }

  #onRecord(generation: number, record: LaneRecord): void {
    if (generation !== this.#state.generation) return;
    const { runs, debugSignal } = this.#parts;
    const child = runs.nodeRun ?? runs.current;
    if (child && this.#state.kind === 'running') debugSignal.runLoads(child);
    dispatchRecord(record, generation, this.#parts, (event) => this.#apply(event));
  }

  #onExitSignal(signal: NodeJS.Signals): void {
    const at = scheduler.now();
    void this.#queue.addAfter(this.#parts.runs.witnessed(signal), (isShared) =>
      this.#apply({ kind: 'signal', at, signal, isShared }),
    );
  }

  #onDebugSignal(): void {
    const { runs, debugSignal } = this.#parts;
    void this.#queue.addAfter(runs.witnessed('SIGUSR1'), (isShared) => debugSignal.received(isShared));
  }
}

/** Whether the run has exited by itself, and no other one follows at once. */
function isDown({ kind }: State): boolean {
  return kind === 'waiting' || kind === 'delaying';
}
