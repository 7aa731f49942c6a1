// Reports what happens: by lines to the user, by events to a tool. Owns the delay of the `graph` event. Decides nothing.
import type { Options } from '../../options/options.ts';
import type { RestartReason } from '../../protocol/app-bridge.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import { AutoreloadError } from '../../shared/errors.ts';
import type { ProgramWatcher } from '../changes/program-watcher.ts';
import { reasonOf } from '../lifecycle/steps.ts';
import type { Effect, Ended, Line, State } from '../lifecycle/state.ts';
import type { Program } from '../program/program.ts';
import { LastError } from '../runs/last-error.ts';
import type { Run } from '../runs/run.ts';
import type { Log } from '../util/log.ts';
import { systemScheduler as scheduler } from '../util/scheduler.ts';
import type { Emit, SupervisorEvents } from './events.ts';
import { explanation, isFailure, wording } from './messages.ts';
import type { Context } from './messages.ts';

/** Time in which newly loaded modules are collected into one `graph` event (ms). */
const GRAPH_MS = 50;

/** A supervised program, and the receivers of its lines and events. */
export interface Supervised {
  readonly program: Program;
  readonly options: Options;
  readonly log: Log;
  readonly emit: Emit;
  /** Whether an event has a listener. */
  readonly isHeard: (name: keyof SupervisorEvents) => boolean;
}

export class Reporter {
  readonly lastError: LastError = new LastError();
  readonly #options: Supervised;
  #cancelGraph: (() => void) | undefined;

  constructor(options: Supervised) {
    this.#options = options;
  }

  /** A run has been started. */
  started({ generation, reason }: Effect & { kind: 'spawn' }, { pid, streams }: Run): void {
    // A pending event is about the modules of the run before.
    this.#dropGraph();
    this.#options.emit('start', { generation, pid, reason, ...streams });
  }

  /** The run has loaded a module. */
  loaded(generation: number, watcher: ProgramWatcher | undefined): void {
    const { emit, isHeard } = this.#options;
    if (this.#cancelGraph || !isHeard('graph')) return;
    this.#cancelGraph = scheduler.after(GRAPH_MS, () => {
      this.#cancelGraph = undefined;
      emit('graph', { generation, files: watcher?.files.baseline.modules() ?? [] });
    });
  }

  /** The run has exited. `isCrash`: by itself, with a failure. */
  exited(generation: number, ended: Ended, isCrash: boolean): void {
    const { emit } = this.#options;
    emit('exit', { generation, ...ended });
    if (isCrash) emit('crash', { generation, ...ended, error: this.lastError.text });
  }

  /** Prints a problem of autoreload. A failed start is also the reason why the run has failed. */
  problem(error: AutoreloadError): void {
    this.#options.log.failure(error.message);
    if (error.code === 'ERR_AUTORELOAD_SPAWN' || error.code === 'ERR_AUTORELOAD_COMMAND')
      this.lastError.failed(error.message);
  }

  /** A value that the app preserves cannot be passed on to the next run. */
  stateLost({ key, why }: LaneRecord & { kind: 'lost' }): void {
    const message = `the state ${JSON.stringify(key)} does not survive the restart: ${why}`;
    this.problem(new AutoreloadError('ERR_AUTORELOAD_PRESERVE', message));
  }

  /** Prints a line of the life cycle. `state`: the state that follows. */
  print(line: Line, state: State, facts: Omit<Context, 'program' | 'grace'>): void {
    const { program, log, options, emit } = this.#options;
    const { watcher } = facts;
    const text = wording(line, { program, grace: options.grace, ...facts });
    if (line.kind === 'up')
      emit('ready', { generation: state.generation, ms: line.ms, watching: watcher?.files.count ?? 0 });
    const reason = reasonIn(line);
    if (reason) {
      // The event is about the earlier run, whether or not the next one has been started already.
      const generation = state.kind === 'running' ? state.generation - 1 : state.generation;
      emit('restart', { generation, reason });
      if (options.clear) log.clear();
    }
    // Not into a prompt or a full-screen display.
    if (line.kind === 'up' && facts.isPrompting) log.debug(text);
    else if (isFailure(line)) log.failure(text);
    else log.info(text);
    if (line.kind !== 'restarting') return;
    for (const { path } of line.change.files)
      log.debug(() => explanation(watcher?.graph.explain(path) ?? [], program.cwd));
  }

  /** Supervision has ended. */
  close(ended: Ended): void {
    this.#dropGraph();
    this.#options.emit('close', ended);
  }

  #dropGraph(): void {
    this.#cancelGraph?.();
    this.#cancelGraph = undefined;
  }
}

/** Returns the reason of a restart that a line announces. */
function reasonIn(line: Line): RestartReason | undefined {
  switch (line.kind) {
    case 'restarting':
      return reasonOf(line.change);
    case 'requested':
      return reasonOf('request', line.message);
    case 'exit75':
      return reasonOf('request');
    case 'rerun':
      return reasonOf(line.ended.code === 0 ? 'exit' : 'crash');
    default:
      return undefined;
  }
}
