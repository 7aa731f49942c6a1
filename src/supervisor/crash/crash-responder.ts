// What happens while the program is down: those who ask for it are told why. Composes the report and the page; knows nothing
// of why a run ends, nor how a page is served.
import { isInPackage } from '../../shared/module-url.ts';
import { PageProcess } from './page-process.ts';
import { textOf } from '../util/safe-fs.ts';
import type { LastError } from '../runs/last-error.ts';
import type { Proc } from '../processes/process-table.ts';
import { reportOf } from './build-report.ts';
import type { Scheduler } from '../util/scheduler.ts';
import type { Ended } from '../lifecycle/state.ts';
import { findSyntaxError, isPlaceless } from './locate-syntax-error.ts';

export interface CrashResponderOptions {
  readonly cwd: string;
  /** Absolute path of the entry, as the user gave it. */
  readonly entry: string;
  readonly scheduler: Scheduler;
  /** What the run has loaded, and what it looked for in vain. */
  readonly watching: { readonly missing: string | undefined; modules: () => readonly string[] };
  readonly lastError: LastError;
  /** Descriptors of the listening sockets on which the program spoke HTTP. */
  readonly sockets: () => readonly number[];
  /** Which processes must not outlive the supervisor. */
  readonly onProcs: (procs: readonly Proc[]) => void;
  /** Nobody can answer. */
  readonly onFailed: () => void;
  readonly onDebug: (text: string) => void;
}

export class CrashResponder {
  readonly #options: CrashResponderOptions;
  readonly #page: PageProcess;
  #runs = 0;

  constructor(options: CrashResponderOptions) {
    this.#options = options;
    this.#page = new PageProcess(options);
  }

  /** A run begins: it answers for itself. */
  begin(): void {
    this.#runs++;
    this.#page.hide();
  }

  /** The run has ended by itself, and no other is on its way. */
  ended(ended: Ended): void {
    const { sockets, watching, cwd, entry, lastError } = this.#options;
    const fds = sockets();
    if (fds.length === 0) return;
    const error = lastError.text;
    const modules = watching.modules();
    const downfall = { ended, error, cwd, entry, missing: watching.missing, modules, read: textOf };
    this.#page.show(reportOf(downfall), fds);
    if (error === undefined || !isPlaceless(error)) return;
    const run = this.#runs;
    const isDown = (): boolean => run === this.#runs;
    const own = modules.filter((path) => !isInPackage(path));
    void findSyntaxError(error, own, isDown).then((place) => {
      if (place && isDown()) this.#page.show(reportOf({ ...downfall, place }), fds);
    });
  }

  /** There is to be no other run. */
  close(): void {
    this.#runs++;
    this.#page.hide();
  }
}
