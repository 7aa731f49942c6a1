// Records the IPC messages of a program in order, and waits for them.
import type { SendHandle } from 'node:child_process';
import type { Run } from './autoreload.ts';
import { PATIENCE_MS } from './transcript.ts';

export interface Mail {
  readonly message: unknown;
  readonly handle: SendHandle | undefined;
}

export class Inbox {
  /** All messages so far. */
  readonly all: Mail[] = [];
  readonly #run: Run;
  #taken = 0;
  #arrived = (): void => {};

  /** @param run a run with `'ipc'` in its `stdio` */
  constructor(run: Run) {
    this.#run = run;
    run.process.on('message', (message, handle) => {
      this.all.push({ message, handle });
      this.#arrived();
    });
  }

  /** Waits for the next message. */
  async next(ms = PATIENCE_MS): Promise<Mail> {
    if (this.all.length === this.#taken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#arrived = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const mail = this.all[this.#taken];
    if (!mail) throw new Error(`no message within ${ms} ms\n${String(this.#run.transcript)}`);
    this.#taken++;
    return mail;
  }

  /** Waits for the next message and returns its content. */
  async message(ms?: number): Promise<unknown> {
    return (await this.next(ms)).message;
  }
}
