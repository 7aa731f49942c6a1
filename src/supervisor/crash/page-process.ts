// Owns the process that serves the crash page on the sockets of the program, from the first report to the last response. It is a
// process of its own because the supervisor never accepts a connection. Knows nothing of the content of a report.
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { encodeReport } from '../../shared/crash-report.ts';
import type { Report } from '../../shared/crash-report.ts';
import { OWN_FILES } from '../../shared/paths.cts';
import { identify } from '../processes/process-table.ts';
import { spawnChild } from '../processes/spawn-child.ts';
import type { Guard } from '../processes/guard.ts';
import type { Log } from '../util/log.ts';

/** Maximum number of starts in a row of a process that exits unasked. */
const MAX_STARTS = 3;

export interface PageProcessOptions {
  /** Kills the process if it outlives the supervisor. */
  readonly guard: Pick<Guard, 'entrust'>;
  /** Host names under which other machines see the report too. */
  readonly hosts: readonly string[];
  readonly log: Pick<Log, 'debug'>;
  /** Called when the page cannot be served: clients get no response. */
  readonly onFailed: () => void;
}

export class PageProcess {
  readonly #options: PageProcessOptions;
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
    const { guard, hosts, log } = this.#options;
    const args = [OWN_FILES.crashPage, String(this.#fds.length), ...hosts];
    const options: SpawnOptions & { readonly cwd: string } = {
      argv0: 'autoreload-page',
      // Neither options nor secrets of the user.
      env: {},
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore', ...this.#fds],
    };
    const page = spawnChild(process.execPath, args, options, ({ message }) => this.#fail(message));
    if (page?.pid === undefined) return;
    page.stdin?.on('error', () => {});
    page.stdin?.write(this.#line);
    page.once('exit', () => {
      guard.entrust(page, []);
      if (this.#current !== page) return;
      this.#current = undefined;
      if (starts < MAX_STARTS) this.#start(starts + 1);
      else this.#fail('its process ends by itself');
    });
    this.#current = page;
    guard.entrust(page, [identify(page.pid)]);
    log.debug(`the crash page is shown (pid ${page.pid})`);
  }

  #fail(why: string): void {
    this.#options.log.debug(`no crash page: ${why}`);
    this.#options.onFailed();
  }
}
