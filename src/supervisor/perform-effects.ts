// Performs the effects that the life cycle has decided on. Owns its timer.
import type { RestartReason } from '../protocol/app-bridge.cts';
import { AutoreloadError } from '../shared/errors.ts';
import type { Effect, Ended, Event, State } from './lifecycle/state.ts';
import type { Parts } from './parts.ts';
import { systemScheduler as scheduler } from './util/scheduler.ts';

export class EffectPerformer {
  readonly #parts: Parts;
  readonly #enqueue: (event: Event) => void;
  #cancelTimer: (() => void) | undefined;

  /** @param enqueue takes the events that effects cause: the end of the timer, and a failed start */
  constructor(parts: Parts, enqueue: (event: Event) => void) {
    this.#parts = parts;
    this.#enqueue = enqueue;
  }

  /** @param state the state to which the transition with this effect has led */
  perform(effect: Effect, state: State): void {
    const { runs, watcher, reporter, debugSignal } = this.#parts;
    const { current, nodeRun } = runs;
    switch (effect.kind) {
      case 'spawn':
        return this.#spawn(effect.generation, effect.reason);
      case 'stop':
        debugSignal.pause();
        current?.stop(effect.reason);
        break;
      case 'consult':
        nodeRun?.tell({ kind: 'ask', round: effect.round, files: effect.change.files });
        break;
      case 'accept':
        return watcher?.files.accept(effect.change.files.map(({ path }) => path));
      case 'kill':
        return current?.signal('SIGKILL');
      case 'forward':
        return current?.signal(effect.signal);
      case 'startTimer':
        this.#cancelTimer?.();
        this.#cancelTimer = scheduler.after(effect.ms, () =>
          this.#enqueue({ kind: 'elapsed', at: scheduler.now() }),
        );
        break;
      case 'clearTimer':
        return this.#cancelTimer?.();
      case 'print':
        return reporter.print(effect.line, state);
      case 'close':
        return this.#close(effect.ended);
    }
  }

  #spawn(generation: number, reason: RestartReason | undefined): void {
    const { program, host, runs, watcher, crashResponder, lastError, reporter } = this.#parts;
    host?.keyboard.runStarts(runs.reportsReads);
    watcher?.begin(scheduler.now());
    crashResponder?.hide();
    lastError.begin();
    try {
      runs.start(generation, reason);
      reporter.started(generation, reason);
    } catch (error) {
      const message = `cannot start ${program.executable}: ${String(error)}`;
      reporter.problem(new AutoreloadError('ERR_AUTORELOAD_SPAWN', message));
      this.#enqueue({ kind: 'exit', generation, at: scheduler.now(), ended: { code: 1, signal: null } });
    }
  }

  #close(ended: Ended): void {
    const { host, runs, watcher, crashResponder, reporter } = this.#parts;
    this.#cancelTimer?.();
    crashResponder?.hide();
    runs.close();
    watcher?.close();
    reporter.close(ended);
    host?.exit(ended);
  }
}
