// One watcher that runs one program: started, saved to, measured, ended. Knows nothing of rounds.
import fs from 'node:fs';
import { join } from 'node:path';
import { freePort, poll } from './poll.js';
import { treeTime } from './proc.js';
import { makeProgram, ms, pause, removeFolder } from './program.js';
import { start } from './running.js';

/** What has not started, or not answered, after this time hangs. */
const HANGING_MS = 20_000;
/** A save that has not restarted the program after this time was missed. */
const MISSED_MS = 15_000;
/** A tree that takes no time of the processor for this long is at rest. autoreload starts a standby after 100 ms. */
const QUIET_MS = 400;
const AT_REST_MS = 5000;

const FIRST_LINE = /^first line (\d+) of (\d+)/;

/** What went wrong with a watcher, in a word. */
export class Failure extends Error {}

export class Instance {
  #program;
  #call;
  #env;
  #foreign;
  #app;
  #port;
  #version = 0;
  #dir;

  /** `call` is command and arguments, `foreign` whether its clock is another than ours. */
  constructor(program, { call, env, packages, foreign = false }) {
    this.#program = program;
    this.#call = call;
    this.#env = env;
    this.#foreign = foreign;
    this.#dir = makeProgram(program.files, packages);
  }

  get pid() {
    return this.#app.pid;
  }

  /** Time of the processor that the whole tree has taken so far. */
  get time() {
    return treeTime(this.pid);
  }

  /**
   * Starts it, with a version that no cache has; gives the time till the first line or, when it is polled, also till the
   * first answer.
   */
  async start(polled = false) {
    this.#save();
    this.#port = await freePort();
    const before = process.hrtime.bigint();
    this.#app = start(this.#dir, this.#call.args, {
      command: this.#call.command,
      env: { ...this.#env, PORT: String(this.#port) },
    });
    const answer = polled && poll(this.#port, this.#version, HANGING_MS);
    const line = await this.#firstLine(HANGING_MS);
    if (!polled && line === undefined) throw new Failure('did not start');
    const { at } = await (answer || poll(this.#port, this.#version, HANGING_MS));
    if (at === undefined) throw new Failure('did not answer');
    return { line: line && ms(before, line), response: ms(before, at) };
  }

  /** Saves a new version. Polled, it gives the time till the first answer and what the requests met, otherwise till the first line. */
  async restart(polled = false) {
    const before = process.hrtime.bigint();
    this.#save();
    const answer = polled && poll(this.#port, this.#version, HANGING_MS);
    const line = await this.#firstLine(MISSED_MS);
    const result = await answer;
    if (line === undefined) throw new Failure('missed a save');
    if (!polled) return { line: ms(before, line) };
    if (result.at === undefined) throw new Failure('did not answer');
    return { line: ms(before, line), response: ms(before, result.at), ...result };
  }

  /** Nothing is measured while something else is still being prepared. */
  async rest() {
    let quiet = process.hrtime.bigint();
    const begun = quiet;
    let time = this.time;
    for (;;) {
      await pause(50);
      const now = process.hrtime.bigint();
      const taken = this.time;
      if (taken !== time) [time, quiet] = [taken, now];
      if (ms(quiet, now) >= QUIET_MS || ms(begun, now) >= AT_REST_MS) return;
    }
  }

  async end() {
    await this.#app?.end();
    this.#app = undefined;
  }

  async remove() {
    await this.end();
    removeFolder(this.#dir);
  }

  #save() {
    const { path, content } = this.#program.version;
    this.#version++;
    fs.writeFileSync(join(this.#dir, path), content(this.#version));
  }

  async #firstLine(timeout) {
    for (const end = Date.now() + timeout; ;) {
      const line = await this.#app.line(FIRST_LINE, Math.max(1, end - Date.now()));
      if (line === undefined) return undefined;
      if (Number(line.match[2]) === this.#version) return this.#foreign ? line.at : BigInt(line.match[1]);
    }
  }
}
