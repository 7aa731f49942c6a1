// Passes each record of the current run to the part that it concerns.
import type { LaneRecord } from '../protocol/records.cts';
import type { Event } from './lifecycle/state.ts';
import type { Parts } from './parts.ts';
import { systemScheduler as scheduler } from './util/scheduler.ts';

/** @param apply takes the events of the life cycle that a record stands for */
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
      reporter.loaded(generation);
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
