// Keeps the standby: the next run, already booted, waiting at the gate. Owns its process and everything that is known of it until its
// turn. Knows nothing of why a run starts or exits.
import type { GateMessage, PackageResolution } from '../../protocol/control.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import type { Log } from '../util/log.ts';
import { comparisonOf } from './linked-records.ts';

/** Maximum delay for a program that opens and closes one socket after another: each of these discards a standby (ms). */
const MAX_REST_MS = 60_000;

/** Age at which a standby is replaced, because the system may have changed since its boot (ms). */
const MAX_AGE_MS = 3_600_000;

/** Interval of the checks whether a standby can start (ms). */
const RETRY_MS = 1000;

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
  /** Whether the program would run the same packages first. */
  readonly isCurrent?: () => boolean;
}

/** The state of one standby. */
export interface StandbySlot<R extends WaitingRun> {
  readonly run: R;
  /** Records from before its turn. */
  readonly records: LaneRecord[];
  /** Resolutions that its records may refer to by index. */
  readonly resolutions: readonly PackageResolution[];
  /** Whether it links modules before its turn. */
  readonly isLinking: boolean;
  /** Whether the files that it has read are unchanged. */
  readonly isFresh: () => boolean;
  /** Whether the modules that it has linked are unchanged; undefined while it links. */
  isUnchanged: (() => boolean) | undefined;
}

export interface StandbyOptions<R extends WaitingRun> {
  /** Starts a run that waits at the gate. */
  readonly spawn: () => R;
  /** Returns undefined if there is nothing to do for this kind of standby. */
  readonly warmUp: () => WarmUp | undefined;
  /** Whether nothing is missing that it needs to start. */
  readonly isReady: () => boolean;
  /** Delay after which its boot no longer slows down the start of the current run (ms). */
  readonly rest: number;
  readonly log: Pick<Log, 'debug'>;
}

export class Standby<R extends WaitingRun> {
  readonly #options: StandbyOptions<R>;
  #slot: StandbySlot<R> | undefined;
  /** Starts the next standby, or replaces this one. */
  #timer: NodeJS.Timeout | undefined;
  #rest: number;

  constructor(options: StandbyOptions<R>) {
    this.#options = options;
    this.#rest = options.rest;
  }

  /** Starts a standby soon, unless there is one. */
  prepare(): void {
    this.#timer ??= setTimeout(() => this.#spawn(), this.#rest);
  }

  /** Whether the standby has exited before it had linked its modules and run its packages. */
  get hasDied(): boolean {
    return this.#slot?.run.isRunning === false && !this.#slot.isUnchanged;
  }

  /** Hands the standby over to the caller, who opens the gate. Returns undefined if there is none, or if it is stale. */
  take(): StandbySlot<R> | undefined {
    const slot = this.#slot;
    this.#rest = this.#options.rest;
    const problem = slot && problemOf(slot);
    if (slot && problem === undefined) {
      this.#clear();
      return slot;
    }
    if (slot) this.#options.log.debug(`a standby is not used: ${problem} (pid ${slot.run.pid})`);
    this.discard();
    return undefined;
  }

  /** Keeps a record for the turn of the standby. Ignores the records of an earlier one. */
  record(run: object, record: LaneRecord): void {
    const slot = this.#slot;
    if (!slot || run !== slot.run) return;
    slot.records.push(record);
    if (record.kind !== 'linked') return;
    slot.isUnchanged = comparisonOf(slot.records);
    this.#options.log.debug(`a standby has linked modules (pid ${slot.run.pid})`);
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
    const { spawn, warmUp, isReady, log } = this.#options;
    this.#clear();
    if (!isReady()) {
      log.debug('no standby yet: files are missing, or are still being read');
      this.#timer = setTimeout(() => this.#spawn(), RETRY_MS);
      return;
    }
    // In a container, the rest of its limit.
    const free = process.availableMemory();
    if (free < MIN_FREE_MEMORY) {
      log.debug(`no standby: ${Math.round(free / 2 ** 20)} MB of memory are free`);
      return;
    }
    const work = warmUp();
    if (!work) return;
    const { message, fingerprint, isCurrent } = work;
    const before = fingerprint();
    const run = spawn();
    const isLinking = message.link.length > 0;
    this.#slot = {
      run,
      records: [],
      resolutions: message.found,
      isLinking,
      isFresh: () => fingerprint() === before && isCurrent?.() !== false,
      isUnchanged: isLinking ? undefined : () => true,
    };
    run.sendToGate(message);
    const packages = message.run.length > 0 ? ` and runs ${message.run.length} packages` : '';
    const linking = isLinking ? `, and links ${message.link.length} modules${packages}` : '';
    if (run.isRunning) log.debug(`a standby waits (pid ${run.pid})${linking}`);
    this.#timer = setTimeout(() => this.#replace(), MAX_AGE_MS);
  }
}

/** Why a standby cannot be the next run; undefined if it can. */
function problemOf({ run, isFresh, isUnchanged }: StandbySlot<WaitingRun>): string | undefined {
  if (!run.isRunning) return 'it has exited';
  if (!isFresh()) return 'a file that it has read differs';
  if (!isUnchanged) return 'it is still linking modules';
  return isUnchanged() ? undefined : 'a module that it has linked differs';
}
