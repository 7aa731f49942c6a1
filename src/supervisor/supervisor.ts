// The supervisor of one program: builds the parts, feeds what happens to transition(), and does what it decides. Decides
// nothing itself. What the first child does not need is loaded while it starts.
import type { Options } from '../options/options.ts';
import type { RestartReason } from '../protocol/app-bridge.cts';
import type { LaneRecord } from '../protocol/records.cts';
import { AutoreloadError } from '../shared/errors.ts';
import { Reporter } from './output/reporter.ts';
import type { Dependency } from './graph/graph-export.ts';
import type { CrashResponder } from './crash/crash-responder.ts';
import type { Emit, SupervisorEvents } from './output/events.ts';
import type { Host } from './host/host.ts';
import { DebugSignal } from './host/debug-signal.ts';
import { LastError } from './runs/last-error.ts';
import { IpcRelay } from './runs/ipc-relay.ts';
import { UNKNOWN_INPUT, unreportedText } from './output/messages.ts';
import type { Log } from './util/log.ts';
import type { Program } from './program/program.ts';
import { RunManager } from './runs/run-manager.ts';
import { systemScheduler as scheduler } from './util/scheduler.ts';
import { IDLE } from './lifecycle/state.ts';
import type { Effect, Ended, Event, Policy, State } from './lifecycle/state.ts';
import { EXIT_RESTART, transition } from './lifecycle/transition.ts';
import type { ProgramWatcher } from './changes/program-watcher.ts';

/** After this many ms a user who waits for the program to end is told that it has not. */
const PATIENCE_MS = 1000;

/** At least so long before it is killed, in ms, a child that drains gets its signal; or half of the grace period. */
const HANDLERS_MS = 1000;

export interface SupervisorParts {
  readonly program: Program;
  readonly options: Options;
  readonly log: Log;
  /** The process, if it is there for this program alone. */
  readonly host: Host | undefined;
  readonly emit: Emit;
  /** Whether somebody listens to an event. */
  readonly isHeard: (name: keyof SupervisorEvents) => boolean;
}

export class Supervisor {
  readonly #parts: SupervisorParts;
  readonly #runs: RunManager;
  readonly #policy: Policy;
  readonly #debug = new DebugSignal();
  readonly #lastError = new LastError(scheduler);
  readonly #announcer: Reporter;
  /** What has happened and has not been handled yet, in order. */
  readonly #queue: (() => void)[] = [];
  #handling = true;
  /** How many signals are waiting to be understood. */
  #held = 0;
  #state: State = IDLE;
  #watching: ProgramWatcher | undefined;
  #down: CrashResponder | undefined;
  #cancelTimer: (() => void) | undefined;
  #cancelTimeout: (() => void) | undefined;

  constructor(parts: SupervisorParts) {
    this.#parts = parts;
    const { program, options, log, host } = parts;
    const { grace, signal, onExit, onCrash } = options;
    this.#policy = { grace, signal, onExit, onCrash, patience: PATIENCE_MS };
    this.#announcer = new Reporter({
      ...parts,
      scheduler,
      lastError: this.#lastError,
      watching: () => this.#watching,
      run: () => this.#runs.child,
      isDraining: () => this.#runs.nodeChild?.isDraining ?? false,
      mayPress: ({ kind }) => host?.keyboard.mention(kind) ?? false,
    });
    this.#runs = new RunManager({
      program,
      scheduler,
      standby: options.standby,
      hold: options.hold,
      drainMs: Math.max(grace - HANDLERS_MS, grace / 2),
      signal,
      grace,
      launcher: host?.launcher ?? new IpcRelay(undefined),
      settings: () => this.#watching?.settings ?? program.settings,
      log,
      onProblem: (error) => this.#announcer.problem(error),
      onRecord: (generation, record) => this.#do(() => this.#record(generation, record)),
      onExit: (generation, ended) => {
        this.#debug.pause();
        this.#enqueue({ kind: 'exit', generation, at: scheduler.now(), ended });
      },
    });
  }

  /** Starts the first child. What happens until watching is ready waits in the queue. */
  async start(): Promise<void> {
    const { options, log, host } = this.#parts;
    host?.begin({
      onSignal: (signal) => void this.#onSignal(signal),
      onDebugSignal: () => void this.#onDebugSignal(),
      onRestart: (message) => this.restart(message),
      onOtherInput: () => log.info(UNKNOWN_INPUT),
      onInternalError: (error) =>
        log.failure(`internal error of autoreload, a change may be missed: ${error.stack}`),
    });
    const at = scheduler.now();
    this.#apply({ kind: 'start', at });
    this.#runs.guard();
    const { timeout } = options;
    if (timeout !== undefined) this.#cancelTimeout = scheduler.after(timeout, () => this.#timeOut(timeout));
    try {
      this.#watching = await this.#watch();
      this.#watching.begin(at);
      if (options.crashPage) this.#down = await this.#prepareDown(this.#watching);
    } catch (error) {
      log.failure(`cannot watch files, so the program runs without restarts: ${String(error)}`);
    }
    this.#handling = false;
    this.#handle();
  }

  /** Restarts the program, or starts it if it is not there. */
  restart(message: string | undefined): void {
    this.#enqueue({ kind: 'restart', at: scheduler.now(), message });
  }

  /** Ends the program, and supervision with it. */
  stop(): void {
    this.#enqueue({ kind: 'stop', at: scheduler.now() });
  }

  /** What the current run is made of, and why. */
  graph(): Dependency[] {
    return this.#watching?.dependencies() ?? [];
  }

  async #watch(): Promise<ProgramWatcher> {
    const { program, options, log } = this.#parts;
    const { cwd, entry, settings } = program;
    const { startWatching } = await import('./changes/program-watcher.ts');
    return await startWatching({
      cwd,
      entry,
      settings,
      scheduler,
      poll: options.poll,
      watch: options.watch,
      ignore: options.ignore,
      ext: options.ext,
      debounce: options.debounce,
      onMoving: (certain) => this.#enqueue({ kind: 'moving', at: scheduler.now(), certain }),
      onSettled: (change) => {
        this.#runs.changed(change?.files.map(({ path }) => path) ?? []);
        if (change) this.#parts.emit('change', { files: change.files });
        this.#enqueue({ kind: 'settled', at: scheduler.now(), change });
      },
      onProblem: (error) => log.failure(error.message),
      onUnreported: (unreported) => log.info(unreportedText(unreported, cwd)),
      onDebug: (text) => log.debug(text),
    });
  }

  async #prepareDown(watching: ProgramWatcher): Promise<CrashResponder> {
    const { program, log } = this.#parts;
    const { cwd, entry } = program;
    const { CrashResponder } = await import('./crash/crash-responder.ts');
    return new CrashResponder({
      cwd,
      entry,
      scheduler,
      watching,
      lastError: this.#lastError,
      sockets: () => this.#runs.httpSockets,
      onProcs: (procs) => this.#runs.entrustPage(procs),
      onFailed: () => this.#do(() => this.#unanswered()),
      onDebug: (text) => log.debug(text),
    });
  }

  #enqueue(event: Event): void {
    this.#do(() => this.#apply(event));
  }

  #do(action: () => void): void {
    this.#queue.push(action);
    this.#handle();
  }

  /** Handles what is in the queue; what comes in the meantime is handled after it. */
  #handle(): void {
    if (this.#handling || this.#held > 0) return;
    this.#handling = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) next();
    } finally {
      this.#handling = false;
    }
  }

  #apply(event: Event): void {
    if (event.kind === 'exit') {
      this.#ended(event.ended);
      // Nothing would start it again.
      if (!this.#watching) {
        this.#state = { kind: 'ended', generation: event.generation };
        this.#leave(event.ended);
        return;
      }
    }
    const [next, ...effects] = transition(this.#state, event, this.#policy);
    if (next.kind !== this.#state.kind)
      this.#parts.log.debug(`${this.#state.kind} > ${next.kind} (${event.kind})`);
    this.#state = next;
    const isDown = next.kind === 'waiting' || next.kind === 'delaying';
    if (isDown) this.#parts.host?.keyboard.noRun();
    // What is typed now is for whoever follows.
    if (next.kind === 'ending') this.#parts.host?.keyboard.close();
    for (const effect of effects) this.#perform(effect);
    if (next.kind === 'ending') this.#runs.nodeChild?.keepSignal();
    if (event.kind !== 'exit') return;
    if (isDown && event.ended.code !== EXIT_RESTART) this.#down?.ended(event.ended);
    // Nobody would answer for a while.
    else if (isDown) this.#runs.ended(false);
  }

  #perform(effect: Effect): void {
    const { child, nodeChild } = this.#runs;
    switch (effect.kind) {
      case 'spawn':
        this.#spawn(effect.generation, effect.reason);
        break;
      case 'stop':
        this.#debug.pause();
        child?.stop(effect.reason);
        break;
      case 'ask':
        nodeChild?.tell({ kind: 'ask', round: effect.round, files: effect.change.files });
        break;
      case 'accept':
        this.#watching?.accept(effect.change.files.map(({ path }) => path));
        break;
      case 'kill':
        child?.kill();
        break;
      case 'forward':
        child?.signal(effect.signal);
        break;
      case 'wait':
        this.#cancelTimer?.();
        this.#cancelTimer = scheduler.after(effect.ms, () =>
          this.#enqueue({ kind: 'elapsed', at: scheduler.now() }),
        );
        break;
      case 'cancel':
        this.#cancelTimer?.();
        break;
      case 'say':
        this.#announcer.say(effect.line, this.#state);
        break;
      case 'leave':
        this.#leave(effect.ended);
        break;
    }
  }

  #spawn(generation: number, reason: RestartReason | undefined): void {
    const { program, host } = this.#parts;
    host?.keyboard.runBegins(this.#runs.reportsReads);
    this.#watching?.begin(scheduler.now());
    this.#down?.begin();
    this.#lastError.begin();
    try {
      this.#runs.start(generation, reason);
      this.#announcer.started(generation, reason);
    } catch (error) {
      const message = `cannot start ${program.executable}: ${String(error)}`;
      this.#announcer.problem(new AutoreloadError('ERR_AUTORELOAD_SPAWN', message));
      this.#enqueue({ kind: 'exit', generation, at: scheduler.now(), ended: { code: 1, signal: null } });
    }
  }

  #record(generation: number, record: LaneRecord): void {
    if (generation !== this.#state.generation) return;
    const { child } = this.#runs;
    if (child && this.#state.kind === 'running') this.#debug.begun(this.#runs.nodeChild ?? child);
    const { log, host } = this.#parts;
    switch (record.kind) {
      case 'inspected':
        this.#debug.opened(record.url);
        log.debug(`inspector at ${record.url}`);
        break;
      case 'crashed':
        this.#lastError.add(record);
        break;
      case 'resolved':
      case 'missed':
        this.#watching?.record(record);
        this.#announcer.loaded(generation);
        break;
      case 'tracked':
        this.#watching?.track(record.text, record.cwd, record.on);
        break;
      case 'wishes':
        this.#apply({ kind: 'wishes', generation, wishes: record });
        break;
      case 'answered':
        this.#apply({ ...record, generation });
        break;
      case 'requested':
        if (record.what === 'stop') this.#apply({ kind: 'stop', at: scheduler.now() });
        else this.#apply({ kind: 'restart', at: scheduler.now(), message: record.message, isOwn: true });
        break;
      case 'lost':
        this.#announcer.lost(record);
        break;
      case 'reads':
        host?.keyboard.runReads();
        break;
      case 'up':
        host?.keyboard.runIsUp();
        this.#watching?.cameUp();
        this.#debug.cameUp();
        this.#apply({ kind: 'up', generation, at: record.at });
        this.#runs.prepare();
        break;
      default:
    }
  }

  #ended(ended: Ended): void {
    const { host } = this.#parts;
    const { kind, generation } = this.#state;
    const { code } = ended;
    // A run that was told to end has not broken.
    const byItself = kind === 'running' || kind === 'asking';
    host?.runEnded(ended, this.#runs.mayChangeTerminal);
    this.#announcer.ended(generation, ended, byItself && code !== 0 && code !== EXIT_RESTART);
    if (!byItself) return;
    if (code !== EXIT_RESTART) this.#runs.ended(code !== 0 && this.#down !== undefined);
    this.#watching?.ended(code !== 0);
    // Not when it has ended before anything of the user's began: the next one would, too.
    if (this.#watching?.hasLoaded) this.#runs.prepare();
  }

  /** Clients are not to wait for an answer that never comes. */
  #unanswered(): void {
    if (this.#state.kind === 'waiting') this.#runs.ended(false);
  }

  #timeOut(ms: number): void {
    this.#announcer.timedOut(ms);
    this.stop();
  }

  async #onSignal(signal: NodeJS.Signals): Promise<void> {
    const at = scheduler.now();
    await this.#witnessed(signal, (shared) => this.#apply({ kind: 'signal', at, signal, shared }));
  }

  async #onDebugSignal(): Promise<void> {
    await this.#witnessed('SIGUSR1', (shared) => this.#debug.received(shared));
  }

  /** Finds out whether the app has got a signal too. What happens until the answer is there comes after the signal. */
  async #witnessed(signal: NodeJS.Signals, act: (shared: boolean) => void): Promise<void> {
    this.#held++;
    const shared = await this.#runs.witnessed(signal);
    this.#held--;
    this.#queue.unshift(() => act(shared));
    this.#handle();
  }

  #leave(ended: Ended): void {
    this.#cancelTimer?.();
    this.#cancelTimeout?.();
    this.#down?.close();
    this.#runs.close();
    this.#watching?.close();
    this.#announcer.close(ended);
    this.#parts.host?.leave(ended);
  }
}
