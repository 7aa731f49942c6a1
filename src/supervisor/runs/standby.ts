// Keeps the standby: the next run, already booted, waiting at the gate. Owns its process and everything that is known of it until its
// turn. Knows nothing of why a run starts or exits.
import os from 'node:os';
import type { GateMessage, PackageResolution, RunInfo } from '../../protocol/control.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import type { Scheduler } from '../util/scheduler.ts';
import type { NodeRun } from './node-run.ts';

/** Delay after which the boot of a standby no longer slows down the start of the current run (ms). */
const REST_MS = 100;

/** Maximum delay for a program that opens and closes one socket after another: each of these discards a standby (ms). */
const MAX_REST_MS = 60_000;

/** Age at which a standby is replaced, because the system may have changed since its boot (ms). */
const MAX_AGE_MS = 3_600_000;

/** Minimum free memory for a standby (bytes). */
const MIN_FREE_MEMORY = 256 * 2 ** 20;

/** A run that waits at the gate. */
export type WaitingRun = Pick<NodeRun, 'pid' | 'isRunning' | 'sendToGate' | 'signal'>;

/** The work of a standby before its turn. */
export interface WarmUp {
  readonly message: GateMessage & { kind: 'warm' };
  /** Fingerprint of the files that this work reads. A standby is stale as soon as the fingerprint differs. */
  readonly fingerprint: () => string;
}

/** The state of one standby. */
export interface StandbySlot<R extends WaitingRun> {
  readonly run: R;
  /** Records from before its turn. */
  readonly records: LaneRecord[];
  /** Resolutions that its records may refer to by index. */
  readonly resolutions: readonly PackageResolution[];
  /** Whether the files that it has read are unchanged. */
  readonly isFresh: () => boolean;
  /** Sockets that it has inherited, see {@link StandbyOptions.sockets}. */
  readonly sockets: string;
}

export interface StandbyOptions<R extends WaitingRun> {
  readonly scheduler: Scheduler;
  /** Identifies the set of sockets that a run inherits now. */
  readonly sockets: () => string;
  /** Starts a run that waits at the gate. */
  readonly spawn: () => R;
  readonly warmUp: () => WarmUp;
  readonly onDebug: (text: string) => void;
}

export class Standby<R extends WaitingRun> {
  readonly #options: StandbyOptions<R>;
  #slot: StandbySlot<R> | undefined;
  /** Cancels the start of the next standby, or its replacement. */
  #cancel: (() => void) | undefined;
  #rest = REST_MS;

  constructor(options: StandbyOptions<R>) {
    this.#options = options;
  }

  /** Starts a standby soon, unless there is one. */
  prepare(): void {
    if (this.#slot?.run.isRunning || this.#cancel) return;
    this.#cancel = this.#options.scheduler.after(this.#rest, () => this.#spawn());
  }

  /** Opens the gate, and hands the standby over to the caller. Returns undefined if there is none, or if it is stale. */
  take(begin: RunInfo): StandbySlot<R> | undefined {
    const slot = this.#slot;
    this.#rest = REST_MS;
    if (!slot?.run.isRunning || slot.sockets !== this.#options.sockets() || !slot.isFresh()) {
      this.discard();
      return undefined;
    }
    this.#clear();
    slot.run.sendToGate({ kind: 'go', begin });
    return slot;
  }

  /** Keeps a record for the turn of the standby. Ignores the records of an earlier one. */
  record(run: R, record: LaneRecord): void {
    if (run === this.#slot?.run) this.#slot.records.push(record);
  }

  /** Kills the standby. Returns it, if it was running. */
  discard(): R | undefined {
    const run = this.#slot?.run;
    this.#clear();
    if (!run?.isRunning) return undefined;
    run.signal('SIGKILL');
    return run;
  }

  /** Replaces the standby if the set of sockets has changed. */
  refresh(): void {
    if (!this.#slot?.run.isRunning || this.#slot.sockets === this.#options.sockets()) return;
    this.#rest = Math.min(this.#rest * 2, MAX_REST_MS);
    this.#replace();
  }

  #replace(): void {
    this.discard();
    this.prepare();
  }

  #clear(): void {
    this.#slot = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #spawn(): void {
    const { scheduler, spawn, sockets, warmUp, onDebug } = this.#options;
    this.#clear();
    const free = freeMemory();
    if (free < MIN_FREE_MEMORY) {
      onDebug(`no standby: ${Math.round(free / 2 ** 20)} MB of memory are free`);
      return;
    }
    const { message, fingerprint } = warmUp();
    const before = fingerprint();
    let run: R;
    try {
      run = spawn();
    } catch (error) {
      onDebug(`no standby: ${String(error)}`);
      return;
    }
    this.#slot = {
      run,
      records: [],
      resolutions: message.found,
      isFresh: () => fingerprint() === before,
      sockets: sockets(),
    };
    run.sendToGate(message);
    onDebug(`a standby waits (pid ${run.pid})`);
    this.#cancel = scheduler.after(MAX_AGE_MS, () => this.#replace());
  }
}

/** Free memory (bytes); in a container, the rest of its limit. */
function freeMemory(): number {
  const { availableMemory } = process as { availableMemory?: () => number };
  return availableMemory?.() ?? os.freemem();
}
