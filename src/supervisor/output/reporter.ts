// Tells what happens: lines to the user, events to a tool. Owns what is told a moment later, and decides nothing.
import { AutoreloadError } from '../../shared/errors.ts';
import type { Options } from '../../options/options.ts';
import type { RestartReason } from '../../protocol/app-bridge.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import type { Emit, SupervisorEvents } from './events.ts';
import type { LastError } from '../runs/last-error.ts';
import { duration } from '../util/format.ts';
import { explanation, isFailure, wording } from './messages.ts';
import type { Log } from '../util/log.ts';
import { label, shown } from '../program/command-program.ts';
import type { Program } from '../program/program.ts';
import { reasonOf } from '../lifecycle/restart-reason.ts';
import type { Run } from '../runs/run.ts';
import type { Scheduler } from '../util/scheduler.ts';
import type { Ended, Line, State } from '../lifecycle/state.ts';
import type { ProgramWatcher } from '../changes/program-watcher.ts';

/** New modules are told together, so many ms after the first. */
const GRAPH_MS = 50;

export interface ReporterOptions {
  readonly program: Program;
  readonly options: Options;
  readonly log: Log;
  readonly scheduler: Scheduler;
  readonly emit: Emit;
  /** Whether somebody listens to an event. */
  readonly isHeard: (name: keyof SupervisorEvents) => boolean;
  readonly lastError: LastError;
  readonly watching: () => ProgramWatcher | undefined;
  readonly run: () => Run | undefined;
  /** Whether the run finishes in-flight responses before its stop signal. */
  readonly isDraining: () => boolean;
  /** Whether a line is to say what may be pressed. */
  readonly mayPress: (line: Line) => boolean;
}

export class Reporter {
  readonly #options: ReporterOptions;
  #cancelGraph: (() => void) | undefined;

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** A run has been started. */
  started(generation: number, reason: RestartReason | undefined): void {
    // What the run before has loaded last is not told as what this one has.
    this.#forgetGraph();
    const { pid, streams } = this.#options.run() ?? {};
    const { stdin = null, stdout = null, stderr = null } = streams ?? {};
    this.#options.emit('start', { generation, pid, reason, stdin, stdout, stderr });
  }

  /** The run has loaded more. */
  loaded(generation: number): void {
    const { scheduler, emit, isHeard, watching } = this.#options;
    if (this.#cancelGraph || !isHeard('graph')) return;
    this.#cancelGraph = scheduler.after(GRAPH_MS, () => {
      this.#cancelGraph = undefined;
      emit('graph', { generation, files: watching()?.modules() ?? [] });
    });
  }

  /** The run has ended; `failed`: by itself, and not as it should. */
  ended(generation: number, ended: Ended, failed: boolean): void {
    const { emit, lastError } = this.#options;
    emit('exit', { generation, ...ended });
    if (failed) emit('crash', { generation, ...ended, error: lastError.text });
  }

  /** Something cannot be done; if it is that a run cannot be started, this is why it fails. */
  problem(error: AutoreloadError): void {
    const { log, lastError } = this.#options;
    log.failure(error.message);
    if (error.code === 'ERR_AUTORELOAD_SPAWN' || error.code === 'ERR_AUTORELOAD_COMMAND')
      lastError.failed(error.message);
  }

  /** What the program wanted to preserve is lost. */
  lost({ key, why }: LaneRecord & { kind: 'lost' }): void {
    const message = `the state ${JSON.stringify(key)} does not survive the restart: ${why}`;
    this.#options.log.failure(new AutoreloadError('ERR_AUTORELOAD_PRESERVE', message).message);
  }

  /** The time is over that the user has given the program. */
  timedOut(ms: number): void {
    this.#options.log.info(`stopping after ${duration(ms)} (--timeout)`);
  }

  /** Says a line of the life cycle, which has led to a state. */
  say(line: Line, { kind, generation }: State): void {
    const { program, log, options, emit } = this.#options;
    const watching = this.#options.watching();
    const files = watching?.files ?? 0;
    const text = wording(line, {
      cwd: program.cwd,
      entry: program.entry,
      command: program.kind === 'command' ? { label: label(program), text: shown(program) } : undefined,
      files,
      missing: watching?.missing,
      grace: options.grace,
      mayPress: this.#options.mayPress(line),
      isDraining: this.#options.isDraining(),
      chain: (path) => watching?.chain(path) ?? [],
      isImported: (path) => watching?.isImported(path) ?? false,
    });
    if (line.kind === 'up') emit('ready', { generation, ms: line.ms, watching: files });
    const reason = reasonIn(line);
    // The one that ends, or has ended.
    if (reason) emit('restart', { generation: kind === 'running' ? generation - 1 : generation, reason });
    if (options.clear && reason) log.clear();
    if (isFailure(line)) log.failure(text);
    else log.info(text);
    if (line.kind !== 'restarting') return;
    for (const { path } of line.change.files)
      log.debug(() => explanation(watching?.why(path) ?? [], program.cwd));
  }

  /** Supervision has ended. */
  close(ended: Ended): void {
    this.#forgetGraph();
    this.#options.emit('close', ended);
  }

  #forgetGraph(): void {
    this.#cancelGraph?.();
    this.#cancelGraph = undefined;
  }
}

/** Why the program is run again, if a line says that it is. */
function reasonIn(line: Line): RestartReason | undefined {
  switch (line.kind) {
    case 'restarting':
      return reasonOf(line.change);
    case 'requested':
      return reasonOf('request', line.message);
    case 'asked':
      return reasonOf('request');
    case 'again':
      return reasonOf(line.ended.code === 0 ? 'exit' : 'crash');
    default:
      return undefined;
  }
}
