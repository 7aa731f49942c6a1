// Supervises one program, as an event emitter for tools: composes the parts, and feeds events to the pure transition(). What watches
// files is loaded while the first run starts.
import { EventEmitter } from 'node:events';
import type { Options } from '../options/options.ts';
import type { LaneRecord } from '../protocol/records.cts';
import { CrashResponder } from './crash/crash-responder.ts';
import type { Dependency } from './changes/program-graph.ts';
import { DebugSignal } from './host/debug-signal.ts';
import { Host } from './host/host.ts';
import type { HostEvents, TakeOver } from './host/host.ts';
import { EventQueue } from './lifecycle/event-queue.ts';
import { IDLE } from './lifecycle/state.ts';
import type { Ended, Event, State, Transition } from './lifecycle/state.ts';
import { close, isStopped, spawn } from './lifecycle/steps.ts';
import { transition } from './lifecycle/transition.ts';
import type { Emit, SupervisorEvents } from './output/events.ts';
import { JITI_LIMITS, missingText, timeoutText, UNKNOWN_INPUT, unreportedText } from './output/messages.ts';
import { Reporter } from './output/reporter.ts';
import {
  afterOwnSignal,
  answerClients,
  dispatchRecord,
  isDown,
  isLastRun,
  performEffect,
  predecessorExited,
  policyOf,
  reportExit,
  viewOf,
} from './parts.ts';
import type { Parts } from './parts.ts';
import { writesOf } from './processes/written-bytes.ts';
import { commandOptions } from './program/command-program.ts';
import type { Program } from './program/program.ts';
import { IpcRelay } from './handover/ipc-relay.ts';
import { RunManager } from './runs/run-manager.ts';
import { Log } from './util/log.ts';
import { systemScheduler as scheduler } from './util/scheduler.ts';

/**
 * A supervised program. Its events are in {@link SupervisorEvents}. An error that a listener throws surfaces in the tool, and
 * does not affect supervision.
 */
export class Supervision extends EventEmitter<SupervisorEvents> {
  readonly #parts: Parts;
  readonly #queue = new EventQueue();
  readonly #closed: Promise<Ended>;
  #state: State = IDLE;
  #cancelTimer: (() => void) | undefined;

  /**
   * Starts supervision. Tools call `supervise()` instead.
   *
   * @param takeOver given if this process exists for the program alone; see `SuperviseOptions`
   */
  constructor(program: Program, given: Options, takeOver?: TakeOver) {
    super();
    const options = program.kind === 'command' ? commandOptions(program, given) : given;
    let onClose: (ended: Ended) => void;
    this.#closed = new Promise((resolve) => (onClose = resolve));
    // On the next tick, so that an error of a listener does not reach the supervisor.
    const emit: Emit = (name, ...event) => {
      process.nextTick(() => (this as EventEmitter).emit(name, ...event));
      if (name === 'close') process.nextTick(() => onClose(...(event as SupervisorEvents['close'])));
    };
    const log = new Log(options.log, (text) => emit('log', { text }));
    const isHeard = (name: keyof SupervisorEvents): boolean => this.listenerCount(name) > 0;
    const supervised = { program, options, log, emit, isHeard };
    const reporter = new Reporter(supervised);
    const { early } = takeOver ?? {};
    const host = takeOver && new Host(this.#hostEvents(), takeOver);
    const debugSignal = new DebugSignal();
    const runs = new RunManager({
      ...options,
      program,
      ipcRelay: host?.ipcRelay ?? new IpcRelay(undefined),
      early,
      ...viewOf(program, () => this.#parts.watcher),
      log,
      onProblem: (error) => reporter.problem(error),
      onRecord: (record) => {
        const { generation } = this.#state;
        this.#queue.add(() => this.#onRecord(generation, record));
      },
      onPredecessorExit: (...exit) =>
        this.#queue.add(() => predecessorExited(...exit, this.#state, this.#parts)),
      onExit: (ended, problem) => {
        const { generation } = this.#state;
        if (problem) reporter.problem(problem);
        debugSignal.pause();
        const exit = { generation, at: scheduler.now(), ended, isUnbegun: runs.isUnbegun };
        afterOwnSignal(ended, this.#state, () => this.#enqueue({ kind: 'exit', ...exit }));
      },
    });
    this.#parts = {
      ...supervised,
      host,
      runs,
      reporter,
      debugSignal,
      apply: (event) => this.#apply(event),
      startTimer: (ms) => {
        this.#cancelTimer?.();
        this.#cancelTimer = scheduler.after(ms, () =>
          this.#enqueue({ kind: 'elapsed', at: scheduler.now() }),
        );
      },
    };
    void this.#start(early?.at ?? scheduler.now());
  }

  /**
   * Restarts the program; starts it if it has exited by itself.
   *
   * @param reason the message of `restartReason` in the app
   */
  restart(reason?: string): void {
    this.#enqueue({ kind: 'restart', at: scheduler.now(), message: reason });
  }

  /**
   * Stops the program with the same stop sequence as for a restart, and ends supervision.
   *
   * @returns the exit code of the program, or the signal that killed it; code 0 after the stop signal
   */
  async close(): Promise<Ended> {
    this.#enqueue({ kind: 'stop', at: scheduler.now() });
    return await this.#closed;
  }

  /** Returns the dependency graph of the current run: each module and each other watched file, with its cause. */
  graph(): Dependency[] {
    return this.#parts.watcher?.graph.dependencies() ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Starts the first run. Events wait in the queue until files are watched. */
  async #start(at: number): Promise<void> {
    const { options, log, runs } = this.#parts;
    this.#enter(spawn(IDLE.generation, undefined, at, at), 'start');
    runs.guard.start();
    const { timeout } = options;
    if (timeout !== undefined) {
      const cancel = scheduler.after(timeout, () => {
        log.info(timeoutText(timeout));
        void this.close();
      });
      void this.#closed.then(cancel);
    }
    try {
      await this.#watchFiles(at);
    } catch (error) {
      log.failure(`cannot watch files, so the program runs without restarts: ${String(error)}`);
    }
    this.#queue.start();
  }

  #hostEvents(): HostEvents {
    const addSignal = (signal: NodeJS.Signals, apply: (isShared: boolean) => void): void =>
      void this.#queue.addAfter(this.#parts.runs.witnessed(signal), apply);
    return {
      onExitSignal: (signal) => {
        const at = scheduler.now();
        addSignal(signal, (isShared) => this.#apply({ kind: 'signal', at, signal, isShared }));
      },
      onDebugSignal: () => addSignal('SIGUSR1', (isShared) => this.#parts.debugSignal.received(isShared)),
      onRestart: (message) => this.restart(message),
      onUnknownInput: () => this.#parts.log.info(UNKNOWN_INPUT),
      onInternalError: (error) =>
        this.#parts.log.failure(`internal error of autoreload, a change may be missed: ${error.stack}`),
    };
  }

  /** @param spawnedAt start of the first run, which was spawned before the watcher existed */
  async #watchFiles(spawnedAt: number): Promise<void> {
    const { program, options, log, emit, runs, reporter } = this.#parts;
    const { startWatching } = await import('./changes/program-watcher.ts');
    const watcher = await startWatching({
      ...options,
      ...program,
      scheduler,
      onWriting: (isCertain) => this.#enqueue({ kind: 'writing', at: scheduler.now(), isCertain }),
      onSettled: (change) => {
        runs.standbys.changed(change?.files ?? []);
        if (change) emit('change', { files: change.files });
        this.#enqueue({ kind: 'settled', at: scheduler.now(), change });
      },
      onProblem: (error) => log.failure(error.message),
      onUnreported: (unreported) => log.info(unreportedText(unreported, program.cwd)),
      onMissing: (isCwd) => log.info(missingText(isCwd ? program.cwd : undefined)),
      onJiti: () => log.info(JITI_LIMITS),
      writes: writesOf(runs.nodePid, runs.exitedAt, () => runs.wasKilled || isStopped(this.#state)),
      onDebug: (text) => log.debug(text),
    });
    this.#parts.watcher = watcher;
    watcher.begin(spawnedAt);
    if (!options.crashPage) return;
    this.#parts.crashResponder = new CrashResponder({
      ...this.#parts,
      watcher,
      lastError: reporter.lastError,
      hosts: options.crashPageHosts,
      // Without a crash page, clients would wait for a response in vain.
      onFailed: () => this.#queue.add(() => this.#state.kind === 'waiting' && runs.held?.close()),
    });
  }

  #enqueue(event: Event): void {
    this.#queue.add(() => this.#apply(event));
  }

  #apply(event: Event): void {
    const parts = this.#parts;
    if (event.kind !== 'exit')
      return this.#enter(transition(this.#state, event, policyOf(parts)), event.kind);
    const { ended } = event;
    reportExit(ended, this.#state, parts);
    const next = transition(this.#state, event, policyOf(parts));
    const isLast = isLastRun(ended, this.#state, next[0], parts);
    this.#enter(isLast ? close(event.generation, ended) : next, event.kind);
    if (isDown(this.#state) && !parts.runs.predecessor.isServing) answerClients(ended, parts);
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
    if (next.kind === 'shuttingDown') host?.keyboard.leave();
    for (const effect of effects) performEffect(effect, next, this.#parts);
    if (next.kind === 'shuttingDown') runs.leave();
  }

  #onRecord(generation: number, record: LaneRecord): void {
    if (generation !== this.#state.generation) return;
    const { runs, debugSignal } = this.#parts;
    const isLoading = record.kind !== 'begun' && this.#state.kind === 'running';
    if (runs.current && isLoading) debugSignal.runLoads(runs.current);
    dispatchRecord(record, generation, this.#parts);
  }
}
