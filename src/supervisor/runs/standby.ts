// The standby: the next child, already booted, waiting at the gate. Owns that one process until its turn comes; knows
// nothing of why a run begins or ends.
import os from 'node:os';
import type { RunInfo, GateMessage } from '../../protocol/control.cts';
import type { Scheduler } from '../util/scheduler.ts';

/** So many ms after the child has come up, its start is not slowed down any more. */
const REST_MS = 100;

/** A program that opens and closes one socket after another must not have one started each time. So long, in ms, the next one waits at most. */
const MAX_REST_MS = 60_000;

/** One that has waited so long is replaced: what it has read of the system at its start gets old. */
const OLD_MS = 3_600_000;

/** With less memory than this free, in bytes, there is none. */
const ENOUGH_MEMORY = 256 * 2 ** 20;

/** A child at the gate. */
export interface Waiting {
  readonly pid: number | undefined;
  readonly isThere: boolean;
  atGate: (message: GateMessage) => void;
  kill: () => void;
}

/** What a standby is to make ready. */
export interface Usage {
  readonly message: GateMessage & { kind: 'warm' };
  /** What it takes from the disk for that, as it is when this is called; it is of use as long as the answer is the same. */
  readonly mark: () => string;
}

export interface StandbyOptions<C extends Waiting> {
  readonly scheduler: Scheduler;
  /** What else one is started with, as a text that changes with it. */
  readonly version: () => string;
  /** Starts a child that waits at the gate. */
  readonly spawn: () => C;
  /** What it is to make ready. */
  readonly usage: () => Usage;
  readonly onDebug: (text: string) => void;
}

export class Standby<C extends Waiting> {
  readonly #options: StandbyOptions<C>;
  #child: C | undefined;
  #isFresh = (): boolean => false;
  /** What it was started with. */
  #version = '';
  #cancel: (() => void) | undefined;
  #rest = REST_MS;

  constructor(options: StandbyOptions<C>) {
    this.#options = options;
  }

  /** The child is at rest: there will be a standby soon. */
  prepare(): void {
    if (this.#child?.isThere || this.#cancel) return;
    this.#cancel = this.#options.scheduler.after(this.#rest, () => this.#spawn());
  }

  /** The standby, let through; undefined when there is none. The caller owns it from now on. */
  take(begin: RunInfo): C | undefined {
    if (this.#version !== this.#options.version() || (this.#child && !this.#isFresh())) this.discard();
    const child = this.#child?.isThere ? this.#child : undefined;
    this.#forget();
    this.#rest = REST_MS;
    child?.atGate({ kind: 'go', begin });
    return child;
  }

  /** What it has taken from the system is not so any more, or nobody needs it. */
  discard(): void {
    const child = this.#child;
    this.#forget();
    if (child?.isThere) child.kill();
  }

  /** What one is started with may have changed. */
  refresh(): void {
    if (!this.#child?.isThere || this.#version === this.#options.version()) return;
    this.#rest = Math.min(this.#rest * 2, MAX_REST_MS);
    this.discard();
    this.prepare();
  }

  #forget(): void {
    this.#child = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #spawn(): void {
    const { scheduler, spawn, version, usage, onDebug } = this.#options;
    this.#forget();
    const free = freeMemory();
    if (free < ENOUGH_MEMORY) {
      onDebug(`no standby: ${Math.round(free / 2 ** 20)} MB of memory are free`);
      return;
    }
    this.#version = version();
    const { message, mark } = usage();
    const before = mark();
    this.#isFresh = () => mark() === before;
    try {
      this.#child = spawn();
    } catch (error) {
      onDebug(`no standby: ${String(error)}`);
      return;
    }
    this.#child.atGate(message);
    onDebug(`a standby waits (pid ${this.#child.pid})`);
    this.#cancel = scheduler.after(OLD_MS, () => {
      this.discard();
      this.prepare();
    });
  }
}

/** In bytes; in a container, of what it may have. */
function freeMemory(): number {
  const { availableMemory } = process as { availableMemory?: () => number };
  return availableMemory?.() ?? os.freemem();
}
