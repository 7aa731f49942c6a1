// Tracks the process tree of one run, keeps the guard informed, and terminates the processes that outlive the root. Knows nothing
// of why a run exits.
import { setTimeout as delay } from 'node:timers/promises';
import { AutoreloadError } from '../../shared/errors.ts';
import type { Grouping } from '../program/program.ts';
import type { Guard } from './guard.ts';
import {
  descendants,
  groupExists,
  identify,
  isAlive,
  isBelow,
  killTree,
  lookUp,
  membersOf,
  sendSignal,
} from './process-table.ts';
import type { ProcessIdentity } from './process-table.ts';

/** Interval between two checks whether all processes have exited (ms). */
const CHECK_MS = 10;

/** Maximum interval where a check lists all processes of the system (ms). */
const MAX_CHECK_MS = 100;

/** Timeout for an exit after SIGKILL (ms). */
const KILLED_MS = 1000;

/** Delay between the exit of a command and the stop signal for its other processes (ms): `tee` has to write its last input. */
const LINGER_MS = 200;

/** Number of additions between two removals of exited processes. An app that starts many processes seldom runs many at a time. */
const MANY = 32;

export interface TreeOptions {
  /** Pid of the root. */
  readonly pid: number;
  /** Its identity, if it may have exited since it was started. */
  readonly identity?: ProcessIdentity | undefined;
  /**
   * Policy. A command has a grouping: all its processes are signalled and terminated as a whole. For a Node program it is undefined:
   * only the root is signalled, and its descendants are terminated one by one when it has exited.
   */
  readonly grouping: Grouping | undefined;
  /** Signal for processes that outlive the root. */
  readonly signal: NodeJS.Signals;
  /** Delay between that signal and SIGKILL (ms). */
  readonly grace: number;
  readonly guard: Guard;
  readonly onProblem: (error: AutoreloadError) => void;
}

export class ProcessTree {
  readonly #options: TreeOptions;
  readonly #root: ProcessIdentity;
  /** Processes below the root, by pid. */
  readonly #known = new Map<number, ProcessIdentity>();
  readonly #signalled = new Set<ProcessIdentity>();
  /** Time of the first stop signal to the whole tree, and of the first SIGKILL. */
  #signalledAt: number | undefined;
  #killedAt: number | undefined;

  constructor(options: TreeOptions) {
    this.#options = options;
    const { pid, identity = identify(pid), grouping } = options;
    this.#root = { ...identity, group: grouping };
    this.#entrust();
  }

  /**
   * Adds a process that the root or a descendant has started, unless it is a session leader: it was started to outlive the root. The pid
   * may belong to another process by now.
   */
  add(pid: number): void {
    const row = lookUp(pid);
    if (row && !row.detached && isBelow(row, this.#root, this.#known)) this.#known.set(pid, row);
    if (this.#known.size % MANY === 0) this.#removeExited();
    this.#entrust();
  }

  /** Sends a signal to the root alone. The descendants are recorded, as long as their parents are running. */
  signalRoot(name: NodeJS.Signals): void {
    const { pid } = this.#root;
    this.#record(descendants(pid));
    if (name === 'SIGKILL' && process.platform === 'win32') killTree(pid);
    else sendSignal(pid, name);
  }

  /** Sends a signal to all processes. Windows has no signals: the processes are killed. */
  signalAll(name: NodeJS.Signals): void {
    const { pid, grouping, signal } = this.#options;
    if (name === signal) this.#signalledAt ??= Date.now();
    if (name === 'SIGKILL') this.#killedAt ??= Date.now();
    if (grouping === 'job') return killTree(pid);
    // As long as their parents are running.
    if (isAlive(this.#root)) this.#record(descendants(pid));
    if (grouping === 'own') sendSignal(-pid, name);
    this.#send(name, this.#all());
    this.#entrust();
  }

  /**
   * Terminates the processes that outlive the root: with the signal of the policy, unless the tree was sent it already, and with
   * SIGKILL after the grace period. Reports the processes that survive.
   */
  async terminate(): Promise<void> {
    const { grouping, onProblem } = this.#options;
    const start = Date.now();
    for (;;) {
      const left = this.#remaining();
      const now = Date.now();
      const hasFailed = this.#killedAt !== undefined && now - this.#killedAt >= KILLED_MS;
      if (hasFailed && left.length > 0) onProblem(survived(left));
      if (hasFailed || left.length === 0) break;
      this.#signalRemaining(left, now, now - start);
      const interval = grouping ? Math.min(CHECK_MS + (now - start) / 10, MAX_CHECK_MS) : CHECK_MS;
      await delay(interval);
    }
    this.abandon();
  }

  /** Withdraws the tree from the guard. */
  abandon(): void {
    this.#options.guard.entrust(this, []);
  }

  #signalRemaining(left: readonly ProcessIdentity[], now: number, waited: number): void {
    const { signal, grace, grouping } = this.#options;
    const isOver = this.#signalledAt !== undefined && now - this.#signalledAt >= grace;
    if (isOver || this.#killedAt !== undefined) this.signalAll('SIGKILL');
    else if (this.#signalledAt === undefined && waited >= (grouping ? LINGER_MS : 0)) this.signalAll(signal);
    // Not for a command: its handler of the signal may start processes that clean up.
    else if (!grouping)
      this.#send(
        signal,
        left.filter((identity) => !this.#signalled.has(identity)),
      );
  }

  /** Sends a signal to each of these processes that is running. Members of a separate group get the signal through that group. */
  #send(name: NodeJS.Signals, targets: readonly ProcessIdentity[]): void {
    const { pid, grouping } = this.#options;
    for (const identity of targets) {
      const row = lookUp(identity.pid);
      const isInGroup = grouping === 'own' && row?.pgrp === pid;
      if (row?.started === identity.started && !isInGroup) sendSignal(identity.pid, name);
      this.#signalled.add(identity);
    }
  }

  /** The processes below the root that are running. */
  #remaining(): ProcessIdentity[] {
    const { pid, grouping } = this.#options;
    this.#removeExited();
    // The usual case, without a listing of all processes of the system.
    if (grouping === 'own' && this.#known.size === 0 && !groupExists(pid)) return [];
    this.#record(membersOf(this.#root));
    for (const identity of this.#known.values()) this.#record(descendants(identity.pid));
    return [...this.#known.values()];
  }

  #record(found: readonly ProcessIdentity[]): void {
    for (const identity of found) {
      if (this.#known.get(identity.pid)?.started !== identity.started)
        this.#known.set(identity.pid, identity);
    }
  }

  #removeExited(): void {
    for (const [pid, identity] of this.#known) if (!isAlive(identity)) this.#known.delete(pid);
  }

  #all(): ProcessIdentity[] {
    return [this.#root, ...this.#known.values()];
  }

  #entrust(): void {
    this.#options.guard.entrust(this, this.#all());
  }
}

function survived(processes: readonly ProcessIdentity[]): AutoreloadError {
  const pids = processes.map(({ pid }) => pid).join(', ');
  const message = `cannot end process ${pids}, which the program has started; going on without. End it yourself.`;
  return new AutoreloadError('ERR_AUTORELOAD_PROCESS_LEFT', message);
}
