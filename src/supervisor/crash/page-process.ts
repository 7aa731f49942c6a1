// The process that answers on the sockets of the program while that is down. A process of its own: the supervisor itself
// never accepts a connection. Owns it from the first report to the last answer; knows nothing of what is told.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { encodeReport } from '../../shared/crash-report.ts';
import type { Report } from '../../shared/crash-report.ts';
import { lookUp } from '../processes/process-table.ts';
import type { Proc } from '../processes/process-table.ts';

const PAGE = fileURLToPath(new URL('../../crash-page/main.js', import.meta.url));

/** One that ends though it should not is started so often in a row. */
const MAX_STARTS = 3;

export interface CrashPageOptions {
  /** Which processes must not outlive the supervisor. */
  readonly onProcs: (procs: readonly Proc[]) => void;
  /** There is no page to be had: nobody answers. */
  readonly onFailed: () => void;
  readonly onDebug: (text: string) => void;
}

export class PageProcess {
  readonly #options: CrashPageOptions;
  /** The one that answers, and those that answer for the last time. */
  readonly #procs = new Map<ChildProcess, Proc>();
  #page: ChildProcess | undefined;
  #fds: readonly number[] = [];
  #line = '';

  constructor(options: CrashPageOptions) {
    this.#options = options;
  }

  /**
   * Answers with this report from now on.
   *
   * @param fds descriptors of listening sockets on which HTTP is spoken; whoever owns them keeps them
   */
  show(report: Report, fds: readonly number[]): void {
    if (this.#page && this.#fds.join() !== fds.join()) this.hide();
    this.#line = encodeReport(report);
    this.#fds = fds;
    if (this.#page) this.#page.stdin?.write(this.#line);
    else if (fds.length > 0) this.#start(1);
  }

  /** The program answers itself from now on: no new connection is taken. */
  hide(): void {
    this.#page?.stdin?.end();
    this.#page = undefined;
  }

  #start(starts: number): void {
    const { onDebug } = this.#options;
    const fds = this.#fds;
    let page: ChildProcess;
    try {
      page = spawn(process.execPath, [PAGE, String(fds.length)], {
        argv0: 'autoreload-page',
        // Nothing of the user's: neither options nor secrets.
        env: {},
        cwd: '/',
        stdio: ['pipe', 'ignore', 'ignore', ...fds],
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
      this.#procs.delete(page);
      this.#tellProcs();
      if (this.#page !== page) return;
      this.#page = undefined;
      if (starts < MAX_STARTS) this.#start(starts + 1);
      else this.#fail('its process ends by itself');
    });
    if (page.pid === undefined) return;
    this.#page = page;
    this.#procs.set(page, lookUp(page.pid) ?? { pid: page.pid, started: '' });
    this.#tellProcs();
    onDebug(`the crash page is shown (pid ${page.pid})`);
  }

  #fail(why: string): void {
    const { onDebug, onFailed } = this.#options;
    onDebug(`no crash page: ${why}`);
    onFailed();
  }

  #tellProcs(): void {
    this.#options.onProcs([...this.#procs.values()]);
  }
}
