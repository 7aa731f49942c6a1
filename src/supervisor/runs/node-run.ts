// One child process: starts it, reads its lane, stops it, tells when it and all that it started are gone. Knows
// nothing of why it is started or stopped.
import { spawn } from 'node:child_process';
import type { ChildProcess, SendHandle, Serializable, SerializationType } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { AutoreloadError } from '../../shared/errors.ts';
import {
  CONTROL_FD,
  encodeControl,
  encodeGateMessage,
  encodeInherited,
  GATE_FD,
  GATE_VARIABLE,
  HELD_FD,
  HELD_VARIABLE,
  LANE_FD,
  parseListening,
  RELAY_VARIABLE,
} from '../../protocol/control.cts';
import type { RestartReason } from '../../protocol/app-bridge.cts';
import { onInternalMessage } from '../../node-internals/process.cts';
import type { ControlMessage, Gate, GateMessage } from '../../protocol/control.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import { Descendants } from '../processes/descendants.ts';
import type { HeldSockets, SocketHandle } from './held-sockets.ts';
import { RecordReader } from './record-reader.ts';
import { killTree, lookUp, processesLeft, signal } from '../processes/process-table.ts';
import type { Proc } from '../processes/process-table.ts';
import type { NodeProgram } from '../program/program.ts';
import type { Run, Streams } from './run.ts';
import type { Scheduler } from '../util/scheduler.ts';
import type { Ended } from '../lifecycle/state.ts';

/** How long to wait for the last records of a child that has ended, in ms; and how long none must have come. */
const LAST_RECORDS_MS = 200;
const QUIET_MS = 5;

/** A child that has not said within so many ms that it drains cannot: its loop is blocked. */
const UNHEARD_MS = 500;

export interface NodeRunOptions {
  readonly program: NodeProgram;
  readonly scheduler: Scheduler;
  /** Where it waits until it is told to go; undefined when it is to run at once. */
  readonly gate: Gate | undefined;
  /** The sockets that it is handed, and where its own go; undefined when none are held. */
  readonly held: HeldSockets | undefined;
  readonly stopSignal: NodeJS.Signals;
  /** How long it has for responses that are on their way when it is to end, in ms. */
  readonly drainMs: number;
  /** How messages are written for the app's launcher; undefined when there is none, and the app is to have no channel. */
  readonly launcher: SerializationType | undefined;
  readonly onRecord: (record: LaneRecord) => void;
  /** The app has sent its launcher a message. */
  readonly onMessage: (message: Serializable, handle: SendHandle | undefined) => void;
  /** The app has closed the channel to its launcher. */
  readonly onDisconnect: () => void;
  /** Which processes must not outlive the supervisor. */
  readonly onProcs: (procs: readonly Proc[]) => void;
  readonly onProblem: (error: AutoreloadError) => void;
  /** The child and all that it started are gone, and every record has been told. */
  readonly onExit: (ended: Ended) => void;
}

export class NodeRun implements Run {
  readonly sharesGroup = true;
  readonly #options: NodeRunOptions;
  readonly #process: ChildProcess;
  readonly #family: Descendants;
  /** How many bytes have come over the lane. */
  #received = 0;
  #garbage = false;
  readonly #disconnect = { told: false, closed: false };
  #gone = false;
  /** Whether it listens on a socket that is held. */
  #serves = false;
  /** Whether the app wants to do something before it ends. */
  #prepares = false;
  /** It is to get its signal when it has drained. */
  #cancelSignal: (() => void) | undefined;

  constructor(options: NodeRunOptions) {
    this.#options = options;
    const { program, launcher, gate, held } = options;
    const handOver = held?.handOver();
    const stdio: ('inherit' | 'pipe' | 'ipc' | 'ignore' | number)[] = [...program.stdio];
    stdio[LANE_FD] = 'pipe';
    stdio[CONTROL_FD] = 'ipc';
    // Without a gap: Node would move the others down.
    stdio[GATE_FD] = gate ? 'pipe' : 'ignore';
    for (const [i, fd] of handOver?.fds.entries() ?? []) stdio[HELD_FD + i] = fd;
    const args = gate === 'late' ? program.lateGateArgs : undefined;
    this.#process = spawn(program.executable, args ?? program.args, {
      argv0: program.argv0,
      cwd: program.cwd,
      env: {
        ...program.env,
        ...(launcher ? { [RELAY_VARIABLE]: '1' } : {}),
        ...(gate ? { [GATE_VARIABLE]: gate } : {}),
        ...(handOver ? { [HELD_VARIABLE]: encodeInherited(handOver.handed) } : {}),
      },
      stdio,
      serialization: launcher ?? 'json',
    });
    this.#family = new Descendants(this.#process.pid ?? 0);
    this.#listen();
  }

  /** Tells a child at the gate what to prepare, or to go. */
  atGate(message: GateMessage): void {
    // It may be gone, which is told elsewhere.
    this.#gate?.write(encodeGateMessage(message), () => {});
  }

  get #gate(): Writable | undefined {
    const gate: unknown = (this.#process.stdio as readonly unknown[] | undefined)?.[GATE_FD];
    return gate instanceof Writable ? gate : undefined;
  }

  get streams(): Streams {
    return this.#process;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Whether it has been started and has not ended. */
  get isThere(): boolean {
    return !this.#gone && this.#process.pid !== undefined;
  }

  /**
   * Asks the child to end, in its own time. One that listens finishes its responses before the signal goes out, and one
   * whose app wants to prepare for it does that.
   *
   * @param reason why another run follows; undefined if none does
   */
  stop(reason: RestartReason | undefined): void {
    const { stopSignal } = this.#options;
    const told = this.tell({ kind: 'stop', signal: stopSignal, reason });
    if (process.platform === 'win32' && told) return;
    if (told && (this.#serves || this.#prepares)) this.#signalAfter(UNHEARD_MS);
    else this.signal(stopSignal);
  }

  /** Whether it was told to end, and is not sent its signal yet. */
  get isDraining(): boolean {
    return this.#cancelSignal !== undefined;
  }

  /** The user has ended the program by a signal of its own: none follows when it has drained. */
  keepSignal(): void {
    this.#cancelSignal?.();
    this.#cancelSignal = undefined;
  }

  #signalAfter(ms: number): void {
    this.keepSignal();
    this.#cancelSignal = this.#options.scheduler.after(ms, () => this.#signalNow());
  }

  #signalNow(): void {
    this.keepSignal();
    this.signal(this.#options.stopSignal);
  }

  /** Sends the child a control message. Returns false when it has no channel any more. */
  tell(message: ControlMessage): boolean {
    if (!this.#process.connected) return false;
    // It may be gone, which is told elsewhere.
    this.#process.send(encodeControl(message), () => {});
    return true;
  }

  /** Sends the child a signal. */
  signal(name: NodeJS.Signals): void {
    this.#family.look();
    if (!this.#gone && this.#process.pid !== undefined) signal(this.#process.pid, name);
  }

  /** Ends the child at once. */
  kill(): void {
    if (process.platform === 'win32' && this.#process.pid !== undefined) killTree(this.#process.pid);
    else this.signal('SIGKILL');
  }

  /** Passes a message of the launcher's to the app. Returns false when the app is not there any more. */
  send(message: Serializable, handle: SendHandle | undefined, onSent: () => void): boolean {
    if (!this.#process.connected) return false;
    this.#process.send(message, handle, onSent);
    return true;
  }

  /** The launcher has closed the channel. */
  disconnect(): void {
    if (this.#process.connected) this.#process.disconnect();
  }

  #listen(): void {
    const { onMessage, launcher } = this.#options;
    const child = this.#process;
    // Without descriptors left, Node gives no stdio.
    const lane = child.stdio?.[LANE_FD];
    // One that is killed before it has read what it was told.
    this.#gate?.on('error', () => {});
    const drained = lane instanceof Readable ? this.#read(lane) : Promise.resolve();
    onInternalMessage(child, (message, handle) => {
      const listening = handle ? parseListening(message) : undefined;
      if (!listening) return;
      this.#serves = true;
      this.#options.held?.add(listening, handle as SocketHandle);
    });
    if (launcher) child.on('message', onMessage).once('disconnect', () => this.#disconnected('closed'));
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      const message = `cannot start ${this.#options.program.executable}: ${error.message}`;
      this.#options.onProblem(new AutoreloadError('ERR_AUTORELOAD_SPAWN', message, { cause: error }));
      void this.#finish({ code: 1, signal: null }, drained);
    });
    child.once('exit', (code, name) => void this.#finish({ code, signal: name }, drained));
  }

  /** What becomes of the sockets that the child listens on. */
  #serving(record: LaneRecord): void {
    const { held, drainMs } = this.#options;
    if (record.kind === 'wishes') this.#prepares = record.end;
    if (record.kind === 'adopted') this.#serves = true;
    if (record.kind === 'released') held?.release(record.id);
    // It was told to end, and has not got the signal yet.
    if (!this.#cancelSignal) return;
    if (record.kind === 'draining') this.#signalAfter(drainMs);
    if (record.kind === 'drained') this.#signalNow();
  }

  /** The app has closed the channel when it says so and the last message has come, in whichever order. */
  #disconnected(how: 'told' | 'closed'): void {
    this.#disconnect[how] = true;
    if (this.#disconnect.told && this.#disconnect.closed) this.#options.onDisconnect();
  }

  /** Reads the lane. Resolves when it has ended. */
  #read(lane: Readable): Promise<void> {
    const reader = new RecordReader(
      (record) => {
        if (record.kind === 'spawned') {
          this.#family.add(record.pid);
          this.tellProcs();
        }
        if (record.kind === 'disconnected') this.#disconnected('told');
        this.#serving(record);
        this.#options.onRecord(record);
      },
      (text) => {
        if (this.#garbage) return;
        this.#garbage = true;
        const message = `a record of the child is not one of ours: ${JSON.stringify(text.slice(0, 80))}. Does the program write to descriptor ${LANE_FD}?`;
        this.#options.onProblem(new AutoreloadError('ERR_AUTORELOAD_LANE', message));
      },
    );
    lane.on('data', (chunk: Buffer) => {
      this.#received += chunk.length;
      reader.push(chunk);
    });
    return new Promise((resolve) => {
      lane.once('close', resolve);
      lane.once('error', () => resolve());
    });
  }

  /** Resolves when no record has come for a moment: those that the child has started may hold the lane as well. */
  async #quiet(ms: number): Promise<void> {
    const { scheduler } = this.#options;
    const end = scheduler.now() + ms;
    let seen;
    do {
      seen = this.#received;
      await new Promise<void>((resolve) => scheduler.after(QUIET_MS, resolve));
    } while (seen !== this.#received && scheduler.now() < end);
  }

  async #finish(ended: Ended, drained: Promise<void>): Promise<void> {
    this.#gone = true;
    this.#cancelSignal?.();
    const { scheduler } = this.#options;
    await Promise.race([drained, this.#quiet(LAST_RECORDS_MS)]);
    const left = await this.#family.end(scheduler);
    if (left.length > 0) this.#options.onProblem(processesLeft(left));
    this.#options.onProcs([]);
    this.#options.onExit(ended);
  }

  /** Tells which processes must not outlive the supervisor. */
  tellProcs(): void {
    const { pid } = this.#process;
    if (pid !== undefined && !this.#gone)
      this.#options.onProcs([...this.#family.procs(), lookUp(pid) ?? { pid, started: '' }]);
  }
}
