// Presents a supervised program to a tool as an event emitter.
import { EventEmitter } from 'node:events';
import type { Options } from '../options/options.ts';
import type { Dependency } from './graph/graph-export.ts';
import { Host } from './host/host.ts';
import type { Ended } from './lifecycle/state.ts';
import type { Emit, SupervisorEvents } from './output/events.ts';
import type { Program } from './program/program.ts';
import { Supervisor } from './supervisor.ts';
import { Log } from './util/log.ts';

/**
 * A supervised program. Its events are in {@link SupervisorEvents}. An error that a listener throws surfaces in the tool, and
 * does not affect supervision.
 */
export class Supervision extends EventEmitter<SupervisorEvents> {
  readonly #supervisor: Supervisor;
  readonly #closed: Promise<Ended>;

  /**
   * Starts supervision. Tools call `supervise()` instead.
   *
   * @param takeOver whether this process exists for the program alone; see `SuperviseOptions`
   */
  constructor(program: Program, options: Options, takeOver: boolean) {
    super();
    let onClose: (ended: Ended) => void;
    this.#closed = new Promise((resolve) => (onClose = resolve));
    // On the next tick, so that an error of a listener does not reach the supervisor.
    const emit: Emit = (name, ...event) => {
      process.nextTick(() => (this as EventEmitter).emit(name, ...event));
      if (name === 'close') process.nextTick(() => onClose(...(event as SupervisorEvents['close'])));
    };
    this.#supervisor = new Supervisor({
      program,
      options,
      log: new Log(options.log, (text) => emit('log', { text })),
      host: takeOver ? new Host() : undefined,
      emit,
      isHeard: (name) => this.listenerCount(name) > 0,
    });
    void this.#supervisor.start();
  }

  /**
   * Restarts the program; starts it if it has exited by itself.
   *
   * @param reason the message of `restartReason` in the app
   */
  restart(reason?: string): void {
    this.#supervisor.restart(reason);
  }

  /**
   * Stops the program with the same stop sequence as for a restart, and ends supervision.
   *
   * @returns the exit code of the program, or the signal that killed it; code 0 after the stop signal
   */
  async close(): Promise<Ended> {
    this.#supervisor.stop();
    return await this.#closed;
  }

  /** Returns the dependency graph of the current run: each module and each other watched file, with its cause. */
  graph(): Dependency[] {
    return this.#supervisor.graph();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
