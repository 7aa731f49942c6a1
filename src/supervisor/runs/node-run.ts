// One run of a Node program: starts and stops the child, reads its lane, and reports its exit. Knows nothing of why a run starts or
// stops.
import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { onInternalMessage } from '../../node-internals/process.cts';
import type { RestartReason } from '../../protocol/app-bridge.cts';
import {
  encodeControl,
  encodeGateMessage,
  GATE_FD,
  LANE_FD,
  parseListening,
} from '../../protocol/control.cts';
import type { ControlMessage, Gate, GateMessage } from '../../protocol/control.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import { AutoreloadError } from '../../shared/errors.ts';
import type { Ended } from '../lifecycle/state.ts';
import { ProcessTree } from '../processes/process-tree.ts';
import type { NodeProgram } from '../program/program.ts';
import { DrainTimer } from './drain-timer.ts';
import type { EarlyChild } from './early-child.ts';
import type { HeldSockets, SocketHandle } from '../handover/held-sockets.ts';
import type { IpcRelay } from '../handover/ipc-relay.ts';
import { lastRecords, recordReader } from './record-reader.ts';
import { Run } from './run.ts';
import type { RunOptions } from './run.ts';
import { spawnNode } from './spawn-node.ts';

/** Terminates the descendants that outlive the child: SIGTERM at its exit, SIGKILL one second later. */
const DESCENDANTS = { grouping: undefined, signal: 'SIGTERM', grace: 1000 } as const;

/** Part of the grace period that is reserved for signal handlers when a run drains (ms); at most half of the period. */
const HANDLERS_MS = 1000;

export interface NodeRunOptions extends RunOptions {
  readonly program: NodeProgram;
  /** Gate at which the child waits; undefined for a child that runs at once. */
  readonly gate: Gate | undefined;
  /** Sockets that the child inherits, and that receive its own; undefined if sockets are not held. */
  readonly held: HeldSockets | undefined;
  readonly ipcRelay: IpcRelay;
  /** The child, if it has been started before. */
  readonly early?: EarlyChild | undefined;
  /** Called for each record, before `onExit`. */
  readonly onRecord: (record: LaneRecord) => void;
}

export class NodeRun extends Run {
  readonly sharesGroup = true;
  override readonly drain: DrainTimer;
  /** Whether the child waits at the gate, as far as its records tell. */
  isWaiting: boolean;
  readonly #options: NodeRunOptions;
  readonly #lane: Socket | null | undefined;
  readonly #gate: Socket | null | undefined;
  readonly #channel = { closeReported: false, closed: false };

  constructor(options: NodeRunOptions) {
    super();
    this.#options = options;
    const { signal, grace, early, gate, held, ipcRelay } = options;
    this.isWaiting = gate !== undefined;
    const onFailed = (error: Error): void => this.#onFailed(error);
    const { serialization } = ipcRelay;
    this.child = early
      ? early.child
      : spawnNode({ ...options, handOver: held?.handOver(), serialization }, onFailed);
    const { pid } = this;
    const { identity } = early ?? {};
    if (pid !== undefined) this.tree = new ProcessTree({ ...options, ...DESCENDANTS, pid, identity });
    const drainMs = Math.max(grace - HANDLERS_MS, grace / 2);
    this.drain = new DrainTimer(drainMs, () => this.signal(signal));
    const stdio = (this.child?.stdio ?? []) as readonly (Socket | null | undefined)[];
    this.#lane = stdio[LANE_FD];
    this.#gate = stdio[GATE_FD];
    if (this.child) this.#listen(this.child);
    if (early) process.nextTick(early.release, onFailed);
  }

  get isRunning(): boolean {
    return this.exitedAt === Infinity && this.pid !== undefined;
  }

  /** Sends a message to a child that waits at the gate. */
  sendToGate(message: GateMessage): void {
    // The exit of the child is reported elsewhere.
    this.#gate?.write(encodeGateMessage(message), () => {});
  }

  /** Requests an exit. The stop signal is delayed until the child has drained, and the app has prepared its exit. */
  stop(reason: RestartReason | undefined): void {
    const { signal } = this.#options;
    const isSent = this.tell({ kind: 'stop', signal, reason });
    if (process.platform === 'win32' && isSent) return;
    if (!isSent || !this.drain.start()) this.signal(signal);
  }

  override tell(message: ControlMessage): boolean {
    if (!this.child?.connected) return false;
    this.child.send(encodeControl(message), () => {});
    return true;
  }

  signal(name: NodeJS.Signals): void {
    if (this.exitedAt === Infinity) this.tree?.signalRoot(name);
  }

  #listen(child: ChildProcess): void {
    const { held, ipcRelay } = this.#options;
    const read = recordReader(
      (record) => this.#record(record),
      (text) => this.#reportForeign(text),
    );
    this.#lane?.on('data', read).on('error', () => {});
    // The child may be killed before it has read a message.
    this.#gate?.on('error', () => {});
    onInternalMessage(child, (message, handle) => {
      const listening = handle ? parseListening(message) : undefined;
      if (!listening) return;
      this.drain.serve();
      held?.add(listening, handle as SocketHandle);
    });
    if (ipcRelay.serialization) {
      this.drain.serve();
      child.on('message', (message, handle) => ipcRelay.send(message, handle));
      child.once('disconnect', () => this.#disconnected('closed'));
    }
    child.once('exit', (code, signal) => void this.#finish({ code, signal }));
  }

  #record(record: LaneRecord): void {
    if (record.kind === 'spawned') this.tree?.add(record.pid);
    if (record.kind === 'begun') this.isWaiting = false;
    if (record.kind === 'received') this.#options.ipcRelay.received(this.child, record.n);
    if (record.kind === 'disconnected') this.#disconnected('closeReported');
    if (record.kind === 'released') this.#options.held?.release(record.id);
    if (record.kind === 'adopted') this.#options.held?.adopted(record.id);
    this.drain.record(record);
    this.#options.onRecord(record);
  }

  #reportForeign(text: string): void {
    const message = `a record of the child is not one of ours: ${JSON.stringify(text.slice(0, 80))}. Does the program write to descriptor ${LANE_FD}?`;
    this.#options.onProblem(new AutoreloadError('ERR_AUTORELOAD_LANE', message));
  }

  /** The app has closed the channel once its record and the end of the channel have arrived, in either order. */
  #disconnected(sign: 'closeReported' | 'closed'): void {
    this.#channel[sign] = true;
    if (this.#channel.closeReported && this.#channel.closed) this.#options.ipcRelay.disconnect();
  }

  #onFailed(error: Error): void {
    const message = `cannot start ${this.#options.program.executable}: ${error.message}`;
    const problem = new AutoreloadError('ERR_AUTORELOAD_SPAWN', message, { cause: error });
    void this.#finish({ code: 1, signal: null }, problem);
  }

  async #finish(ended: Ended, problem?: AutoreloadError): Promise<void> {
    this.exited(ended);
    this.drain.cancel();
    if (this.#lane) await lastRecords(this.#lane);
    await this.tree?.terminate();
    this.#options.onExit(ended, problem);
  }
}
