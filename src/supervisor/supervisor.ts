// The supervisor: builds the parts, feeds what happens to transition(), and does what it decides. Decides nothing
// itself. What the first child does not need is loaded while it starts.
import type { Options } from '../options.ts';
import type { LaneRecord } from '../protocol.cts';
import type { Command } from './command.ts';
import type { Down } from './down.ts';
import { DebugSignal } from './inspector.ts';
import { Launcher } from './launcher.ts';
import { leave } from './leave.ts';
import { explanation, unreportedText, wording } from './lines.ts';
import type { Log } from './log.ts';
import { Runs } from './runs.ts';
import { systemScheduler as scheduler } from './scheduler.ts';
import { onDebugSignal, onEndingSignal } from './signals.ts';
import { IDLE } from './state.ts';
import type { Effect, Ended, Event, Line, State } from './state.ts';
import { Terminal } from './terminal.ts';
import { EXIT_RESTART, transition } from './transition.ts';
import type { Watching } from './watching.ts';

/** After this many ms a user who waits for the program to end is told that it has not. */
const PATIENCE_MS = 1000;

/** At least so long before it is killed, in ms, a child that drains gets its signal; or half of the grace period. */
const HANDLERS_MS = 1000;

export class Supervisor {
  readonly #command: Command;
  readonly #runs: Runs;
  readonly #options: Options;
  readonly #log: Log;
  readonly #terminal = new Terminal();
  readonly #debug = new DebugSignal();
  /** What has happened and has not been handled yet, in order. */
  readonly #queue: (() => void)[] = [];
  #handling = true;
  /** How many signals are waiting to be understood. */
  #held = 0;
  #state: State = IDLE;
  #watching: Watching | undefined;
  #down: Down | undefined;
  #cancelTimer: (() => void) | undefined;
  #removeSignalHandlers = (): void => {};

  constructor(command: Command, options: Options, log: Log) {
    this.#command = command;
    this.#options = options;
    this.#log = log;
    this.#runs = new Runs({
      command,
      scheduler,
      standby: options.standby,
      hold: options.hold,
      drainMs: Math.max(options.grace - HANDLERS_MS, options.grace / 2),
      launcher: new Launcher(),
      settings: () => this.#watching?.settings ?? command.settings,
      log,
      onRecord: (generation, record) => this.#do(() => this.#record(generation, record)),
      onExit: (generation, ended) => {
        this.#debug.pause();
        this.#enqueue({ kind: 'exit', generation, at: scheduler.now(), ended });
      },
    });
  }

  /** Starts the first child. What happens until watching is ready waits in the queue. */
  async start(): Promise<void> {
    // A bug of ours must neither end the program nor hide its errors.
    process.on('uncaughtException', (error) =>
      this.#log.info(`internal error, a restart may be missed: ${error.stack}`),
    );
    this.#terminal.save();
    this.#removeSignalHandlers = onEndingSignal((signal) => void this.#onSignal(signal));
    onDebugSignal(() => void this.#onDebugSignal());
    const at = scheduler.now();
    this.#apply({ kind: 'start', at });
    this.#runs.guard();
    try {
      this.#watching = await this.#watch();
      this.#watching.begin(at);
      if (this.#options.crashPage) this.#down = await this.#prepareDown(this.#watching);
    } catch (error) {
      this.#log.info(`cannot watch, the program runs without restarts: ${String(error)}`);
    }
    this.#handling = false;
    this.#handle();
  }

  async #watch(): Promise<Watching> {
    const { startWatching } = await import('./watching.ts');
    return await startWatching({
      cwd: process.cwd(),
      entry: process.argv[1] ?? '',
      settings: this.#command.settings,
      scheduler,
      poll: this.#options.poll,
      onMoving: (certain) => this.#enqueue({ kind: 'moving', at: scheduler.now(), certain }),
      onSettled: (change) => {
        this.#runs.changed(change?.files.map(({ path }) => path) ?? []);
        this.#enqueue({ kind: 'settled', at: scheduler.now(), change });
      },
      onProblem: (error) => this.#log.info(error.message),
      onUnreported: (unreported) => this.#log.info(unreportedText(unreported, process.cwd())),
      onDebug: (text) => this.#log.debug(text),
    });
  }

  async #prepareDown(watching: Watching): Promise<Down> {
    const { Down } = await import('./down.ts');
    return new Down({
      cwd: process.cwd(),
      entry: process.argv[1] ?? '',
      scheduler,
      watching,
      sockets: () => this.#runs.httpSockets,
      onProcs: (procs) => this.#runs.entrustPage(procs),
      onFailed: () => this.#do(() => this.#unanswered()),
      onDebug: (text) => this.#log.debug(text),
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
      if (!this.#watching) return this.#leave(event.ended);
    }
    const durations = { grace: this.#options.grace, patience: PATIENCE_MS };
    const [next, ...effects] = transition(this.#state, event, durations);
    if (next.kind !== this.#state.kind) this.#log.debug(`${this.#state.kind} > ${next.kind} (${event.kind})`);
    this.#state = next;
    for (const effect of effects) this.#perform(effect);
    if (next.kind === 'ending') this.#runs.child?.keepSignal();
    if (event.kind !== 'exit') return;
    if (next.kind === 'waiting') this.#down?.ended(next.ended);
    // Nobody would answer for a while.
    if (next.kind === 'delaying') this.#runs.ended(false);
  }

  #perform(effect: Effect): void {
    switch (effect.kind) {
      case 'spawn':
        this.#spawn(effect.generation);
        break;
      case 'stop':
        this.#debug.pause();
        this.#runs.child?.stop();
        break;
      case 'kill':
        this.#runs.child?.kill();
        break;
      case 'forward':
        this.#runs.child?.signal(effect.signal);
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
        this.#say(effect.line);
        break;
      case 'leave':
        this.#leave(effect.ended);
        break;
    }
  }

  #spawn(generation: number): void {
    this.#watching?.begin(scheduler.now());
    this.#down?.begin();
    try {
      this.#runs.start(generation);
    } catch (error) {
      this.#log.info(`cannot start ${this.#command.execPath}: ${String(error)}`);
      this.#enqueue({ kind: 'exit', generation, at: scheduler.now(), ended: { code: 1, signal: null } });
    }
  }

  #record(generation: number, record: LaneRecord): void {
    if (generation !== this.#state.generation) return;
    const { child } = this.#runs;
    if (child && this.#state.kind === 'running') this.#debug.begun(child);
    if (record.kind === 'inspected') {
      this.#debug.opened(record.url);
      this.#log.debug(`inspector at ${record.url}`);
    }
    if (record.kind === 'crashed') this.#down?.crashed(record);
    if (record.kind === 'resolved' || record.kind === 'missed') this.#watching?.record(record);
    if (record.kind !== 'up') return;
    this.#watching?.cameUp();
    this.#debug.cameUp();
    this.#apply({ kind: 'up', generation, at: record.at });
    this.#runs.prepare();
  }

  #ended({ code, signal }: Ended): void {
    // At other signals Node sets the terminal right itself. One that has waited makes it as it was when that was booted: the
    // run before may have had it in raw mode.
    if (this.#runs.hasWaited || (signal && signal !== 'SIGTERM' && signal !== 'SIGINT'))
      this.#terminal.restore();
    // A run that was told to end has not broken.
    if (this.#state.kind !== 'running') return;
    if (code !== EXIT_RESTART) this.#runs.ended(code !== 0 && this.#down !== undefined);
    this.#watching?.ended(code !== 0);
    // Not when it has ended before anything of the user's began: the next one would, too.
    if ((this.#watching?.files ?? 0) > 0) this.#runs.prepare();
  }

  /** Clients are not to wait for an answer that never comes. */
  #unanswered(): void {
    if (this.#state.kind === 'waiting') this.#runs.ended(false);
  }

  #say(line: Line): void {
    const { argv } = process;
    const watching = this.#watching;
    const text = wording(line, {
      cwd: process.cwd(),
      entry: argv[1] ?? '',
      files: watching?.files ?? 0,
      missing: watching?.missing,
      grace: this.#options.grace,
      isDraining: this.#runs.child?.isDraining ?? false,
      chain: (path) => watching?.chain(path) ?? [],
    });
    this.#log.info(text);
    if (line.kind !== 'restarting') return;
    for (const { path } of line.change.files)
      this.#log.debug(() => explanation(watching?.why(path) ?? [], process.cwd()));
  }

  async #onSignal(signal: NodeJS.Signals): Promise<void> {
    const at = scheduler.now();
    // What happens until the answer is there comes after the signal.
    this.#held++;
    const shared = await this.#runs.witnessed(signal);
    this.#held--;
    this.#queue.unshift(() => this.#apply({ kind: 'signal', at, signal, shared }));
    this.#handle();
  }

  async #onDebugSignal(): Promise<void> {
    const shared = await this.#runs.witnessed('SIGUSR1');
    this.#do(() => this.#debug.received(shared));
  }

  #leave(ended: Ended): void {
    this.#removeSignalHandlers();
    this.#down?.close();
    this.#runs.close();
    this.#watching?.close();
    leave(ended);
  }
}
