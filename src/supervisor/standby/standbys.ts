// Keeps the standbys of a program: one that links modules ahead, and a plain one for a change of a linked module. Decides which one is
// taken, and which records of the run count. Knows nothing of how a run is started.
import type { ChangedFile } from '../../protocol/app-bridge.cts';
import type { LaneRecord } from '../../protocol/records.cts';
import { isInPackage } from '../../shared/module-url.ts';
import type { Log } from '../util/log.ts';
import { LinkedRecords } from './linked-records.ts';
import { Standby } from './standby.ts';
import type { StandbySlot, WaitingRun, WarmUp } from './standby.ts';
import { WarmUpList } from './warm-up-list.ts';

/** Minimum number of modules to link: fewer save less than a second standby costs. */
const MIN_LINKED = 10;

/** Number of files saved last that are likely to be saved again. Those that import one of them are not linked either. */
const MAX_EDITED = 20;

/** Number of deaths after which no package is run: one may end its process in a way that is not watched. A broken module ends it too. */
const MAX_DEATHS = 3;

/** Delays of the boots behind the start of the run (ms). Together they would take two cores, and see the same free memory. */
const PLAIN_MS = 100;
const LINKING_MS = 250;

/** Why the run is restarted that has registered module hooks after modules had been linked. */
const HOOKS_MISSED = 'modules were loaded before the hooks that it registers';

export interface AheadPlan {
  /** URLs of the modules that can be linked. */
  readonly link: readonly string[];
  /** URLs of the packages that the program runs before the first module of the user, in that order; and whether some still come first. */
  readonly first: () => readonly [readonly string[], (packages: readonly string[]) => boolean];
}

export interface StandbysOptions<R extends WaitingRun> {
  /** Whether there are standbys. */
  readonly standby: boolean;
  /** What a standby does ahead of its turn. */
  readonly ahead: 'packages' | 'link' | 'off';
  /** Starts a run that waits at the gate, and links modules there or not. */
  readonly spawn: (isLinking: boolean) => R;
  /** Absolute paths of the files that are read before the program starts, and of those that name them. */
  readonly settings: () => readonly string[];
  /** Absolute paths of further files that a standby reads. */
  readonly files: readonly string[];
  readonly cwd: string;
  /** Whether nothing is missing that a run needs to start. */
  readonly isInstalled: () => boolean;
  /** Whether the change of this file may lead an import to another file. */
  readonly mayRedirect: (file: ChangedFile) => boolean;
  /** Whether {@link planAhead} is quick: the sources of the run have been scanned. */
  readonly isScanned: () => boolean;
  /** What a standby can do ahead of its turn, given the absolute paths of the files that have been saved. */
  readonly planAhead: (edited: Iterable<string>) => AheadPlan | undefined;
  readonly log: Pick<Log, 'debug'>;
}

export class Standbys<R extends WaitingRun> {
  readonly #options: StandbysOptions<R>;
  readonly #linking: Standby<R>;
  /** Of those that are wanted, the first one that can be used is taken. */
  readonly #all: readonly Standby<R>[];
  /** Files that have been saved, the last one last. */
  readonly #edited = new Set<string>();
  #warmUp = new WarmUpList([]);
  /** Sorts the records of a run that has linked modules. */
  #linked: LinkedRecords | undefined;
  /** Whether the run has loaded a module of the user. */
  #hasLoaded = false;
  /** Whether the run has registered module hooks itself. A module that was linked before would not pass them. */
  #isHooked = false;
  /** Number of standbys in a row that have died before they had linked modules and run packages. */
  #deaths = 0;
  /** URLs of packages with an effect outside the process when they are loaded. */
  readonly #effectful = new Set<string>();

  constructor(options: StandbysOptions<R>) {
    this.#options = options;
    const { standby, ahead, spawn, isInstalled, log } = options;
    this.#linking = new Standby({
      spawn: () => spawn(true),
      warmUp: () => this.#warmUpAhead(),
      isReady: () => isInstalled() && options.isScanned(),
      rest: LINKING_MS,
      log,
    });
    const plain = new Standby({
      spawn: () => spawn(false),
      warmUp: () => this.#get(),
      isReady: isInstalled,
      rest: PLAIN_MS,
      log,
    });
    this.#all = standby ? [...(ahead === 'off' ? [] : [this.#linking]), plain] : [];
  }

  /** Starts standbys soon, unless they are there. */
  prepare(): void {
    for (const standby of this.#all) standby.prepare();
  }

  /** Replaces the standbys, because they have inherited another set of sockets than is held now. */
  refresh(): void {
    for (const standby of this.#all) standby.refresh();
  }

  /**
   * Begins a run. Hands a standby for it over to the caller, who opens the gate; undefined if there is none.
   *
   * @param isSettled whether the run begins because files have settled. At another moment, a save may not have been noticed yet
   */
  take(isSettled: boolean): StandbySlot<R> | undefined {
    if (this.#linking.hasDied) this.#deaths++;
    if (!isSettled) this.#linking.discard();
    let slot: StandbySlot<R> | undefined;
    for (const standby of this.#all) slot ??= standby.take();
    this.#linked = slot?.isLinking ? new LinkedRecords() : undefined;
    this.#warmUp = new WarmUpList(slot?.resolutions ?? []);
    this.#hasLoaded = this.#isHooked = false;
    return slot;
  }

  /**
   * Files have changed. Discards standbys if one of them is a package or a setting: the warm-up has read the installed packages, and the
   * run may have told of a setting only after the standby was started.
   */
  changed(files: readonly ChangedFile[]): void {
    const settings = new Set(this.#options.settings());
    if (files.some(({ path }) => isInPackage(path) || settings.has(path))) this.discard();
    if (files.some(this.#options.mayRedirect)) this.#linking.discard();
    for (const { path } of files) {
      this.#edited.delete(path);
      this.#edited.add(path);
    }
    for (const path of [...this.#edited].slice(0, -MAX_EDITED)) this.#edited.delete(path);
  }

  /** Takes a record of the current run. Returns the records that count from now on. */
  add(record: LaneRecord): LaneRecord[] {
    const full = this.#warmUp.add(record);
    if (!full) return [];
    if (full.kind === 'resolved' && !isInPackage(full.url)) this.#hasLoaded = true;
    if (full.kind === 'hooked' && this.#hasLoaded && !this.#isHooked) {
      this.#isHooked = true;
      this.#linking.discard();
      if (this.#linked) return [{ kind: 'requested', what: 'restart', message: HOOKS_MISSED }];
    }
    return this.#linked?.add(full) ?? [full];
  }

  /** Takes a record of another run, which may be a standby. */
  record(run: R, record: LaneRecord): void {
    for (const standby of this.#all) standby.record(run, record);
    if (record.kind === 'linked') this.#deaths = 0;
    if (record.kind !== 'effect' || this.#effectful.has(record.url)) return;
    this.#options.log.debug(`not run ahead: ${record.url} (${record.what})`);
    this.#effectful.add(record.url);
    this.#linking.discard();
    this.#linking.prepare();
  }

  /** Kills the standbys. Returns those that were running. */
  discard(): R[] {
    return this.#all.flatMap((standby) => standby.discard() ?? []);
  }

  /** Undefined if it would not be worth a process. */
  #warmUpAhead(): WarmUp | undefined {
    const { ahead, planAhead } = this.#options;
    const plan = this.#isHooked ? undefined : planAhead(this.#edited);
    if (!plan) return undefined;
    const [urls, areFirst] =
      ahead === 'packages' && this.#deaths < MAX_DEATHS ? plan.first() : [[], () => true];
    const end = urls.findIndex((url) => this.#effectful.has(url));
    const run = urls.slice(0, end === -1 ? undefined : end);
    if (plan.link.length < MIN_LINKED && run.length === 0) return undefined;
    return { ...this.#get([...new Set([...plan.link, ...run])], run), isCurrent: () => areFirst(run) };
  }

  #get(link?: readonly string[], run?: readonly string[]): WarmUp {
    const { settings, files, cwd } = this.#options;
    return this.#warmUp.get([...settings(), ...files], cwd, link, run);
  }
}
