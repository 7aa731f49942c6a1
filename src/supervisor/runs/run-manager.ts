// Manages the runs of the program: the current one, and the standby for the next. Composes runs with the sockets, the state and the
// warm-up that pass from one run to the next, and with the guard. Knows nothing of why a run starts or exits.
import type { Options } from '../../options/options.ts';
import type { RestartReason } from '../../protocol/app-bridge.cts';
import type { Gate } from '../../protocol/control.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import type { Ended } from '../lifecycle/state.ts';
import { Guard } from '../processes/guard.ts';
import type { CommandProgram, NodeProgram, Program } from '../program/program.ts';
import { nameModules } from '../program/transpilers.ts';
import { Standbys } from '../standby/standbys.ts';
import type { StandbysOptions } from '../standby/standbys.ts';
import type { Log } from '../util/log.ts';
import { exists, textOf } from '../util/safe-fs.ts';
import { CommandRun } from './command-run.ts';
import type { EarlyChild } from './early-child.ts';
import { HeldSockets } from '../handover/held-sockets.ts';
import type { IpcRelay } from '../handover/ipc-relay.ts';
import { NodeRun } from './node-run.ts';
import { Predecessor } from '../handover/predecessor.ts';
import { PreservedState } from '../handover/preserved-state.ts';
import type { Run, RunOptions } from './run.ts';
import { holdsSockets } from './spawn-node.ts';

export interface RunManagerOptions
  extends
    Omit<RunOptions, 'guard'>,
    Pick<Options, 'hold'>,
    Pick<
      StandbysOptions<NodeRun>,
      'standby' | 'ahead' | 'settings' | 'isInstalled' | 'isScanned' | 'mayRedirect' | 'planAhead'
    > {
  readonly program: Program;
  readonly ipcRelay: IpcRelay;
  /** The first run, if it has been started before. */
  readonly early: EarlyChild | undefined;
  readonly log: Log;
  /** The run before, beside which the current one has started, has exited. */
  readonly onPredecessorExit: (generation: number, ended: Ended) => void;
  /** Called for each record of the current run. */
  readonly onRecord: (record: LaneRecord) => void;
}

export class RunManager {
  /** Kills runs that outlive the supervisor. */
  readonly guard: Guard = new Guard();
  /** The current run, even after its exit. */
  current: Run | undefined;
  /** Undefined if sockets are not held between runs. */
  readonly held: HeldSockets | undefined;
  readonly standbys: Standbys<NodeRun>;
  readonly predecessor: Predecessor<NodeRun>;
  readonly #options: RunManagerOptions;
  readonly #preserved = new PreservedState();
  #wasStandby = false;
  #reason: RestartReason | undefined;
  /** Pid of the current run; undefined for a command, for which other processes may work: `docker` lets a daemon write. */
  readonly nodePid = (): number | undefined =>
    this.#options.program.kind === 'node' ? this.current?.pid : undefined;

  /** {@link Run.exitedAt} of the current run. */
  readonly exitedAt = (): number => this.current?.exitedAt ?? Infinity;

  constructor(options: RunManagerOptions) {
    this.#options = options;
    const { log, program, grace } = options;
    this.predecessor = new Predecessor(grace);
    if (holdsSockets(options)) this.held = new HeldSockets(log, () => this.standbys.refresh());
    const isNode = program.kind === 'node';
    // Read when TLS is loaded.
    const certificates = program.env['NODE_EXTRA_CA_CERTS'];
    this.standbys = new Standbys({
      ...options,
      // The inspector of a standby would listen before its turn.
      standby: options.standby && isNode && !program.isInspected,
      files: certificates ? [certificates] : [],
      isInstalled: () => options.isInstalled() && (!isNode || program.requiredFiles.every(exists)),
      cwd: program.cwd,
      planAhead: (edited) =>
        isNode && program.linkedGate && !this.#hasModuleSettings() ? options.planAhead(edited) : undefined,
      spawn: (isLinking) => {
        if (!isNode) throw new TypeError('only a Node program has a standby');
        return this.#spawnNode(program, isLinking ? 'linked' : this.#gate(program));
      },
    });
  }

  /** Whether the current run was a standby, and has been killed before it began. */
  get isUnbegun(): boolean {
    const { current } = this;
    return this.#wasStandby && current instanceof NodeRun && current.isWaiting && current.wasKilled;
  }

  /** Whether a signal has killed the current run. */
  get wasKilled(): boolean {
    return this.current?.wasKilled === true;
  }

  /**
   * Whether the current run may leave the terminal changed at its exit. Node restores the state that it found at its boot: a
   * standby may have booted while the run before had raw mode on. Other commands restore nothing.
   */
  get mayChangeTerminal(): boolean {
    return this.#wasStandby || this.#options.program.kind === 'command';
  }

  /**
   * Starts the next run.
   *
   * @param reason cause of the run; undefined for the first
   */
  start(generation: number, reason: RestartReason | undefined): Run {
    const { ipcRelay, program } = this.#options;
    const before = this.current;
    if (before instanceof NodeRun && before.isRunning) this.predecessor.keep(before, generation - 1);
    const overlaps = this.predecessor.isServing;
    this.#reason = reason;
    const standby = this.standbys.take(reason?.cause === 'change');
    this.#wasStandby = standby !== undefined;
    this.#preserved.begin();
    this.held?.begin();
    if (program.kind === 'command') this.current = this.#spawnCommand(program, reason);
    else {
      // The first run waits at no gate and gets no message. For a later one that was no standby, the message is there when it arrives.
      const early = this.current ? undefined : this.#options.early;
      const run = standby?.run ?? this.#spawnNode(program, reason && 'early', early);
      run.sendToGate({ kind: 'go', begin: { generation, reason, state: this.#preserved.state, overlaps } });
      this.current = run;
    }
    ipcRelay.connect(this.current.child);
    for (const record of standby?.records ?? []) this.#record(standby!.run, record);
    return this.current;
  }

  /** Whether a signal that this process received reached the current run too. */
  async witnessed(signal: NodeJS.Signals): Promise<boolean> {
    return (await this.guard.witnessed(signal)) && this.current?.sharesGroup !== false;
  }

  /** Signals the current run, and the one before if it is still running. */
  signal(name: NodeJS.Signals): void {
    this.current?.signal(name);
    this.predecessor.signal(name);
  }

  /** The runs end by a signal of the user, without draining and without a time limit. */
  leave(): void {
    this.current?.drain?.cancel();
    this.predecessor.leave();
  }

  /** Releases everything that was kept for the next run. */
  close(): void {
    // The guard need not wait for a process that has been killed.
    for (const run of this.standbys.discard()) run.tree?.abandon();
    this.held?.close();
    this.guard.close();
  }

  #spawnNode(program: NodeProgram, gate: Gate | undefined, early?: EarlyChild): NodeRun {
    const { ipcRelay, log, onExit } = this.#options;
    const run: NodeRun = new NodeRun({
      ...this.#options,
      program,
      guard: this.guard,
      gate,
      early,
      held: this.held,
      onRecord: (record) => this.#record(run, record),
      onExit: (ended, problem) => {
        if (this.current === run) {
          ipcRelay.connect(undefined);
          onExit(ended, problem);
          return;
        }
        const generation = this.predecessor.exited(run);
        if (generation !== undefined) this.#options.onPredecessorExit(generation, ended);
        // The exit of a standby has no consequences.
        else if (problem) log.debug(`no standby: ${problem.message}`);
      },
    });
    return run;
  }

  #spawnCommand(program: CommandProgram, reason: RestartReason | undefined): CommandRun {
    // A short command may exit before a guard that was started after it.
    this.guard.start();
    return new CommandRun({
      ...this.#options,
      program,
      guard: this.guard,
      changed: reason?.files.map(({ path }) => path) ?? [],
      onStarted: () => this.#options.onRecord({ kind: 'up', at: Date.now() }),
    });
  }

  /** Ignores the records of a discarded standby and of earlier runs. */
  #record(run: NodeRun, record: LaneRecord): void {
    if (run !== this.current) {
      const role = this.predecessor.record(run, record);
      if (!role) return this.standbys.record(run, record);
      // It may ask for a restart while it serves.
      if (role === 'serves' && record.kind === 'requested') this.#options.onRecord(record);
      return this.#preserve(record);
    }
    if (this.predecessor.isServing && this.#takesOver(record))
      this.predecessor.retire(this.#reason, () => run.sendToGate({ kind: 'turn' }));
    // The run before may have exited.
    else if (record.kind === 'listens') run.sendToGate({ kind: 'turn' });
    for (const one of this.standbys.add(record)) {
      this.#preserve(one);
      this.#options.onRecord(one);
    }
  }

  #preserve(record: LaneRecord): void {
    if (record.kind === 'preserved') this.#preserved.add(record);
    if (record.kind === 'lost') this.#preserved.delete(record.key);
  }

  /** Whether the current run takes over from the run before: it listens where that one does, or has no reason to wait for it. */
  #takesOver({ kind }: LaneRecord): boolean {
    if (kind === 'listens' || kind === 'adopted') return true;
    return (kind === 'up' || kind === 'released') && this.held?.hasUnused !== true;
  }

  /** The gate of a standby that links no modules: behind its preloads if they are transpilers that load no module of the user. */
  #gate({ lateGateArgs }: NodeProgram): Gate {
    return lateGateArgs && !this.#hasModuleSettings() ? 'late' : 'early';
  }

  /** Whether settings name modules that a transpiler loads. */
  #hasModuleSettings(): boolean {
    return nameModules(this.#options.settings().map((path) => ({ path, text: textOf(path) ?? '' })));
  }
}
