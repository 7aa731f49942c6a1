// Owns the process that serves the crash page on the sockets of the program, from the first report to the last response. It is a
// process of its own because the supervisor never accepts a connection. Knows nothing of the content of a report.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { encodeReport } from '../../shared/crash-report.ts';
import type { Report } from '../../shared/crash-report.ts';
import { OWN_FILES } from '../../shared/paths.cts';
import { identify } from '../processes/process-table.ts';
import type { ProcessIdentity } from '../processes/process-rows.ts';

/** Maximum number of starts in a row of a process that exits unasked. */
const MAX_STARTS = 3;

export interface PageProcessOptions {
  /** Called with the processes that must not outlive the supervisor. */
  readonly onProcs: (procs: readonly ProcessIdentity[]) => void;
  /** Called when the page cannot be served: clients get no response. */
  readonly onFailed: () => void;
  readonly onDebug: (text: string) => void;
}

export class PageProcess {
  readonly #options: PageProcessOptions;
  /** The current process, and hidden ones that still send responses. */
  readonly #running = new Map<ChildProcess, ProcessIdentity>();
  #current: ChildProcess | undefined;
  #fds: readonly number[] = [];
  #line = '';

  constructor(options: PageProcessOptions) {
    this.#options = options;
  }

  /**
   * Shows a report from now on.
   *
   * @param fds descriptors of listening sockets for HTTP; the caller keeps them
   */
  show(report: Report, fds: readonly number[]): void {
    if (this.#current && this.#fds.join() !== fds.join()) this.hide();
    this.#line = encodeReport(report);
    this.#fds = fds;
    if (this.#current) this.#current.stdin?.write(this.#line);
    else if (fds.length > 0) this.#start(1);
  }

  /** Stops accepting connections. */
  hide(): void {
    this.#current?.stdin?.end();
    this.#current = undefined;
  }

  #start(starts: number): void {
    let page: ChildProcess;
    try {
      page = spawn(process.execPath, [OWN_FILES.crashPage, String(this.#fds.length)], {
        argv0: 'autoreload-page',
        // Neither options nor secrets of the user.
        env: {},
        cwd: '/',
        stdio: ['pipe', 'ignore', 'ignore', ...this.#fds],
      });
    } catch (error) {
      this.#fail(String(error));
      return;
    }
    page.on('error', (error) => {
      if (page.pid === undefined) this.#fail(error.message);
    });
    page.stdin?.on('error', () => {});
    page.stdin?.write(this.#line);
    page.once('exit', () => {
      this.#running.delete(page);
      this.#reportProcesses();
      if (this.#current !== page) return;
      this.#current = undefined;
      if (starts < MAX_STARTS) this.#start(starts + 1);
      else this.#fail('its process ends by itself');
    });
    if (page.pid === undefined) return;
    this.#current = page;
    this.#running.set(page, identify(page.pid));
    this.#reportProcesses();
    this.#options.onDebug(`the crash page is shown (pid ${page.pid})`);
  }

  #fail(why: string): void {
    this.#options.onDebug(`no crash page: ${why}`);
    this.#options.onFailed();
  }

  #reportProcesses(): void {
    this.#options.onProcs([...this.#running.values()]);
  }
}
