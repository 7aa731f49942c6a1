// Connects the parts of a supervisor to the life cycle: performs its effects, and turns records of the run into its events.
// Keeps no state.
import { isatty } from 'node:tty';
import type { ChangedFile } from '../protocol/app-bridge.cts';
import type { LaneRecord } from '../protocol/records.cts';
import type { ProgramWatcher } from './changes/program-watcher.ts';
import type { CrashResponder } from './crash/crash-responder.ts';
import type { DebugSignal } from './host/debug-signal.ts';
import type { Host } from './host/host.ts';
import { isOutputClosed } from './host/output-reader.ts';
import { EXIT_RESTART } from './lifecycle/state.ts';
import type { Effect, Ended, Event, Of, Policy, State } from './lifecycle/state.ts';
import type { Program } from './program/program.ts';
import type { Reporter, Supervised } from './output/reporter.ts';
import type { RunManager } from './runs/run-manager.ts';
import { systemScheduler as scheduler } from './util/scheduler.ts';

/** Maximum delay of a signal to this process behind the exit of a run that the same signal killed (ms). */
const OWN_SIGNAL_MS = 100;

/** The parts of a supervisor. */
export interface Parts extends Supervised {
  /** The process, if it exists for this program alone. */
  readonly host: Host | undefined;
  readonly runs: RunManager;
  readonly reporter: Reporter;
  readonly debugSignal: DebugSignal;
  /** Undefined while the first run starts, and if files cannot be watched. */
  watcher?: ProgramWatcher;
  /** Undefined as the watcher is, and without the option. */
  crashResponder?: CrashResponder;
  /** Applies an event that a record stands for, at once. */
  readonly apply: (event: Event) => void;
  /** Starts the timer of the life cycle anew. */
  readonly startTimer: (ms: number) => void;
}

/**
 * Performs an effect that the life cycle has decided on.
 *
 * @param state the state to which the transition with this effect has led
 */
export function performEffect(effect: Effect, state: State, parts: Parts): void {
  const { program, runs, watcher, reporter, debugSignal, host, crashResponder } = parts;
  const { current } = runs;
  switch (effect.kind) {
    case 'spawn':
      host?.keyboard.runStarts(program.kind === 'node');
      watcher?.begin(scheduler.now());
      crashResponder?.hide();
      reporter.lastError.begin();
      return reporter.started(effect, runs.start(effect.generation, effect.reason));
    case 'stop':
      debugSignal.pause();
      current?.stop(effect.reason);
      if (!effect.reason) runs.predecessor.retire(undefined);
      break;
    case 'consult':
      current?.tell?.({ kind: 'ask', round: effect.round, files: effect.change.files });
      break;
    case 'accept':
      return watcher?.files.accept(effect.change.files.map(({ path }) => path));
    case 'kill':
      if (state.kind === 'shuttingDown') runs.signal('SIGKILL');
      else current?.signal('SIGKILL');
      break;
    case 'forward':
      return runs.signal(effect.signal);
    case 'startTimer':
      return parts.startTimer(effect.ms);
    case 'close':
      return runs.predecessor.end(() => {
        crashResponder?.hide();
        runs.close();
        watcher?.close();
        reporter.close(effect.ended);
        host?.exit(effect.ended);
      });
    default:
      return reporter.print(effect, state, {
        watcher,
        mayPress: host?.keyboard.mention(effect.kind) ?? false,
        isDraining: current?.drain?.isRunning ?? false,
        isServed: runs.predecessor.isServing,
        isPrompting: host?.keyboard.isRead === true && isatty(2),
        addresses: runs.held?.addresses ?? [],
      });
  }
}

/** What the runs ask about the files of the program, of which little is known before they are watched. */
export function viewOf({ settings, entry }: Program, watcher: () => ProgramWatcher | undefined) {
  return {
    settings: () => [...(watcher()?.records.settings.paths ?? settings)],
    isInstalled: () => watcher()?.isInstalled ?? true,
    isScanned: () => watcher()?.records.sources.isDone ?? false,
    mayRedirect: (file: ChangedFile) => watcher()?.graph.mayRedirect(file) ?? true,
    planAhead: (edited: Iterable<string>) => {
      const graph = watcher()?.graph;
      return graph && { link: graph.linkable(entry, edited), first: () => graph.firstPackages(entry) };
    },
  };
}

/** Only one run serves beside the current one, and only on sockets that are held. */
export function policyOf({ options, runs }: Parts): Policy {
  const mayOverlap = runs.held !== undefined && !runs.predecessor.isServing;
  return { ...options, overlap: options.overlap && mayOverlap };
}

/** Whether a run that exits in this state does so by itself. */
function wasNotStopped({ kind }: State): boolean {
  return kind === 'running' || kind === 'consulting';
}

/**
 * Handles the exit of a run. A signal that has killed it may have been sent to the whole group, and this process may hear of its own
 * signal later than of the exit: on a busy system Linux hands the two to different threads.
 */
export function afterOwnSignal({ signal }: Ended, state: State, handle: () => void): void {
  if (signal && wasNotStopped(state)) scheduler.after(OWN_SIGNAL_MS, handle);
  else handle();
}

/** Informs the parts about the exit of the run, before the life cycle decides what follows. */
export function reportExit(ended: Ended, state: State, parts: Parts): void {
  const { host, runs, reporter, watcher } = parts;
  const isFailure = ended.code !== 0;
  const isRequest = ended.code === EXIT_RESTART;
  // The exit code of a run that was told to exit does not matter.
  const exitedByItself = wasNotStopped(state);
  host?.runExited(ended, runs.mayChangeTerminal);
  reporter.exited(state.generation, ended, exitedByItself && isFailure && !isRequest);
  if (!exitedByItself) return;
  if (!runs.predecessor.isServing) abandonClients(ended, parts);
  watcher?.onExit(isFailure, reporter.lastError.text);
  // A run that exited before it loaded a module of the user would do so again.
  if (watcher?.records.hasLoaded) runs.standbys.prepare();
}

/** No run serves: closes the sockets on which nobody answers. */
function abandonClients({ code }: Ended, { runs, crashResponder }: Parts): void {
  if (code !== EXIT_RESTART) runs.held?.exited(code !== 0 && crashResponder !== undefined);
}

/** Tells clients why the program is down, or closes their sockets during a delay: no process would accept connections. */
export function answerClients(ended: Ended, { runs, crashResponder }: Parts): void {
  if (ended.code !== EXIT_RESTART) crashResponder?.show(ended);
  else runs.held?.close();
}

/** The run beside which the current one has started has exited. */
export function predecessorExited(generation: number, ended: Ended, state: State, parts: Parts): void {
  parts.reporter.exited(generation, ended, false);
  if (!isDown(state)) return;
  if (ended.code === EXIT_RESTART)
    return parts.apply({ kind: 'restart', at: scheduler.now(), message: undefined });
  abandonClients(state.ended, parts);
  answerClients(state.ended, parts);
}

/** Whether no run follows, whatever the life cycle says: without a watcher, no change would start one. */
export function isLastRun(
  ended: Ended,
  state: State,
  next: State,
  { host, watcher, reporter }: Parts,
): boolean {
  if (!watcher) return true;
  if (!host) return false;
  // Without a reader of the output, or with nobody who sends input, nobody waits for a run.
  const isBroken = ended.signal === 'SIGPIPE' || /\bEPIPE\b/.test(reporter.lastError.text ?? '');
  if (wasNotStopped(state) && isOutputClosed(isBroken)) return true;
  return host.keyboard.hasEnded && next.kind === 'waiting';
}

/** Whether the run has exited by itself, and no other one follows at once. */
export function isDown(state: State): state is Of<State, 'waiting' | 'delaying'> {
  return state.kind === 'waiting' || state.kind === 'delaying';
}

/** The run has loaded everything that it loads at start, as far as that can be told. */
function onReady({ host, watcher, debugSignal, runs }: Parts): void {
  host?.keyboard.runIsUp();
  watcher?.onReady();
  debugSignal.runIsUp();
  runs.standbys.prepare();
}

/** Passes a record of the current run to the part that it concerns. */
export function dispatchRecord(record: LaneRecord, generation: number, parts: Parts): void {
  const { runs, watcher, reporter, debugSignal, log, host, apply } = parts;
  switch (record.kind) {
    case 'resolved':
    case 'loaded':
    case 'missed':
      watcher?.record(record);
      reporter.loaded(generation, watcher);
      break;
    case 'tracked':
      return watcher?.track(record.text, record.cwd, record.on);
    case 'up':
      onReady(parts);
      apply({ kind: 'up', generation, at: record.at });
      break;
    case 'loading':
      apply({ ...record, generation });
      // The entry may never end: a loop over incoming messages.
      if (record.isLong) onReady(parts);
      else runs.standbys.prepare();
      break;
    case 'crashed':
      return reporter.lastError.add(record);
    case 'reads':
      return host?.keyboard.runReads();
    case 'inputEnded':
      return host?.keyboard.runHasReadAll();
    case 'inspected':
      debugSignal.opened(record.url);
      log.debug(`inspector at ${record.url}`);
      break;
    case 'lost':
      return reporter.stateLost(record);
    case 'wishes':
      return apply({ kind: 'wishes', generation, wishes: record });
    case 'answered':
      return apply({ ...record, generation, at: scheduler.now() });
    case 'requested':
      if (record.what === 'stop') return apply({ kind: 'stop', at: scheduler.now() });
      return apply({ kind: 'restart', at: scheduler.now(), message: record.message, isOwn: true });
    default:
    // The other records concern the run itself; see runs/.
  }
}
