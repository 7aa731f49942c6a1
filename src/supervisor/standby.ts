// The standby: the next child, already booted, waiting at the gate. Owns that one process until its turn comes; knows
// nothing of why a run begins or ends.
import os from 'node:os';
import type { GateMessage, UsedBuiltin } from '../protocol.cts';
import { textOf } from './disk.ts';
import type { Scheduler } from './scheduler.ts';

/** So many ms after the child has come up, its start is not slowed down any more. */
const REST_MS = 100;

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

export interface StandbyOptions<C extends Waiting> {
  readonly scheduler: Scheduler;
  /** Files that Node reads when it boots. */
  readonly settings: readonly string[];
  /** Starts a child that waits at the gate. */
  readonly spawn: () => C;
  /** What the last run has used of Node. */
  readonly builtins: () => readonly UsedBuiltin[];
  readonly onDebug: (text: string) => void;
}

export class Standby<C extends Waiting> {
  readonly #options: StandbyOptions<C>;
  #child: C | undefined;
  /** What it has read when it booted. */
  #read = '';
  #cancel: (() => void) | undefined;

  constructor(options: StandbyOptions<C>) {
    this.#options = options;
  }

  /** The child is at rest: there will be a standby soon. */
  prepare(): void {
    if (this.#child?.isThere || this.#cancel) return;
    this.#cancel = this.#options.scheduler.after(REST_MS, () => this.#spawn());
  }

  /** The standby, let through; undefined when there is none. The caller owns it from now on. */
  take(): C | undefined {
    if (this.#read !== this.#settings()) this.discard();
    const child = this.#child?.isThere ? this.#child : undefined;
    this.#forget();
    child?.atGate({ kind: 'go' });
    return child;
  }

  /** What it has taken from the system is not so any more, or nobody needs it. */
  discard(): void {
    const child = this.#child;
    this.#forget();
    if (child?.isThere) child.kill();
  }

  #forget(): void {
    this.#child = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #spawn(): void {
    const { scheduler, spawn, builtins, onDebug } = this.#options;
    this.#forget();
    const free = freeMemory();
    if (free < ENOUGH_MEMORY) {
      onDebug(`no standby: ${Math.round(free / 2 ** 20)} MB of memory are free`);
      return;
    }
    this.#read = this.#settings();
    try {
      this.#child = spawn();
    } catch (error) {
      onDebug(`no standby: ${String(error)}`);
      return;
    }
    this.#child.atGate({ kind: 'warm', builtins: builtins() });
    onDebug(`a standby waits (pid ${this.#child.pid})`);
    this.#cancel = scheduler.after(OLD_MS, () => {
      this.discard();
      this.prepare();
    });
  }

  /** What the settings hold now. */
  #settings(): string {
    return this.#options.settings.map((path) => textOf(path)).join('\0');
  }
}

/** In bytes; in a container, of what it may have. */
function freeMemory(): number {
  const { availableMemory } = process as { availableMemory?: () => number };
  return availableMemory?.() ?? os.freemem();
}
