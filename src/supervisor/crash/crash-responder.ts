// Tells clients why the program is down. Composes the report and the page; knows neither why a run ends nor how a page is
// served.
import type { ProgramWatcher } from '../changes/program-watcher.ts';
import { isInPackage } from '../../shared/module-url.ts';
import type { Ended } from '../lifecycle/state.ts';
import type { Program } from '../program/program.ts';
import type { LastError } from '../runs/last-error.ts';
import type { RunManager } from '../runs/run-manager.ts';
import { textOf } from '../util/safe-fs.ts';
import { buildReport } from './build-report.ts';
import { lacksLocation, locateSyntaxError } from './locate-syntax-error.ts';
import { PageProcess } from './page-process.ts';
import type { PageProcessOptions } from './page-process.ts';

export interface CrashResponderOptions extends Omit<PageProcessOptions, 'guard'> {
  readonly program: Pick<Program, 'cwd' | 'entry'>;
  readonly runs: Pick<RunManager, 'guard' | 'held'>;
  /** Knows the files of the run, and the file that it looked for last and did not find. */
  readonly watcher: Pick<ProgramWatcher, 'files' | 'records'>;
  readonly lastError: LastError;
}

export class CrashResponder {
  readonly #options: CrashResponderOptions;
  readonly #page: PageProcess;
  /** Number of times that the page was hidden. A location that is found later is stale. */
  #version = 0;

  constructor(options: CrashResponderOptions) {
    this.#options = options;
    this.#page = new PageProcess({ ...options, guard: options.runs.guard });
  }

  /** Responds to clients: the run has ended by itself, and no other follows yet. */
  show(ended: Ended): void {
    const { runs, watcher, program, lastError } = this.#options;
    const fds = runs.held?.http ?? [];
    if (fds.length === 0) return;
    const error = lastError.text;
    const modules = watcher.files.baseline.modules();
    const { missing } = watcher.records;
    const crash = { ended, error, program, missing, modules, read: textOf };
    this.#page.show(buildReport(crash), fds);
    if (error === undefined || !lacksLocation(error)) return;
    const version = this.#version;
    const isShown = (): boolean => version === this.#version;
    const ownFiles = modules.filter((path) => !isInPackage(path));
    void locateSyntaxError(error, ownFiles, isShown).then((location) => {
      if (location && isShown()) this.#page.show(buildReport({ ...crash, location }), fds);
    });
  }

  /** Stops responding: a run starts and responds itself, or there is no other run. */
  hide(): void {
    this.#version++;
    this.#page.hide();
  }
}
