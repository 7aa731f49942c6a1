// Connects the parts of a supervisor to the life cycle: performs its effects, and turns records of the run into its events.
// Keeps no state.
import type { RestartReason } from '../protocol/app-bridge.cts';
import type { LaneRecord } from '../protocol/records.cts';
import { AutoreloadError } from '../shared/errors.ts';
import type { ProgramWatcher } from './changes/program-watcher.ts';
import type { CrashResponder } from './crash/crash-responder.ts';
import type { DebugSignal } from './host/debug-signal.ts';
import type { Host } from './host/host.ts';
import type { Effect, Event, State } from './lifecycle/state.ts';
import type { Reporter, Supervised } from './output/reporter.ts';
import type { LastError } from './runs/last-error.ts';
import type { RunManager } from './runs/run-manager.ts';
import { systemScheduler as scheduler } from './util/scheduler.ts';

export interface SupervisorOptions extends Supervised {
  /** The process, if it exists for this program alone. */
  readonly host: Host | undefined;
}

export interface Parts extends SupervisorOptions {
  readonly runs: RunManager;
  readonly reporter: Reporter;
  readonly lastError: LastError;
  readonly debugSignal: DebugSignal;
  /** Undefined while the first run starts, and if files cannot be watched. */
  watcher: ProgramWatcher | undefined;
  /** Undefined as the watcher is, and without the option. */
  crashResponder: CrashResponder | undefined;
}

/**
 * Performs an effect that the life cycle has decided on, except for those of its timer.
 *
 * @param state the state to which the transition with this effect has led
 * @param enqueue takes the exit that follows from a failed start
 */
export function performEffect(
  effect: Exclude<Effect, { kind: 'startTimer' }>,
  state: State,
  parts: Parts,
  enqueue: (event: Event) => void,
): void {
  const { runs, watcher, reporter, debugSignal, host } = parts;
  const { current, nodeRun } = runs;
  switch (effect.kind) {
    case 'spawn':
      return spawnRun(effect.generation, effect.reason, parts, enqueue);
    case 'stop':
      debugSignal.pause();
      current?.stop(effect.reason);
      break;
    case 'consult':
      nodeRun?.tell({ kind: 'ask', round: effect.round, files: effect.change.files });
      break;
    case 'accept':
      return watcher?.files.accept(effect.change.files.map(({ path }) => path));
    case 'kill':
      return current?.signal('SIGKILL');
    case 'forward':
      return current?.signal(effect.signal);
    case 'print':
      return reporter.print(effect.line, state, {
        watcher,
        mayPress: host?.keyboard.mention(effect.line.kind) ?? false,
        isDraining: nodeRun?.isDraining ?? false,
      });
    case 'close':
      parts.crashResponder?.hide();
      runs.close();
      watcher?.close();
      reporter.close(effect.ended);
      host?.exit(effect.ended);
  }
}

function spawnRun(
  generation: number,
  reason: RestartReason | undefined,
  { program, host, runs, watcher, crashResponder, lastError, reporter }: Parts,
  enqueue: (event: Event) => void,
): void {
  host?.keyboard.runStarts(runs.reportsReads);
  watcher?.begin(scheduler.now());
  crashResponder?.hide();
  lastError.begin();
  try {
    runs.start(generation, reason);
    reporter.started(generation, reason, runs.current);
  } catch (error) {
    const message = `cannot start ${program.executable}: ${String(error)}`;
    reporter.problem(new AutoreloadError('ERR_AUTORELOAD_SPAWN', message));
    enqueue({ kind: 'exit', generation, at: scheduler.now(), ended: { code: 1, signal: null } });
  }
}

/**
 * Passes a record of the current run to the part that it concerns.
 *
 * @param apply takes the events of the life cycle that a record stands for
 */
export function dispatchRecord(
  record: LaneRecord,
  generation: number,
  parts: Parts,
  apply: (event: Event) => void,
): void {
  const { runs, watcher, reporter, lastError, debugSignal, log, host } = parts;
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
      host?.keyboard.runIsUp();
      watcher?.onReady();
      debugSignal.runIsUp();
      apply({ kind: 'up', generation, at: record.at });
      runs.prepare();
      break;
    case 'crashed':
      return lastError.add(record);
    case 'reads':
      return host?.keyboard.runReads();
    case 'inspected':
      debugSignal.opened(record.url);
      log.debug(`inspector at ${record.url}`);
      break;
    case 'lost':
      return reporter.stateLost(record);
    case 'wishes':
      return apply({ kind: 'handlers', generation, handlers: record });
    case 'answered':
      return apply({ ...record, generation });
    case 'requested':
      if (record.what === 'stop') return apply({ kind: 'stop', at: scheduler.now() });
      return apply({ kind: 'restart', at: scheduler.now(), message: record.message, isOwn: true });
    default:
    // The other records concern the run itself; see runs/.
  }
}
