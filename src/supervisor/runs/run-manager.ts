// The processes of the program: the child that runs now, and the standby that will run next. Owns them, what the standby
// is to warm, and the guard that ends them should the supervisor be gone. Knows nothing of why a run begins or ends.
import type { AutoreloadError } from '../../shared/errors.ts';
import { isInPackage } from '../../shared/module-url.ts';
import type { RestartReason } from '../../protocol/app-bridge.cts';
import type { RunInfo, Gate, PackageResolution } from '../../protocol/control.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import { NodeRun } from './node-run.ts';
import { textOf } from '../util/safe-fs.ts';
import { Guard } from '../processes/guard.ts';
import { HeldSockets } from './held-sockets.ts';
import type { IpcRelay } from './ipc-relay.ts';
import type { Log } from '../util/log.ts';
import { PreservedState } from './preserved-state.ts';
import { CommandRun } from './command-run.ts';
import type { Proc } from '../processes/process-table.ts';
import type { CommandProgram, NodeProgram, Program } from '../program/program.ts';
import type { Run } from './run.ts';
import type { Scheduler } from '../util/scheduler.ts';
import { Standby } from './standby.ts';
import type { Ended } from '../lifecycle/state.ts';
import { nameModules } from '../program/transpilers.ts';
import { WarmUpList } from './warm-up-list.ts';

export interface RunManagerOptions {
  readonly program: Program;
  readonly scheduler: Scheduler;
  /** Whether the next child is to wait ready. */
  readonly standby: boolean;
  /** Whether listening sockets stay open between two runs. */
  readonly hold: boolean;
  /** How long a child has for responses that are on their way, in ms. */
  readonly drainMs: number;
  /** The stop signal. */
  readonly signal: NodeJS.Signals;
  /** ms between the stop signal and SIGKILL. */
  readonly grace: number;
  readonly launcher: IpcRelay;
  /** Files that Node and its preloads read before the program begins. */
  readonly settings: () => readonly string[];
  readonly log: Log;
  /** What autoreload cannot do. */
  readonly onProblem: (error: AutoreloadError) => void;
  /** What a child tells. */
  readonly onRecord: (generation: number, record: LaneRecord) => void;
  /** The child has ended, and all that it started. */
  readonly onExit: (generation: number, ended: Ended) => void;
}

interface Waiting {
  readonly child: NodeRun;
  /** What it has told before its turn. */
  readonly early: LaneRecord[];
  /** What it has been told of the run before. */
  readonly offered: readonly PackageResolution[];
}

export class RunManager {
  readonly #options: RunManagerOptions;
  readonly #standby: Standby<NodeRun> | undefined;
  readonly #held: HeldSockets | undefined;
  /** Processes that must not outlive the supervisor, by their child, or by what else they are. */
  readonly #procs = new Map<Run | 'page', readonly Proc[]>();
  #guard: Guard | undefined;
  #child: Run | undefined;
  #hasWaited = false;
  #generation = 0;
  #usage = new WarmUpList();
  readonly #preserved = new PreservedState();
  /** The last standby. */
  #waiting: Waiting | undefined;
  /** What the child has been told of the run before. */
  #known: readonly PackageResolution[] = [];

  constructor(options: RunManagerOptions) {
    this.#options = options;
    const { scheduler, log, program } = options;
    // What TLS reads when it is loaded.
    const certificates = [program.env['NODE_EXTRA_CA_CERTS']].filter((path) => path !== undefined);
    const onDebug = (text: string): void => log.debug(text);
    // On Windows no process can be handed a socket as a descriptor.
    if (options.hold && process.platform !== 'win32')
      this.#held = new HeldSockets({ onChange: () => this.#standby?.refresh(), onDebug });
    // The inspector of a standby would listen before its turn.
    if (!options.standby || program.kind !== 'node' || program.isInspected) return;
    let offered: readonly PackageResolution[] = [];
    this.#standby = new Standby({
      scheduler,
      spawn: () => {
        const child = this.#spawn(program, this.#generation + 1, this.#gate(program));
        this.#waiting = { child, early: [], offered };
        return child;
      },
      usage: () => {
        const usage = this.#usage.get([...options.settings(), ...certificates]);
        offered = usage.message.found;
        return usage;
      },
      version: () => this.#held?.version ?? '',
      onDebug,
    });
  }

  /** The child of the current run, also when it has ended. */
  get child(): Run | undefined {
    return this.#child;
  }

  /** The child of the current run, if Node runs it. */
  get nodeChild(): NodeRun | undefined {
    return this.#child instanceof NodeRun ? this.#child : undefined;
  }

  /** Whether runs report that they begin to read the terminal. */
  get reportsReads(): boolean {
    return this.#options.program.kind === 'node';
  }

  /**
   * Whether the current run may leave the terminal changed at its exit. Node restores the state that it found at its boot: a
   * standby may have booted while the run before had raw mode on. Other commands restore nothing.
   */
  get mayChangeTerminal(): boolean {
    return this.#hasWaited || this.#options.program.kind === 'command';
  }

  /**
   * Starts the next run. Throws what Node throws if there can be no process.
   *
   * @param reason why; undefined for the first
   */
  start(generation: number, reason: RestartReason | undefined): void {
    const { launcher } = this.#options;
    this.#preserved.begin();
    const begin: RunInfo = { generation, reason, state: this.#preserved.state };
    this.#generation = generation;
    this.#usage = new WarmUpList();
    this.#child = undefined;
    try {
      this.#child = this.#standby?.take(begin);
      this.#hasWaited = this.#child !== undefined;
      const { early, offered } = (this.#hasWaited && this.#waiting) || { early: [], offered: [] };
      this.#known = offered;
      this.#child ??= this.#spawnNow(begin);
      for (const record of early) this.#record(this.#child, generation, record);
    } finally {
      launcher.connect(this.nodeChild);
    }
  }

  /** From now on nothing outlives the supervisor. Not at once: the first child is not to wait for it. */
  guard(): void {
    this.#guard ??= new Guard();
    this.#child?.tellProcs();
  }

  /** Whether the whole process group has got a signal that this process has got. */
  async witnessed(signal: NodeJS.Signals): Promise<boolean> {
    const witnessed = (await this.#guard?.witnessed(signal)) ?? false;
    return witnessed && this.#child?.sharesGroup !== false;
  }

  /** The run has loaded what it loads at start, or has ended by itself: there is time to make the next one ready. */
  prepare(): void {
    this.#standby?.prepare();
  }

  /** Files have changed. Where packages are installed, the standby has looked already. */
  changed(paths: readonly string[]): void {
    if (paths.some(isInPackage)) this.#standby?.discard();
  }

  /**
   * The run has ended by itself.
   *
   * @param isAnswered whether those who ask it over HTTP get an answer all the same
   */
  ended(isAnswered: boolean): void {
    this.#held?.ended(isAnswered);
  }

  /** Descriptors of the sockets that are held and speak HTTP. */
  get httpSockets(): readonly number[] {
    return this.#held?.http ?? [];
  }

  /** There is to be no other run. */
  close(): void {
    this.#standby?.discard();
    this.#held?.close();
    // It is dying: there is nothing to guard.
    if (this.#waiting) this.#entrust(this.#waiting.child, []);
    this.#guard?.close();
  }

  /** The first run needs to be told nothing. Another finds the gate open. */
  #spawnNow(begin: RunInfo): Run {
    const { program } = this.#options;
    if (program.kind === 'command') return this.#spawnCommand(program, begin);
    const child = this.#spawn(program, begin.generation, begin.reason && 'early');
    if (begin.reason) child.atGate({ kind: 'go', begin });
    return child;
  }

  #spawn(program: NodeProgram, generation: number, gate: Gate | undefined): NodeRun {
    const { scheduler, launcher, drainMs, signal, onProblem, onExit } = this.#options;
    const child: NodeRun = new NodeRun({
      program,
      gate,
      stopSignal: signal,
      scheduler,
      drainMs,
      held: this.#held,
      launcher: launcher.serialization,
      onRecord: (record) => this.#record(child, generation, record),
      onMessage: (message, handle) => launcher.send(message, handle),
      onDisconnect: () => launcher.disconnect(),
      onProcs: (procs) => this.#entrust(child, procs),
      onProblem,
      onExit: (ended) => {
        // A standby that ends is missed by nobody.
        if (this.#child !== child) return;
        launcher.connect(undefined);
        onExit(generation, ended);
      },
    });
    child.tellProcs();
    return child;
  }

  #spawnCommand(program: CommandProgram, { generation, reason }: RunInfo): Run {
    const { scheduler, signal, grace, onRecord, onProblem, onExit } = this.#options;
    // It may have done everything by the time that a guard is there.
    this.#guard ??= new Guard();
    const child: CommandRun = new CommandRun({
      program,
      changed: reason?.files.map(({ path }) => path) ?? [],
      scheduler,
      signal,
      grace,
      onStarted: (at) => onRecord(generation, { kind: 'up', at }),
      onProcs: (procs) => this.#entrust(child, procs),
      onProblem,
      onExit: (ended) => onExit(generation, ended),
    });
    child.tellProcs();
    return child;
  }

  /** What a standby tells that was discarded is of no use, nor is what comes from a run that another has followed. */
  #record(child: Run, generation: number, record: LaneRecord): void {
    if (child === this.#waiting?.child && child !== this.#child) this.#waiting.early.push(record);
    if (child !== this.#child) return;
    const full = record.kind === 'again' ? this.#again(record.index) : record;
    if (!full) return;
    this.#usage.record(full);
    if (full.kind === 'preserved') this.#preserved.add(full);
    if (full.kind === 'lost') this.#preserved.delete(full.key);
    this.#options.onRecord(generation, full);
  }

  /** The run has found what the run before has found: no other stamp is needed. */
  #again(index: number): LaneRecord | undefined {
    const [specifier, parent, url] = this.#known[index] ?? [];
    if (specifier === undefined || url === undefined) return undefined;
    return { kind: 'resolved', specifier, parent, url, stamp: undefined, again: true };
  }

  /** Where the next standby waits. */
  #gate(program: NodeProgram): Gate {
    const texts = this.#options.settings().map((path) => ({ path, text: textOf(path) ?? '' }));
    return program.lateGateArgs && !nameModules(texts) ? 'late' : 'early';
  }

  /** What serves the crash page is no process of the program's, but must not outlive the supervisor either. */
  entrustPage(procs: readonly Proc[]): void {
    this.#entrust('page', procs);
  }

  /** The child and the standby: neither must outlive the supervisor. */
  #entrust(whose: Run | 'page', procs: readonly Proc[]): void {
    if (procs.length > 0) this.#procs.set(whose, procs);
    else this.#procs.delete(whose);
    this.#guard?.entrust([...this.#procs.values()].flat());
  }
}
