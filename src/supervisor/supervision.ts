// A supervised program as a tool sees it: an event emitter. Knows nothing of how supervision works.
import { EventEmitter } from 'node:events';
import type { Options } from '../options/options.ts';
import type { Dependency } from './graph/graph-export.ts';
import type { Emit, SupervisorEvents } from './output/events.ts';
import { Host } from './host/host.ts';
import { Log } from './util/log.ts';
import type { Program } from './program/program.ts';
import type { Ended } from './lifecycle/state.ts';
import { Supervisor } from './supervisor.ts';

/**
 * A supervised program. Its events are in {@link SupervisorEvents}; what a listener throws is thrown in the tool, and
 * disturbs no supervision.
 */
export class Supervision extends EventEmitter<SupervisorEvents> {
  readonly #supervisor: Supervisor;
  readonly #onClosed: ((ended: Ended) => void)[] = [];
  #ended: Ended | undefined;

  /**
   * Starts supervision. Not for tools, which call `supervise()`.
   *
   * @param takeOver whether this process is there for the program alone: its signals are the program's, and it ends as the
   * program does
   */
  constructor(program: Program, options: Options, takeOver: boolean) {
    super();
    const emit: Emit = (name, ...event) => {
      // What a listener throws is not ours.
      process.nextTick(() => (this as EventEmitter).emit(name, ...event));
      if (name === 'close') process.nextTick(() => this.#close(...(event as SupervisorEvents['close'])));
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
   * Restarts the program; starts it if it has ended by itself.
   *
   * @param reason what its `restartReason.message` says
   */
  restart(reason?: string): void {
    this.#supervisor.restart(reason);
  }

  /**
   * Ends the program, with the same stop sequence as for a restart, and supervision with it.
   *
   * @returns how the program has ended: its exit code, or the signal that it died of. 0 if it died of the stop signal.
   */
  async close(): Promise<Ended> {
    if (this.#ended) return this.#ended;
    const closed = new Promise<Ended>((resolve) => this.#onClosed.push(resolve));
    this.#supervisor.stop();
    return await closed;
  }

  /** What the current run is made of: each module, why it is there, and what else counts. */
  graph(): Dependency[] {
    return this.#supervisor.graph();
  }

  #close(ended: Ended): void {
    this.#ended = ended;
    for (const resolve of this.#onClosed) resolve(ended);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
