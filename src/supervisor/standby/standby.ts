// Keeps the standby: the next run, already booted, waiting at the gate. Owns its process and everything that is known of it until its
// turn. Knows nothing of why a run starts or exits.
import type { GateMessage, PackageResolution } from '../../protocol/control.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import type { Log } from '../util/log.ts';

/** Delay after which the boot of a standby no longer slows down the start of the current run (ms). */
const REST_MS = 100;

/** Maximum delay for a program that opens and closes one socket after another: each of these discards a standby (ms). */
const MAX_REST_MS = 60_000;

/** Age at which a standby is replaced, because the system may have changed since its boot (ms). */
const MAX_AGE_MS = 3_600_000;

/** Interval of the checks whether everything is installed again (ms). */
const MISSING_MS = 1000;

/** Minimum free memory for a standby (bytes). */
const MIN_FREE_MEMORY = 256 * 2 ** 20;

/** A run that waits at the gate. */
export interface WaitingRun {
  readonly pid: number | undefined;
  readonly isRunning: boolean;
  /** Sends a message to the gate. */
  readonly sendToGate: (message: GateMessage) => void;
  readonly signal: (name: NodeJS.Signals) => void;
}

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
}

export interface StandbyOptions<R extends WaitingRun> {
  /** Starts a run that waits at the gate. */
  readonly spawn: () => R;
  readonly warmUp: () => WarmUp;
  /** Whether nothing is missing that a run needs to start. */
  readonly isInstalled: () => boolean;
  readonly log: Pick<Log, 'debug'>;
}

export class Standby<R extends WaitingRun> {
  readonly #options: StandbyOptions<R>;
  #slot: StandbySlot<R> | undefined;
  /** Starts the next standby, or replaces this one. */
  #timer: NodeJS.Timeout | undefined;
  #rest = REST_MS;

  constructor(options: StandbyOptions<R>) {
    this.#options = options;
  }

  /** Starts a standby soon, unless there is one. */
  prepare(): void {
    this.#timer ??= setTimeout(() => this.#spawn(), this.#rest);
  }

  /** Hands the standby over to the caller, who opens the gate. Returns undefined if there is none, or if it is stale. */
  take(): StandbySlot<R> | undefined {
    const slot = this.#slot;
    this.#rest = REST_MS;
    if (!slot?.run.isRunning || !slot.isFresh()) {
      this.discard();
      return undefined;
    }
    this.#clear();
    return slot;
  }

  /** Keeps a record for the turn of the standby. Ignores the records of an earlier one. */
  record(run: object, record: LaneRecord): void {
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

  /** Replaces the standby, because it has inherited another set of sockets than is held now. */
  refresh(): void {
    if (!this.#slot?.run.isRunning) return;
    this.#rest = Math.min(this.#rest * 2, MAX_REST_MS);
    this.#replace();
  }

  #replace(): void {
    this.discard();
    this.prepare();
  }

  #clear(): void {
    this.#slot = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #spawn(): void {
    const { spawn, warmUp, isInstalled, log } = this.#options;
    this.#clear();
    if (!isInstalled()) {
      log.debug('no standby: files are missing that a run needs');
      this.#timer = setTimeout(() => this.#spawn(), MISSING_MS);
      return;
    }
    // In a container, the rest of its limit.
    const free = process.availableMemory();
    if (free < MIN_FREE_MEMORY) {
      log.debug(`no standby: ${Math.round(free / 2 ** 20)} MB of memory are free`);
      return;
    }
    const { message, fingerprint } = warmUp();
    const before = fingerprint();
    const run = spawn();
    this.#slot = {
      run,
      records: [],
      resolutions: message.found,
      isFresh: () => fingerprint() === before,
    };
    run.sendToGate(message);
    if (run.isRunning) log.debug(`a standby waits (pid ${run.pid})`);
    this.#timer = setTimeout(() => this.#replace(), MAX_AGE_MS);
  }
}
