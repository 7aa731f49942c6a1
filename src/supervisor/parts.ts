// Defines the parts that a supervisor is composed of. Types only.
import type { ProgramWatcher } from './changes/program-watcher.ts';
import type { CrashResponder } from './crash/crash-responder.ts';
import type { DebugSignal } from './host/debug-signal.ts';
import type { Host } from './host/host.ts';
import type { Reporter, Supervised } from './output/reporter.ts';
import type { LastError } from './runs/last-error.ts';
import type { RunManager } from './runs/run-manager.ts';

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
